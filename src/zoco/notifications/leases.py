"""Which callbacks are this dispatcher's: nobody else posts to them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from zoco.clock import Clock
from zoco.database.transaction import Database
from zoco.storage import notifications


class Leases:
    """A callback is leased for a while and renewed while it is busy; who dies loses it soon.

    An idle callback's lease runs out, so whoever first sees its next message may have it.
    """

    def __init__(self, database: Database, clock: Clock, *, dispatcher: str, seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._dispatcher = dispatcher
        self._length = timedelta(seconds=seconds)
        self._until: dict[int, datetime] = {}

    def holds(self, application_id: int) -> bool:
        return application_id in self._until and self._until[application_id] > self._clock.now()

    async def take(self, application_ids: Iterable[int]) -> None:
        """Lease these callbacks; those that are already held are renewed at half of their time."""
        now = self._clock.now()
        wanted = [
            application_id
            for application_id in application_ids
            if application_id not in self._until or self._until[application_id] - now < self._length / 2
        ]
        if not wanted:
            return
        until = now + self._length
        held = await self._database.write(
            lambda tx: notifications.lease(tx, wanted, self._dispatcher, now=now, until=until)
        )
        for application_id in wanted:
            if application_id in held:
                self._until[application_id] = until
            else:
                self._until.pop(application_id, None)

    async def release_dead_leases(self) -> None:
        """On SQLite one process owns the file: leases found at the start are its killed forerunner's."""
        if self._database.engine == "sqlite":
            await self._database.write(lambda tx: notifications.release_foreign_leases(tx, self._dispatcher))

    async def release(self) -> None:
        self._until.clear()
        await self._database.write(lambda tx: notifications.release_leases(tx, self._dispatcher))
