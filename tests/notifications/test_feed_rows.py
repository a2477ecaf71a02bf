"""The feed's rows as the dispatcher sees them, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.hand_clock import HandClock
from tests.notifications.feed_world import APPLICATION, FeedWorld, Told
from zoco.database.transaction import Database
from zoco.storage import notifications
from zoco.storage.notifications import AttemptRecord, Balance, DueMessage, State, WaitingCallback

CALLBACK = "https://desk.example/notifications"


async def the_due(feed: FeedWorld, *, limit: int = 10, application_id: int = APPLICATION) -> list[DueMessage]:
    now = feed.clock.now()
    return await feed.database.read(
        lambda tx: notifications.due_messages(tx, application_id, now, limit, known=())
    )


def acknowledged(message: DueMessage, clock: HandClock) -> AttemptRecord:
    return AttemptRecord(
        message=message,
        state=State.ACKNOWLEDGED,
        next_attempt=None,
        sent=clock.now(),
        outcome="acknowledged",
        http_code=200,
        duration_ms=7,
    )


def failed(message: DueMessage, clock: HandClock) -> AttemptRecord:
    return replace(
        acknowledged(message, clock),
        state=State.PENDING,
        next_attempt=message.received + timedelta(seconds=15),
        outcome="refused",
        http_code=500,
    )


def missed(message: DueMessage, clock: HandClock) -> AttemptRecord:
    return replace(failed(message, clock), state=State.MISSED, next_attempt=None)


async def test_due_messages_come_in_the_order_of_their_events(feed: FeedWorld, clock: HandClock) -> None:
    await feed.subscribe(CALLBACK)
    first, second = await feed.tell("/orders/1", "/orders/2")
    clock.advance(timedelta(seconds=1))
    (third,) = await feed.tell("/orders/1")

    assert [message.id for message in await the_due(feed)] == [first, second, third]
    assert [message.id for message in await the_due(feed, limit=2)] == [first, second]
    assert await the_due(feed, application_id=APPLICATION + 1) == []


async def test_of_the_due_those_that_are_known_are_neither_read_nor_counted(
    feed: FeedWorld, clock: HandClock
) -> None:
    await feed.subscribe(CALLBACK)
    told = await feed.tell("/orders/1", "/orders/2", "/orders/3")
    first, *_ = await the_due(feed)

    due = await feed.database.read(
        lambda tx: notifications.due_messages(tx, APPLICATION, clock.now(), 2, known={first.seq})
    )

    assert [message.id for message in due] == told[1:]


async def test_the_longest_overdue_are_fetched_first(feed: FeedWorld, clock: HandClock) -> None:
    await feed.subscribe(CALLBACK)
    (retried,) = await feed.tell("/orders/1")
    (message,) = await the_due(feed)
    await feed.database.write(lambda tx: notifications.record_attempts(tx, [failed(message, clock)]))
    clock.advance(timedelta(seconds=10))
    (fresh,) = await feed.tell("/orders/2")
    clock.advance(timedelta(seconds=10))

    assert [message.id for message in await the_due(feed, limit=1)] == [fresh]
    # Of what is fetched together the older event starts first.
    assert [message.id for message in await the_due(feed)] == [retried, fresh]


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([failed], Told("pending", 1, "refused", 500, 15.0)),
        ([acknowledged], Told("acknowledged", 1, "acknowledged", 200, None)),
        ([missed], Told("missed", 1, "refused", 500, None)),
        # Two dispatchers have tried: the first failure stands, an acknowledgement always holds.
        ([failed, failed], Told("pending", 1, "refused", 500, 15.0)),
        ([failed, acknowledged], Told("acknowledged", 2, "acknowledged", 200, None)),
        ([acknowledged, failed], Told("acknowledged", 1, "acknowledged", 200, None)),
        # What has ended stays as it is.
        ([acknowledged, missed], Told("acknowledged", 1, "acknowledged", 200, None)),
        ([missed, acknowledged], Told("missed", 1, "refused", 500, None)),
    ],
)
async def test_what_is_recorded_of_a_message(
    feed: FeedWorld, clock: HandClock, records: list[object], told: Told
) -> None:
    await feed.subscribe(CALLBACK)
    (message_id,) = await feed.tell("/orders/1")
    (message,) = await the_due(feed)

    for record in records:
        await feed.database.write(
            lambda tx, record=record: notifications.record_attempts(tx, [record(message, clock)])
        )

    assert await feed.message(message_id) == told


async def test_the_balance_counts_every_message_once(feed: FeedWorld, clock: HandClock) -> None:
    await feed.subscribe(CALLBACK)
    await feed.subscribe(CALLBACK, application_id=2)
    await feed.tell(*(f"/orders/{number}" for number in range(6)))
    await feed.tell("/orders/1", application_id=2)
    due = await the_due(feed)
    records = [
        acknowledged(due[0], clock),
        acknowledged(due[1], clock),
        missed(due[2], clock),
        failed(due[3], clock),
    ]

    await feed.database.write(lambda tx: notifications.record_attempts(tx, records))

    assert await feed.balance() == Balance(created=6, acknowledged=2, pending=3, missed=1)
    assert await feed.balance(2) == Balance(created=1, acknowledged=0, pending=1, missed=0)


async def test_waiting_callbacks_say_what_is_due_and_what_comes_later(
    feed: FeedWorld, clock: HandClock
) -> None:
    await feed.subscribe(CALLBACK, application_id=1)
    await feed.subscribe(None, application_id=2)
    await feed.subscribe(CALLBACK, application_id=3)
    began = clock.now()
    await feed.tell("/orders/1", application_id=1)
    (message,) = await the_due(feed, application_id=1)
    await feed.database.write(lambda tx: notifications.record_attempts(tx, [failed(message, clock)]))
    await feed.tell("/orders/2", application_id=2)

    waiting = await feed.database.read(lambda tx: notifications.waiting_callbacks(tx, clock.now()))

    soon = began + timedelta(seconds=15)
    assert waiting == [
        WaitingCallback(application_id=2, callback_url=None, earliest=began, later=None),
        WaitingCallback(application_id=1, callback_url=CALLBACK, earliest=soon, later=soon),
    ]


class Bidder:
    """Somebody who wants the lease of callback 7 for ten seconds."""

    def __init__(self, database: Database, clock: HandClock, name: str) -> None:
        self._database = database
        self._clock = clock
        self._name = name

    async def leases(self) -> bool:
        now = self._clock.now()
        held = await self._database.write(
            lambda tx: notifications.lease(tx, [7], self._name, now=now, until=now + timedelta(seconds=10))
        )
        return held == {7}

    async def releases(self) -> None:
        await self._database.write(lambda tx: notifications.release_leases(tx, self._name))


async def test_a_lease_is_one_dispatchers_until_it_runs_out_or_is_released(
    database: Database, clock: HandClock
) -> None:
    first, second = Bidder(database, clock, "first"), Bidder(database, clock, "second")

    assert await first.leases()
    assert not await second.leases()
    clock.advance(timedelta(seconds=9))
    assert await first.leases()
    clock.advance(timedelta(seconds=9))
    assert not await second.leases()
    clock.advance(timedelta(seconds=1))
    assert await second.leases()
    assert not await first.leases()
    await second.releases()
    assert await first.leases()
