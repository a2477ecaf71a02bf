"""A database that has no time for anybody, for as long as a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zoco.database.postgres import CONNECTIONS_MAX
from zoco.database.transaction import Database, Transaction


@asynccontextmanager
async def kept_busy(database: Database, *, waiting: int = 0) -> AsyncIterator[None]:
    """The writer of a SQLite file, or all connections to PostgreSQL, are held by works that have begun;
    `waiting` patient ones stand in line behind them."""
    on_sqlite = database.engine == "sqlite"
    loop = asyncio.get_running_loop()
    begun = asyncio.Semaphore(0)
    ended, ended_in_thread = asyncio.Event(), threading.Event()

    async def hold(tx: Transaction) -> None:
        loop.call_soon_threadsafe(begun.release)
        if on_sqlite:
            assert ended_in_thread.wait(timeout=20)
        else:
            await ended.wait()

    count = 1 if on_sqlite else CONNECTIONS_MAX
    holding = [asyncio.create_task(database.write(hold, long=True)) for _ in range(count)]
    for _ in holding:
        await begun.acquire()
    line = [asyncio.create_task(database.write(lambda tx: tx.one("SELECT 1"))) for _ in range(waiting)]
    if line:
        await asyncio.wait(line, timeout=0)
    try:
        yield
    finally:
        ended.set()
        ended_in_thread.set()
        await asyncio.gather(*holding, *line)
