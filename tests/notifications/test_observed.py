"""Every recorded attempt leaves one event."""

from __future__ import annotations

import pytest

from tests.hand_clock import HandClock
from tests.notifications.feed_world import APPLICATION, SELLER, FeedWorld
from tests.notifications.receiver import Receiver, status
from zoco.database.transaction import Database
from zoco.notifications.delivery import Post
from zoco.notifications.dispatcher import Dispatcher
from zoco.observe import DeliveryMade, Event, Journal, Observer
from zoco.storage import feed_backlog


@pytest.mark.parametrize(
    ("code", "outcome", "state"),
    [(200, "acknowledged", "acknowledged"), (204, "refused", "pending")],
)
async def test_an_attempt_is_told_with_its_ids_and_never_the_callbacks_address(
    database: Database,
    clock: HandClock,
    feed: FeedWorld,
    receiver: Receiver,
    post: Post,
    code: int,
    outcome: str,
    state: str,
) -> None:
    events: list[Event] = []
    lines: list[bytes] = []
    observer = Observer(events.append, Journal(lines.append, clock.now, errors_only=False))
    dispatcher = Dispatcher(database, clock, post=post, lease_clock=clock, observer=observer)
    receiver.reply = status(code)
    await feed.subscribe(receiver.url)
    [message] = await feed.tell("/orders/1")

    async with dispatcher.stepping(timeout_seconds=10.0) as run_due:
        await run_due()
    await dispatcher.stop()

    [event] = events
    assert isinstance(event, DeliveryMade)
    assert event.ms is not None
    event.ms = None
    assert event == DeliveryMade(
        notification=message,
        application=APPLICATION,
        user=SELLER,
        topic="orders",
        resource="/orders/1",
        attempts=0,
        outcome=outcome,
        state=state,
        http_code=code,
    )
    assert b"/callback" not in b"".join(lines)


async def test_the_backlog_is_what_is_pending_and_how_old(
    database: Database, clock: HandClock, feed: FeedWorld
) -> None:
    empty = await database.read(feed_backlog.backlog)
    assert (empty.pending, empty.oldest) == (0, None)
    await feed.subscribe("http://127.0.0.1:9/callback")
    await feed.tell("/orders/1", "/orders/2")
    found = await database.read(feed_backlog.backlog)
    assert (found.pending, found.oldest) == (2, clock.now())
