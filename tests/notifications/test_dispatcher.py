"""The dispatcher against real receivers, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from tests.hand_clock import HandClock
from tests.notifications.feed_world import APPLICATION, FeedWorld, NoJitter, Told
from tests.notifications.mortal_database import MortalDatabase
from tests.notifications.receiver import Receiver, Reply, hang, listening, redirect, reset, status
from zoco.clock import SandboxClock
from zoco.database.transaction import Database
from zoco.notifications.delivery import Post
from zoco.notifications.dispatcher import Dispatcher, Limits
from zoco.notifications.patience import Patience
from zoco.resources.scalars import utc_moment
from zoco.storage.notifications import Balance

SHORT_SECONDS = 0.1
# Polling would hide a wake-up that does not work.
NEVER_POLL = Limits(poll_seconds=3600.0)


@pytest.fixture
async def dispatcher(database: Database, clock: HandClock, post: Post) -> Dispatcher:
    return Dispatcher(database, clock, post=post, limits=NEVER_POLL, lease_clock=clock, random=NoJitter())


@asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[None]:
    task = asyncio.create_task(dispatcher.run())
    try:
        yield
    finally:
        await dispatcher.stop()
        await task


async def deliver_what_is_due(dispatcher: Dispatcher, *, timeout_seconds: float = 10.0) -> None:
    async with dispatcher.stepping(timeout_seconds=timeout_seconds) as run_due:
        await run_due()


async def live_through(dispatcher: Dispatcher, clock: HandClock, until: datetime) -> None:
    """Move the clock from one due message to the next."""
    async with dispatcher.stepping(timeout_seconds=SHORT_SECONDS) as run_due:
        await run_due()
        while (moment := await dispatcher.next_due()) is not None and moment <= until:
            clock.advance(moment - clock.now())
            await run_due()


async def test_a_commit_wakes_the_dispatcher(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)

    async with running(dispatcher):
        await feed.tell("/orders/731867396")
        await receiver.until_heard(1)
        (message_id,) = await feed.tell("/orders/731867397")
        await receiver.until_heard(2)

    assert await feed.message(message_id) == Told("acknowledged", 1, "acknowledged", 200, None)
    assert [heard.body["attempts"] for heard in receiver.heard] == [0, 0]


async def test_after_200_no_more_is_delivered(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver, clock: HandClock
) -> None:
    await feed.subscribe(receiver.url)
    await feed.tell("/orders/1")

    await live_through(dispatcher, clock, clock.now() + timedelta(hours=13))

    assert len(receiver.heard) == 1
    assert await feed.balance() == Balance(created=1, acknowledged=1, pending=0, missed=0)


@pytest.mark.parametrize(
    ("reply", "outcome", "http_code"),
    [
        (status(201), "refused", 201),
        (redirect, "refused", 302),
        (status(500), "refused", 500),
        (reset, "broken_off", None),
        (hang, "timed_out", None),
    ],
)
async def test_whatever_is_not_200_is_tried_again_after_fifteen_seconds(
    dispatcher: Dispatcher,
    feed: FeedWorld,
    receiver: Receiver,
    clock: HandClock,
    reply: Reply,
    outcome: str,
    http_code: int | None,
) -> None:
    await feed.subscribe(receiver.url)
    (message_id,) = await feed.tell("/orders/1")
    receiver.reply = reply

    await deliver_what_is_due(dispatcher, timeout_seconds=SHORT_SECONDS if reply is hang else 10.0)
    assert await feed.message(message_id) == Told("pending", 1, outcome, http_code, 15.0)

    receiver.reply = status(200)
    clock.advance(timedelta(seconds=14))
    await deliver_what_is_due(dispatcher)
    assert len(receiver.heard) == 1

    clock.advance(timedelta(seconds=1))
    await deliver_what_is_due(dispatcher)
    assert await feed.message(message_id) == Told("acknowledged", 2, "acknowledged", 200, None)


async def test_id_and_received_stay_while_sent_and_attempts_change(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver, clock: HandClock
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = status(500)
    began = clock.now()
    (message_id,) = await feed.tell("/orders/1")

    await live_through(dispatcher, clock, began + timedelta(minutes=1))

    bodies = [heard.body for heard in receiver.heard]
    assert [body["_id"] for body in bodies] == [message_id] * 3
    assert [body["received"] for body in bodies] == [utc_moment(began)] * 3
    assert [body["attempts"] for body in bodies] == [0, 1, 2]
    assert [body["sent"] for body in bodies] == [
        utc_moment(began + timedelta(seconds=seconds)) for seconds in (0, 15, 45)
    ]


async def test_twelve_hours_of_failure_end_as_missed(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver, clock: HandClock
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = status(500)
    (message_id,) = await feed.tell("/orders/1")
    end = clock.now() + timedelta(hours=12)

    await live_through(dispatcher, clock, end - timedelta(microseconds=1))
    assert await feed.message(message_id) == Told("pending", 19, "refused", 500, 12 * 3600.0)

    await live_through(dispatcher, clock, end + timedelta(days=1))
    assert await feed.message(message_id) == Told("missed", 20, "refused", 500, None)
    assert len(receiver.heard) == 20
    assert receiver.heard[-1].body["sent"] == utc_moment(end)


async def test_a_silent_callback_gets_only_its_time(
    database: Database, feed: FeedWorld, clock: HandClock, post: Post, receiver: Receiver
) -> None:
    impatient = Dispatcher(
        database, clock, post=post, timeout_seconds=SHORT_SECONDS, limits=NEVER_POLL, random=NoJitter()
    )
    await feed.subscribe(receiver.url)
    receiver.reply = hang

    async with running(impatient):
        (message_id,) = await feed.tell("/orders/1")
        await receiver.until_heard(1)

    assert await feed.message(message_id) == Told("pending", 1, "timed_out", None, 15.0)


async def test_a_silent_callback_holds_up_nobody_else(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver
) -> None:
    async with listening() as silent:
        silent.reply = hang
        await feed.subscribe(silent.url, application_id=1)
        await feed.subscribe(receiver.url, application_id=2)
        await feed.tell(*(f"/orders/{number}" for number in range(100)), application_id=1)

        async with running(dispatcher):
            await silent.until_heard(20)
            await feed.tell(*(f"/orders/{number}" for number in range(300)), application_id=2)
            await receiver.until_heard(300)
            # Twenty slots are all that the silent one takes.
            assert len(silent.heard) == 20
            silent.released.set()

    assert (await feed.balance(2)).acknowledged == 300


async def test_messages_about_one_resource_arrive_in_the_order_of_their_events(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)
    told = [await feed.tell("/orders/1", "/orders/2") for _ in range(150)]

    await deliver_what_is_due(dispatcher)

    arrived = [heard.body["_id"] for heard in receiver.heard if heard.body["resource"] == "/orders/1"]
    assert arrived == [first for first, _ in told]
    assert (await feed.balance()).acknowledged == 300


async def test_a_message_whose_application_has_no_callback_any_more_is_missed(
    dispatcher: Dispatcher, feed: FeedWorld
) -> None:
    await feed.subscribe(None)
    (message_id,) = await feed.tell("/orders/1")

    await deliver_what_is_due(dispatcher)

    assert await feed.message(message_id) == Told("missed", 0, "no_callback", None, None)


async def test_a_stop_waits_for_what_is_under_way_and_starts_nothing_more(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = hang
    under_way, behind = await feed.tell("/orders/1", "/orders/1")
    task = asyncio.create_task(dispatcher.run())
    await receiver.until_heard(1)

    task.cancel()
    receiver.released.set()
    await asyncio.wait([task])

    assert (await feed.message(under_way)).state == "acknowledged"
    assert (await feed.message(behind)) == Told("pending", 0, None, None, 0.0)


async def test_a_stop_gives_up_waiting_and_leaves_the_message_due(
    database: Database, feed: FeedWorld, clock: HandClock, post: Post, receiver: Receiver
) -> None:
    hasty = Dispatcher(database, clock, post=post, limits=Limits(drain_seconds=SHORT_SECONDS))
    await feed.subscribe(receiver.url)
    receiver.reply = hang

    async with running(hasty):
        (message_id,) = await feed.tell("/orders/1")
        await receiver.until_heard(1)

    assert await feed.message(message_id) == Told("pending", 0, None, None, 0.0)


async def test_what_was_posted_but_not_recorded_is_posted_again_by_the_next_dispatcher(
    database: Database, feed: FeedWorld, clock: HandClock, post: Post, receiver: Receiver
) -> None:
    """The killed one holds the lease; on PostgreSQL it has to run out, on SQLite a start buries it."""
    await feed.subscribe(receiver.url)
    mortal = MortalDatabase(database)
    receiver.reply = hang
    killed = Dispatcher(
        mortal,
        clock,
        post=post,
        limits=Limits(lease_seconds=10.0, drain_seconds=0.0),
        lease_clock=clock,
        patience=Patience(first_pause_seconds=3600.0),
    )
    task = asyncio.create_task(killed.run())
    (message_id,) = await feed.tell("/orders/1")
    await receiver.until_heard(1)
    mortal.lose()
    receiver.reply = status(200)
    receiver.released.set()
    task.cancel()
    await asyncio.wait([task])

    successor = Dispatcher(database, clock, post=post, lease_clock=clock)
    if database.engine == "postgresql":
        await deliver_what_is_due(successor)
        assert len(receiver.heard) == 1
        clock.advance(timedelta(seconds=10))
    await deliver_what_is_due(successor)

    assert [heard.body["_id"] for heard in receiver.heard] == [message_id, message_id]
    assert (await feed.message(message_id)).state == "acknowledged"


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_two_dispatchers_do_not_post_the_same_message(
    database: Database,
    feed: FeedWorld,
    clock: HandClock,
    post: Post,
    receiver: Receiver,
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = hang
    first = Dispatcher(database, clock, post=post, limits=NEVER_POLL, lease_clock=clock)
    second = Dispatcher(database, clock, post=post, limits=NEVER_POLL, lease_clock=clock)

    async with running(first):
        await feed.tell("/orders/1")
        await receiver.until_heard(1)
        await deliver_what_is_due(second)
        assert len(receiver.heard) == 1
        receiver.released.set()

    await second.stop()
    assert (await feed.balance()).acknowledged == 1


async def test_a_database_that_fails_for_a_while_loses_nothing(
    database: Database,
    feed: FeedWorld,
    clock: HandClock,
    post: Post,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mortal = MortalDatabase(database)
    dispatcher = Dispatcher(
        mortal, clock, post=post, patience=Patience(first_pause_seconds=0.01, pause_seconds_max=0.01)
    )
    await feed.subscribe(receiver.url)
    receiver.reply = hang

    async with running(dispatcher):
        (message_id,) = await feed.tell("/orders/1")
        await receiver.until_heard(1)
        mortal.lose()
        receiver.released.set()
        await mortal.until_failed(3)
        mortal.find()

    assert await feed.message(message_id) == Told("acknowledged", 1, "acknowledged", 200, None)
    assert len(receiver.heard) == 1
    assert "The feed is held up" in caplog.text


async def test_a_dispatcher_that_has_nothing_to_record_ends_while_its_database_is_away(
    database: Database, feed: FeedWorld, clock: HandClock, post: Post
) -> None:
    mortal = MortalDatabase(database)
    dispatcher = Dispatcher(mortal, clock, post=post, limits=Limits(drain_seconds=0.1), lease_clock=clock)

    mortal.lose()
    await dispatcher.stop()


async def test_a_jump_of_the_clock_wakes_the_dispatcher(
    database: Database, clock: HandClock, post: Post, receiver: Receiver
) -> None:
    sandbox_clock = SandboxClock(clock)
    dispatcher = Dispatcher(database, sandbox_clock, post=post, limits=NEVER_POLL, random=NoJitter())
    feed = FeedWorld(database, sandbox_clock)
    await feed.subscribe(receiver.url)
    receiver.reply = status(500)
    await feed.tell("/orders/1")
    await deliver_what_is_due(dispatcher)

    async with running(dispatcher):
        # Heard of: the dispatcher has done all that it was woken for, and waits.
        await feed.tell("/orders/2")
        await receiver.until_heard(2)
        sandbox_clock.advance_to(sandbox_clock.now() + timedelta(seconds=15))
        await receiver.until_heard(3)

    assert [heard.body["attempts"] for heard in receiver.heard[:3]] == [0, 0, 1]


async def test_without_a_signal_polling_finds_what_is_due(
    database: Database, feed: FeedWorld, clock: HandClock, post: Post, receiver: Receiver
) -> None:
    dispatcher = Dispatcher(database, clock, post=post, limits=Limits(poll_seconds=0.01))
    await feed.subscribe(receiver.url)

    async with running(dispatcher):
        await feed.tell_silently("/orders/1")
        await receiver.until_heard(1)

    assert (await feed.balance(APPLICATION)).acknowledged == 1


async def test_moving_the_clock_shortens_the_wait_for_what_is_under_way(
    dispatcher: Dispatcher, feed: FeedWorld, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = hang

    async with running(dispatcher):
        (message_id,) = await feed.tell("/orders/1")
        await receiver.until_heard(1)
        await deliver_what_is_due(dispatcher, timeout_seconds=SHORT_SECONDS)

    assert await feed.message(message_id) == Told("pending", 1, "timed_out", None, 15.0)
