"""The sandbox's clock is moved, and whatever falls due on the way happens (contract 21.2 and 26.21)."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta
from functools import partial

from zoco.clock import Clock, SandboxClock
from zoco.database.transaction import Database, Transaction
from zoco.marketplace import expiry
from zoco.marketplace.expiry import ExpiryLoop
from zoco.notifications.dispatcher import Dispatcher
from zoco.storage import world
from zoco.storage.world import World


class TimeTravel:
    """Moves the clock of a world: retries and duties happen in time order, at the moment they fall due.

    Callbacks have `callback_timeout_seconds` real seconds each while the clock is being moved, instead
    of the 20 that they have otherwise: a silent callback is tried twenty times in twelve hours.
    """

    def __init__(
        self,
        database: Database,
        clock: SandboxClock,
        dispatcher: Dispatcher,
        expiry_loop: ExpiryLoop,
        *,
        callback_timeout_seconds: float = 1.0,
    ) -> None:
        self.clock = clock
        self._database = database
        self._dispatcher = dispatcher
        self._expiry_loop = expiry_loop
        self._callback_timeout_seconds = callback_timeout_seconds
        self._journey = asyncio.Lock()

    @property
    def advancing(self) -> bool:
        return self._journey.locked()

    async def set_running(self, *, running: bool) -> None:
        """Stop the clock, or let it run in real time again."""
        async with self._journey:
            self.clock.set_running(running=running)
            await self._keep_clock(self.clock.now())

    async def advance_by(self, step: timedelta) -> None:
        """Move on by `step` from wherever the clock stands when earlier journeys have ended."""
        async with self._journey:
            await self._travel(self.clock.now() + step)

    async def advance_to(self, target: datetime) -> None:
        async with self._journey:
            await self._travel(max(target, self.clock.now()))

    async def _travel(self, target: datetime) -> None:
        # Kept before anything is written at a later time: a restart must not find rows of the future.
        await self._keep_clock(target)
        async with self._dispatcher.stepping(timeout_seconds=self._callback_timeout_seconds) as run_due:
            while True:
                await self._do_duties()
                await run_due()
                moment = await self._next_due()
                if moment is None or moment > target:
                    break
                self.clock.advance_to(moment)
            self.clock.advance_to(target)
            # What subscribers have caused meanwhile, by acting on what they heard.
            await run_due()

    async def _do_duties(self) -> None:
        due = await self._database.read(expiry.next_due)
        if due is not None and due <= self.clock.now():
            await self._expiry_loop.run_due()

    async def _next_due(self) -> datetime | None:
        moments = (await self._dispatcher.next_due(), await self._database.read(expiry.next_due))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _keep_clock(self, moment: datetime) -> None:
        """Keep the clock as it will be at `moment`."""
        offset = self.clock.offset + (moment - self.clock.now())
        stopped_at = None if self.clock.running else moment
        await self._database.write(partial(_keep_clock, offset=offset, stopped_at=stopped_at))


async def _keep_clock(tx: Transaction, *, offset: timedelta, stopped_at: datetime | None) -> None:
    kept = await world.get(tx)
    world_id = secrets.token_hex(8) if kept is None else kept.id
    await world.save(tx, World(id=world_id, clock_offset=offset, clock_stopped_at=stopped_at))


async def kept_clock(database: Database, real: Clock) -> SandboxClock:
    """The clock of a world as its last run left it; a new world's clock shows the real time."""
    kept = await database.read(world.get)
    if kept is None:
        return SandboxClock(real)
    if kept.clock_stopped_at is not None:
        return SandboxClock(real, offset=kept.clock_stopped_at - real.now(), running=False)
    return SandboxClock(real, offset=kept.clock_offset)
