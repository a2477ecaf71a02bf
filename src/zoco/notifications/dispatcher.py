"""Delivers the feed: leases callbacks, posts what is due, records what came of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from random import Random

from zoco.clock import Clock, SandboxClock, SystemClock
from zoco.database.transaction import Database, Transaction
from zoco.notifications.deadlines import Deadlines
from zoco.notifications.delivery import Delivery, Outcome, Post, deliver
from zoco.notifications.lane import Lane
from zoco.notifications.leases import Leases
from zoco.notifications.patience import Patience
from zoco.notifications.recorder import Recorder
from zoco.notifications.schedule import SEED_2012, Profile, next_attempt
from zoco.observe import SILENT, DeliveryMade, Observer
from zoco.storage import notifications
from zoco.storage.notifications import AttemptRecord, DueMessage, State, WaitingCallback

# Commits come faster than rounds are worth: this bounds how often the database is asked under load.
# A message of an idle system waits for nothing.
_ROUNDS_APART_SECONDS = 0.01
# So many callbacks are fetched for in one transaction, which on SQLite the event loop waits for.
_FETCHED_TOGETHER = 10

_REAL_TIME = SystemClock()
_PATIENCE = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a dispatcher. Memory is bounded by `held_per_callback` times the number of callbacks."""

    # How many posts one callback has under way: enough for a healthy one, and all that a dead one can waste.
    slots_per_callback: int = 20
    held_per_callback: int = 200
    # How long the callbacks of a killed dispatcher wait for another one.
    lease_seconds: float = 10.0
    # How often to look without having been woken: commits of other processes, clocks that were set.
    poll_seconds: float = 0.5
    # How long a stop waits for answers; what is given up then is posted again by the next run.
    drain_seconds: float = 5.0


