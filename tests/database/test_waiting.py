"""Who waits for a busy database, for how long, and who is turned away: the same on both engines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from tests.busy_database import kept_busy
from tests.database.things import INSERT, names
from zoco.database.errors import DatabaseUnavailable
from zoco.database.transaction import WAITING_WORKS_MAX, Database, Transaction


def insert(number: int, name: str = "lamp") -> Callable[[Transaction], Awaitable[int]]:
    return lambda tx: tx.run(INSERT, {"id": number, "name": name, "amount": 1})


async def test_who_has_waited_long_enough_is_turned_away_and_nothing_is_done(shelf: Database) -> None:
    async with kept_busy(shelf):
        patient = asyncio.create_task(shelf.write(insert(1, "chair")))
        with pytest.raises(DatabaseUnavailable):
            await shelf.write(insert(2), wait_seconds_max=0.02)
        assert not patient.done()
    await patient
    assert await names(shelf) == ["chair"]


async def test_who_would_stand_behind_too_many_is_turned_away_at_once(shelf: Database) -> None:
    async with kept_busy(shelf, waiting=WAITING_WORKS_MAX):
        with pytest.raises(DatabaseUnavailable):
            async with asyncio.timeout(20):
                await shelf.write(insert(1), wait_seconds_max=1000)
        patient = asyncio.create_task(shelf.write(insert(2, "chair")))
        await asyncio.wait([patient], timeout=0)
        assert not patient.done()
    await patient
    assert await names(shelf) == ["chair"]


async def test_a_work_that_has_begun_takes_its_time(shelf: Database) -> None:
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()

    async def begin_and_wait(tx: Transaction) -> None:
        await tx.run(INSERT, {"id": 1, "name": "lamp", "amount": 1})
        loop.call_soon_threadsafe(begun.set)
        while not go_on.is_set():
            await tx.one("SELECT id FROM things")

    writing = asyncio.create_task(shelf.write(begin_and_wait, wait_seconds_max=0.02, long=True))
    await begun.wait()
    assert await asyncio.wait([writing], timeout=0.05) == (set(), {writing})
    go_on.set()
    await writing
    assert await names(shelf) == ["lamp"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_read_waits_for_a_connection_within_its_bounds(shelf: Database) -> None:
    async with kept_busy(shelf):
        with pytest.raises(DatabaseUnavailable):
            await shelf.read(lambda tx: tx.one("SELECT 1"), wait_seconds_max=0.02)
    assert await shelf.read(lambda tx: tx.all("SELECT id FROM things"), wait_seconds_max=20) == []
