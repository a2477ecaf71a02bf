"""Writes what came of attempts, many in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from zoco.database.transaction import Database
from zoco.notifications.patience import Patience
from zoco.storage import notifications
from zoco.storage.notifications import AttemptRecord

_BATCH_MAX = 500


class Recorder:
    """Takes records one by one; whatever gathers while a batch is being written is the next batch.

    A record is not given up: while the database fails, it waits. What a killed process had not
    written yet is posted again by the next one, hence "at least once".
    """

    def __init__(
        self,
        database: Database,
        *,
        patience: Patience,
        on_recorded: Callable[[Sequence[AttemptRecord]], None],
    ) -> None:
        self._database = database
        self._patience = patience
        self._on_recorded = on_recorded
        self._waiting: list[AttemptRecord] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, record: AttemptRecord) -> None:
        self._waiting.append(record)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all(), name="feed recorder")

    async def written(self) -> None:
        """Wait until nothing is left to write."""
        while self._writing is not None:
            await asyncio.wait([self._writing])

    def abandon(self) -> None:
        if self._writing is not None:
            self._writing.cancel()

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch = self._waiting[:_BATCH_MAX]
                await self._patience.with_patience(partial(self._write, batch))
                del self._waiting[: len(batch)]
                self._on_recorded(batch)
        finally:
            self._writing = None

    async def _write(self, batch: Sequence[AttemptRecord]) -> None:
        await self._database.write(lambda tx: notifications.record_attempts(tx, batch))
