"""A database seen by one process that can lose it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from zoco.database.transaction import Database, Result, Work


class ConnectionLost(Exception):
    pass


class MortalDatabase:
    """The real database until `lose()`; then every transaction of this process fails, until `find()`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._transactions_left: float = math.inf
        self._failures = 0
        self._failed = asyncio.Event()

    def lose(self, *, after_transactions: int = 0) -> None:
        self._transactions_left = after_transactions

    def find(self) -> None:
        self._transactions_left = math.inf

    async def until_failed(self, times: int) -> None:
        async with asyncio.timeout(10):
            while self._failures < times:
                self._failed.clear()
                await self._failed.wait()

    @property
    def engine(self) -> str:
        return self._database.engine

    async def read(self, work: Work[Result], *, wait_seconds_max: float | None = None) -> Result:
        self._check()
        return await self._database.read(work, wait_seconds_max=wait_seconds_max)

    async def write(
        self, work: Work[Result], *, wait_seconds_max: float | None = None, long: bool = False
    ) -> Result:
        self._check()
        return await self._database.write(work, wait_seconds_max=wait_seconds_max, long=long)

    def on_signal(self, name: str, listener: Callable[[], None]) -> None:
        self._database.on_signal(name, listener)

    async def close(self) -> None:
        await self._database.close()

    def _check(self) -> None:
        self._transactions_left -= 1
        if self._transactions_left < 0:
            self._failures += 1
            self._failed.set()
            raise ConnectionLost