class Dispatcher:
    """Delivers what is due to the callbacks that it leases.

        async with callbacks() as post:
            await Dispatcher(database, clock, post=post).run()

    `run` works until it is cancelled or `stop` is called; both let what is under way finish, record
    it, and release the leases. Several dispatchers may work on one PostgreSQL. `lease_clock` is the
    real time, whatever the clock of the world says: a lease bounds how long a dead process is missed.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        post: Post,
        timeout_seconds: float = 20.0,
        profile: Profile = SEED_2012,
        limits: Limits = Limits(),
        patience: Patience = _PATIENCE,
        lease_clock: Clock = _REAL_TIME,
        random: Random | None = None,
        observer: Observer = SILENT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._post = post
        self._timeout_seconds = timeout_seconds
        self._profile = profile
        self._limits = limits
        self._patience = patience
        self._observer = observer
        self._random = random if random is not None else Random()
        self._leases = Leases(
            database, lease_clock, dispatcher=secrets.token_hex(8), seconds=limits.lease_seconds
        )
        self._recorder = Recorder(database, patience=patience, on_recorded=self._on_recorded)
        self._lanes: dict[int, Lane] = {}
        self._slots: set[asyncio.Task[None]] = set()
        self._deadlines = Deadlines()
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._first_round = True
        self._stopping = False
        database.on_signal("feed", self.wake)
        if isinstance(clock, SandboxClock):
            clock.on_move(self.wake)

    def wake(self) -> None:
        """Look at once: something was committed, or the clock was moved."""
        self._woken.set()

    async def run(self) -> None:
        # A task of its own: who cancels `run` ends it at once, not when the round's transaction has ended.
        rounds = asyncio.create_task(self._rounds(), name="feed rounds")
        try:
            await asyncio.wait([rounds])
        finally:
            await self.stop()
            rounds.cancel()
            await asyncio.wait([rounds])
        if not rounds.cancelled():
            rounds.result()

    async def stop(self) -> None:
        """Start nothing more; wait for what is under way, record it, release the leases."""
        self._stopping = True
        self.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.drain_seconds):
                if self._slots:
                    await asyncio.wait(self._slots)
                await self._recorder.written()
                async with self._turn:
                    # A database that is away does not keep a program from ending: the leases run out.
                    await self._patience.with_patience(self._leases.release)
        for task in self._slots:
            task.cancel()
        self._recorder.abandon()
        if self._slots:
            await asyncio.wait(self._slots)

    @asynccontextmanager
    async def stepping(self, *, timeout_seconds: float) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Deliver by hand while the clock is moved (26.21); `run` waits until the block ends.

            async with dispatcher.stepping(timeout_seconds=1.0) as run_due:
                clock.advance_to(moment)
                await run_due()

        Callbacks have `timeout_seconds` meanwhile, posts that are already under way too.
        """
        async with self._turn:
            patient_seconds, self._timeout_seconds = self._timeout_seconds, timeout_seconds
            self._deadlines.shorten(timeout_seconds)
            try:
                yield self._run_due
            finally:
                self._timeout_seconds = patient_seconds
                self.wake()

    async def next_due(self) -> datetime | None:
        """When this dispatcher has something to deliver next, None when nothing is pending.

        What is due already at a callback that another dispatcher has leased is not ours to wait for.
        """
        now = self._clock.now()
        callbacks = await self._database.read(lambda tx: notifications.waiting_callbacks(tx, now))
        moments = [
            callback.earliest
            if callback.earliest > now or self._leases.holds(callback.application_id)
            else callback.later
            for callback in callbacks
        ]
        return min((moment for moment in moments if moment is not None), default=None)

    async def _run_due(self) -> None:
        """Deliver everything that is due at this moment of the clock; answers when it is recorded."""
        while True:
            if self._stopping:
                raise RuntimeError("the dispatcher is stopping")
            await self._round()
            if all(lane.idle for lane in self._lanes.values()):
                return
            if self._slots:
                await asyncio.wait(self._slots)
            await self._recorder.written()

    async def _rounds(self) -> None:
        while not self._stopping:
            async with self._turn:
                pause_seconds = await self._patience.with_patience(self._round)
            await asyncio.sleep(_ROUNDS_APART_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_seconds):
                    await self._woken.wait()
            self._woken.clear()

    async def _round(self) -> float:
        """Fetch and start what is due; answers after how many seconds to look again unless woken."""
        if self._first_round:
            await self._leases.release_dead_leases()
            self._first_round = False
        now = self._clock.now()
        callbacks = await self._database.read(lambda tx: notifications.waiting_callbacks(tx, now))
        due = [callback for callback in callbacks if callback.earliest <= now]
        in_hand = [lane.application_id for lane in self._lanes.values() if not lane.idle]
        await self._leases.take({*(callback.application_id for callback in due), *in_hand})
        for application_id in in_hand:
            if not self._leases.holds(application_id):
                self._lanes[application_id].let_go()
        await self._fetch([callback for callback in due if self._leases.holds(callback.application_id)], now)
        for lane in self._lanes.values():
            self._start(lane)
        laters = [callback.later for callback in callbacks if callback.later is not None]
        seconds = (min(laters) - now).total_seconds() if laters else self._limits.poll_seconds
        return min(seconds, self._limits.poll_seconds)

    async def _fetch(self, callbacks: Sequence[WaitingCallback], now: datetime) -> None:
        """Fill the lanes that have room, and start what may start."""
        hungry: list[Lane] = []
        for callback in callbacks:
            lane = self._lane(callback.application_id)
            lane.callback_url = callback.callback_url
            if lane.hungry:
                hungry.append(lane)
            else:
                lane.more_waiting = True
        for first in range(0, len(hungry), _FETCHED_TOGETHER):
            await self._fill(hungry[first : first + _FETCHED_TOGETHER], now)
            await asyncio.sleep(0)

    async def _fill(self, lanes: Sequence[Lane], now: datetime) -> None:
        rooms = [lane.begin_fetch() for lane in lanes]

        async def due_of_each(tx: Transaction) -> list[list[DueMessage]]:
            return [
                await notifications.due_messages(tx, lane.application_id, now, room, known=lane.held)
                for lane, room in zip(lanes, rooms, strict=True)
            ]

        fetched = await self._database.read(due_of_each)
        for lane, room, messages in zip(lanes, rooms, fetched, strict=True):
            lane.take(messages, more=len(messages) == room)
            self._start(lane)

    def _lane(self, application_id: int) -> Lane:
        if application_id not in self._lanes:
            self._lanes[application_id] = Lane(
                application_id,
                slots=self._limits.slots_per_callback,
                held_max=self._limits.held_per_callback,
            )
        return self._lanes[application_id]

    def _start(self, lane: Lane) -> None:
        """Set the free slots of a lane to work."""
        while (message := self._next(lane)) is not None:
            slot = asyncio.create_task(self._work(lane, message))
            self._slots.add(slot)
            slot.add_done_callback(self._slots.discard)

    def _next(self, lane: Lane) -> DueMessage | None:
        """What a free slot is to post; the next round goes on with a lane whose lease has run out."""
        if self._stopping or not self._leases.holds(lane.application_id):
            return None
        return lane.start_next()

    async def _work(self, lane: Lane, first: DueMessage) -> None:
        """One slot: a message after the other, until none of the lane may start."""
        message: DueMessage | None = first
        while message is not None:
            try:
                self._recorder.add(await self._attempt(lane, message))
            finally:
                lane.finish(message)
            message = self._next(lane)

    async def _attempt(self, lane: Lane, message: DueMessage) -> AttemptRecord:
        """One message, one try."""
        if lane.callback_url is None:
            return _given_up(message)
        delivery = await deliver(
            self._post,
            lane.callback_url,
            message,
            attempts=message.attempts + self._profile.attempts_from,
            sent=self._clock.now(),
            deadline=self._deadlines.within(self._timeout_seconds),
        )
        return self._judged(message, delivery)

    def _judged(self, message: DueMessage, delivery: Delivery) -> AttemptRecord:
        """What is to be recorded of an attempt: done, to be tried again, or given up."""
        if delivery.outcome is Outcome.ACKNOWLEDGED:
            state, again = State.ACKNOWLEDGED, None
        else:
            again = next_attempt(
                self._profile,
                message.received,
                message.attempts + 1,
                now=self._clock.now(),
                jitter=self._random.random(),
            )
            state = State.MISSED if again is None else State.PENDING
        return AttemptRecord(
            message=message,
            state=state,
            next_attempt=again,
            sent=delivery.sent,
            outcome=delivery.outcome.value,
            http_code=delivery.http_code,
            duration_ms=delivery.duration_ms,
        )

    def _on_recorded(self, records: Sequence[AttemptRecord]) -> None:
        for record in records:
            self._observer.tell(_made(record, self._profile))
            lane = self._lanes[record.message.application_id]
            lane.recorded(record.message)
            if lane.more_waiting and lane.hungry:
                self.wake()


def _made(record: AttemptRecord, profile: Profile) -> DeliveryMade:
    message = record.message
    return DeliveryMade(
        notification=message.id,
        application=message.application_id,
        user=message.user_id,
        topic=message.topic,
        resource=message.resource,
        attempts=message.attempts + profile.attempts_from,
        outcome=record.outcome,
        state=record.state.value,
        http_code=record.http_code,
        ms=record.duration_ms,
    )


def _given_up(message: DueMessage) -> AttemptRecord:
    """A message whose application has no callback any more counts as missed (26.30)."""
    return AttemptRecord(
        message=message,
        state=State.MISSED,
        next_attempt=None,
        sent=None,
        outcome=Outcome.NO_CALLBACK.value,
        http_code=None,
        duration_ms=None,
    )
