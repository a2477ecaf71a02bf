"""Moving the clock of a sandbox runs what falls due on the way, in time order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.builders import SELLER_ID, a_hidden_order
from tests.hand_clock import HandClock
from tests.notifications.feed_world import APPLICATION, FeedWorld, NoJitter
from tests.notifications.receiver import Receiver, hang, listening, status
from zoco.clock import SandboxClock
from zoco.database.transaction import Database
from zoco.marketplace.expiry import ExpiryLoop
from zoco.notifications.delivery import Post
from zoco.notifications.dispatcher import Dispatcher, Limits
from zoco.resources.scalars import utc_moment
from zoco.sandbox.time_travel import TimeTravel, kept_clock
from zoco.storage import orders
from zoco.storage.notifications import Balance

SHORT_SECONDS = 0.05


@pytest.fixture
def sandbox_clock(clock: HandClock) -> SandboxClock:
    return SandboxClock(clock)


@pytest.fixture
def feed(database: Database, sandbox_clock: SandboxClock) -> FeedWorld:
    return FeedWorld(database, sandbox_clock)


@pytest.fixture
async def dispatcher(database: Database, sandbox_clock: SandboxClock, post: Post) -> Dispatcher:
    limits = Limits(drain_seconds=SHORT_SECONDS)
    return Dispatcher(database, sandbox_clock, post=post, limits=limits, random=NoJitter())


@pytest.fixture
async def travel(database: Database, sandbox_clock: SandboxClock, dispatcher: Dispatcher) -> TimeTravel:
    expiry_loop = ExpiryLoop(database, sandbox_clock)
    return TimeTravel(
        database, sandbox_clock, dispatcher, expiry_loop, callback_timeout_seconds=SHORT_SECONDS
    )


async def test_twelve_hours_of_retries_happen_before_the_call_answers(
    travel: TimeTravel, feed: FeedWorld, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = status(500)
    await feed.tell("/orders/1")

    await travel.advance_by(timedelta(hours=12))

    assert len(receiver.heard) == 20
    assert await feed.balance() == Balance(created=1, acknowledged=0, pending=0, missed=1)


async def test_silent_callbacks_cost_their_short_time_only(
    travel: TimeTravel, feed: FeedWorld, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = hang
    await feed.tell("/orders/1")

    await travel.advance_by(timedelta(minutes=1))

    assert len(receiver.heard) == 3
    assert (await feed.balance()).pending == 1


async def test_attempts_of_several_callbacks_happen_in_time_order(
    travel: TimeTravel, feed: FeedWorld, receiver: Receiver
) -> None:
    receiver.reply = status(500)
    await feed.subscribe(receiver.url, application_id=1)
    await feed.subscribe(receiver.url, application_id=2)
    await feed.tell("/orders/1", application_id=1)
    await travel.advance_by(timedelta(seconds=7))
    await feed.tell("/orders/2", application_id=2)

    await travel.advance_by(timedelta(hours=1))

    sent = [heard.body["sent"] for heard in receiver.heard]
    assert sent == sorted(sent)
    assert {heard.body["resource"] for heard in receiver.heard} == {"/orders/1", "/orders/2"}


async def test_an_unpaid_order_expires_on_the_way_and_its_news_is_delivered(
    travel: TimeTravel, feed: FeedWorld, database: Database, receiver: Receiver
) -> None:
    placed = travel.clock.now()
    await feed.subscribe(receiver.url, topics=("created_orders",))
    await feed.grant(SELLER_ID)
    order = a_hidden_order(
        date_created=placed, last_updated=placed, expiration_date=placed + timedelta(days=21)
    )
    await database.write(lambda tx: orders.add(tx, order))

    await travel.advance_by(timedelta(days=7))

    (heard,) = receiver.heard
    assert heard.body["resource"] == f"/orders/{order.id}"
    assert heard.body["topic"] == "created_orders"
    assert heard.body["received"] == utc_moment(placed + timedelta(hours=72))
    assert heard.body["sent"] == utc_moment(placed + timedelta(hours=72))


async def test_the_running_dispatcher_stands_back_during_a_journey(
    travel: TimeTravel, feed: FeedWorld, dispatcher: Dispatcher, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = status(500)
    running = asyncio.create_task(dispatcher.run())
    await feed.tell("/orders/1")
    await receiver.until_heard(1)

    await travel.advance_by(timedelta(hours=12))
    await dispatcher.stop()
    await running

    assert [heard.body["attempts"] for heard in receiver.heard] == list(range(20))


async def test_who_asks_meanwhile_is_told_that_the_clock_is_being_moved(
    travel: TimeTravel, feed: FeedWorld, receiver: Receiver
) -> None:
    await feed.subscribe(receiver.url)
    receiver.reply = hang
    await feed.tell("/orders/1")
    told = [travel.advancing]

    journey = asyncio.create_task(travel.advance_by(timedelta(seconds=1)))
    await receiver.until_heard(1)
    told.append(travel.advancing)

    await journey
    told.append(travel.advancing)
    assert told == [False, True, False]


async def test_journeys_follow_one_another(travel: TimeTravel) -> None:
    began = travel.clock.now()

    await asyncio.gather(*(travel.advance_by(timedelta(hours=1)) for _ in range(3)))

    assert travel.clock.now() == began + timedelta(hours=3)


async def test_a_restart_finds_the_clock_where_it_was(
    travel: TimeTravel, database: Database, clock: HandClock
) -> None:
    began = clock.now()
    await travel.advance_by(timedelta(days=21))
    clock.advance(timedelta(minutes=1))

    restarted = await kept_clock(database, clock)

    assert restarted.running
    assert restarted.now() == began + timedelta(days=21, minutes=1)


async def test_a_restart_finds_a_stopped_clock_stopped(
    travel: TimeTravel, database: Database, clock: HandClock
) -> None:
    await travel.set_running(running=False)
    await travel.advance_by(timedelta(hours=12))
    stopped_at = travel.clock.now()
    clock.advance(timedelta(minutes=1))

    restarted = await kept_clock(database, clock)

    assert not restarted.running
    assert restarted.now() == stopped_at


async def test_a_new_world_shows_the_real_time(database: Database, clock: HandClock) -> None:
    fresh = await kept_clock(database, clock)

    assert fresh.running
    assert fresh.now() == clock.now()


async def test_what_another_dispatcher_has_leased_does_not_hold_up_a_journey(
    database: Database, travel: TimeTravel, sandbox_clock: SandboxClock, post: Post, feed: FeedWorld
) -> None:
    """On SQLite the start of a dispatcher buries the other's lease, so this one starts first."""
    await travel.advance_by(timedelta())
    async with listening() as silent:
        silent.reply = hang
        await feed.subscribe(silent.url)
        other = Dispatcher(database, sandbox_clock, post=post)
        running = asyncio.create_task(other.run())
        await feed.tell("/orders/1")
        await silent.until_heard(1)

        await travel.advance_by(timedelta(hours=1))

        assert len(silent.heard) == 1
        silent.released.set()
        await other.stop()
        await running
    assert (await feed.balance(APPLICATION)).acknowledged == 1
