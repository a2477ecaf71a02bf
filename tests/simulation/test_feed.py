"""A feed's life by chance: callbacks that fail in many ways, dispatchers that are stopped and killed.

Whatever happens, created = acknowledged + pending + missed; and when the windows are over nothing
is pending.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from tests.hand_clock import HandClock
from tests.notifications.feed_world import FeedWorld, NoJitter
from tests.notifications.mortal_database import ConnectionLost, MortalDatabase
from zoco.database.transaction import Database
from zoco.notifications.delivery import Answer, NotAnswered, Outcome
from zoco.notifications.dispatcher import Dispatcher, Limits
from zoco.notifications.patience import Patience
from zoco.resources.codec import decode
from zoco.resources.notification import Notification
from zoco.resources.scalars import parse_moment
from zoco.storage.notifications import Balance

STEPS = 150
LIMITS = Limits(slots_per_callback=3, held_per_callback=10, lease_seconds=10.0, drain_seconds=0.02)
WINDOW = timedelta(hours=12)


@dataclass
class Subscriber:
    """Answers 200 as often as its `health` says, else fails in some way.

    Its answer to one attempt is a matter of the seed alone, not of what was posted before it.
    """

    seed: int
    health: float
    heard: list[Notification] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)

    async def answer(self, body: bytes) -> Answer:
        message = decode(body, Notification)
        self.heard.append(message)
        chance = Random(f"{self.seed} {message.id} {message.attempts}")
        if chance.random() < self.health:
            self.acknowledged[str(message.id)] += 1
            return Answer(200)
        failure = chance.choice([201, 302, 500, Outcome.UNREACHABLE, Outcome.BROKEN_OFF, Outcome.TIMED_OUT])
        if isinstance(failure, int):
            return Answer(failure)
        if failure is Outcome.TIMED_OUT:
            raise TimeoutError
        raise NotAnswered(failure)


class Life:
    """A world with six subscribers and one dispatcher at a time."""

    def __init__(self, database: Database, clock: HandClock, seed: int) -> None:
        self.chance = Random(seed)
        self.clock = clock
        self.feed = FeedWorld(database, clock)
        self.subscribers = {
            number: Subscriber(seed, health)
            for number, health in enumerate((1.0, 0.9, 0.5, 0.2, 0.02, 0.0), start=1)
        }
        self.created: Counter[int] = Counter()
        self.heard_of_the_dying: set[str] = set()
        self._database = database
        self._mortal, self._dispatcher = self._born()

    def _born(self) -> tuple[MortalDatabase, Dispatcher]:
        mortal = MortalDatabase(self._database)
        return mortal, Dispatcher(
            mortal,
            self.clock,
            post=self._post,
            limits=LIMITS,
            patience=Patience(first_pause_seconds=3600.0),
            lease_clock=self.clock,
            random=NoJitter(),
        )

    async def _post(self, url: str, body: bytes) -> Answer:
        return await self.subscribers[int(url.rsplit("/", 1)[1])].answer(body)

    async def begin(self) -> None:
        for number in self.subscribers:
            await self.feed.subscribe(f"https://subscriber.example/{number}", application_id=number)

    async def something_happens(self) -> None:
        number = self.chance.choice(list(self.subscribers))
        resources = [f"/orders/{self.chance.randint(1, 4)}" for _ in range(self.chance.randint(1, 9))]
        await self.feed.tell(*resources, application_id=number)
        self.created[number] += len(resources)

    async def deliver(self) -> None:
        async with self._dispatcher.stepping(timeout_seconds=10) as run_due:
            await run_due()

    async def stop_and_start(self) -> None:
        await self._dispatcher.stop()
        self._mortal, self._dispatcher = self._born()

    async def kill_and_start(self) -> None:
        """In the middle of its work: its leases stay behind, and what it had posted and not recorded."""
        heard_before = {number: len(one.heard) for number, one in self.subscribers.items()}
        self._mortal.lose(after_transactions=self.chance.randint(0, 8))
        work = asyncio.create_task(self.deliver())
        lost = asyncio.create_task(self._mortal.until_failed(1))
        await asyncio.wait([work, lost], return_when=asyncio.FIRST_COMPLETED)
        self._mortal.lose()
        work.cancel()
        lost.cancel()
        await asyncio.gather(work, lost, return_exceptions=True)
        with suppress(ConnectionLost):
            await self._dispatcher.stop()
        for number, one in self.subscribers.items():
            self.heard_of_the_dying.update(str(message.id) for message in one.heard[heard_before[number] :])
        self._mortal, self._dispatcher = self._born()

    async def check_balance(self) -> None:
        for number in self.subscribers:
            balance = await self.feed.balance(number)
            assert balance.created == self.created[number]
            assert balance.created == balance.acknowledged + balance.pending + balance.missed


def first_heard(messages: Iterable[Notification]) -> dict[str, list[str]]:
    """Per resource, the messages in the order in which they were heard for the first time."""
    order: dict[str, dict[str, None]] = {}
    for message in messages:
        order.setdefault(message.resource, {})[str(message.id)] = None
    return {resource: list(ids) for resource, ids in order.items()}


@pytest.mark.parametrize("seed", [1, 20, 300])
async def test_a_feed_loses_nothing_whatever_happens(database: Database, clock: HandClock, seed: int) -> None:
    life = Life(database, clock, seed)
    await life.begin()
    acts = [life.something_happens] * 6 + [life.deliver] * 6 + [life.stop_and_start, life.kill_and_start]

    for _ in range(STEPS):
        await life.chance.choice(acts)()
        await life.check_balance()
        clock.advance(timedelta(seconds=life.chance.choice([0, 1, 15, 60, 600])))
    for _ in range(60):
        await life.deliver()
        await life.check_balance()
        clock.advance(timedelta(minutes=15))

    assert sum(life.created.values()) > 200
    for number, subscriber in life.subscribers.items():
        check_the_end(life, subscriber, await life.feed.balance(number), created=life.created[number])


def check_the_end(life: Life, subscriber: Subscriber, balance: Balance, *, created: int) -> None:
    """Each message was acknowledged, or tried until its window ended, and each in its order."""
    last_sent = {message.id: message for message in subscriber.heard}
    missed = [message for id, message in last_sent.items() if id not in subscriber.acknowledged]
    for message in missed:
        assert message.sent is not None
        assert message.received is not None
        assert parse_moment(message.sent) - parse_moment(message.received) >= WINDOW
    assert balance == Balance(created, len(subscriber.acknowledged), 0, len(missed))
    twice = {id for id, count in subscriber.acknowledged.items() if count > 1}
    assert twice <= life.heard_of_the_dying
    for ids in first_heard(subscriber.heard).values():
        # The ids of this world rise with its events.
        assert ids == sorted(ids)
