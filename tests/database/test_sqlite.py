"""What is SQLite's own: works that never wait, on the event loop; long ones and the disk in a thread."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from tests.database.things import INSERT, all_rows, names, put
from zoco.database.transaction import Database, Transaction

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

LAMP = {"id": 1, "name": "lamp", "amount": 1}


async def test_a_work_that_waits_for_something_else_is_an_error_and_rolled_back(shelf: Database) -> None:
    loop = asyncio.get_running_loop()
    never: asyncio.Future[None] = loop.create_future()

    async def wait_for_the_network(tx: Transaction) -> None:
        await tx.run(INSERT, LAMP)
        await never

    with pytest.raises(RuntimeError, match="may await only its own statements"):
        await shelf.write(wait_for_the_network)
    with pytest.raises(RuntimeError, match="may await only its own statements"):
        await shelf.read(lambda _: loop.create_future())
    assert await names(shelf) == []
    await put(shelf, (1, "chair", 1))
    assert await names(shelf) == ["chair"]


async def test_a_work_within_a_work_is_an_error(shelf: Database) -> None:
    async def write_within(tx: Transaction) -> None:
        await shelf.write(lambda inner: inner.run(INSERT, LAMP))

    with pytest.raises(RuntimeError, match="a work cannot hand in another one"):
        await shelf.write(write_within)
    await put(shelf, (2, "chair", 1))
    assert await names(shelf) == ["chair"]


async def test_a_caller_who_gives_up_in_line_is_not_served(shelf: Database) -> None:
    """A long work holds the writer until the next one's caller has left."""
    loop = asyncio.get_running_loop()
    begun, left = asyncio.Event(), threading.Event()

    async def hold(tx: Transaction) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert left.wait(timeout=20)

    holding = asyncio.create_task(shelf.write(hold, long=True))
    await begun.wait()
    giving_up = asyncio.create_task(shelf.write(lambda tx: tx.run(INSERT, LAMP)))
    await asyncio.wait([giving_up], timeout=0)
    giving_up.cancel()
    await asyncio.wait([giving_up])
    left.set()
    await holding
    await put(shelf, (2, "chair", 1))
    assert await names(shelf) == ["chair"]


async def test_reads_go_on_beside_a_long_work(shelf: Database) -> None:
    loop = asyncio.get_running_loop()
    begun, seen = asyncio.Event(), threading.Event()

    async def hold(tx: Transaction) -> None:
        await tx.run(INSERT, LAMP)
        loop.call_soon_threadsafe(begun.set)
        assert seen.wait(timeout=20)

    holding = asyncio.create_task(shelf.write(hold, long=True))
    await begun.wait()
    assert await names(shelf) == []
    seen.set()
    await holding
    assert await names(shelf) == ["lamp"]


async def test_a_read_keeps_its_state_when_a_commit_lands_in_its_middle(
    shelf: Database, empty_database_url: str
) -> None:
    read_has_begun = threading.Event()
    outside = sqlite3.connect(empty_database_url.removeprefix("sqlite:///"))

    async def put_lamp(tx: Transaction) -> None:
        assert read_has_begun.wait(timeout=20)
        await tx.run(INSERT, LAMP)

    async def count_twice(tx: Transaction) -> tuple[int, int]:
        before = len(await tx.all("SELECT id FROM things"))
        read_has_begun.set()
        while not outside.execute("SELECT id FROM things").fetchall():
            continue
        return before, len(await tx.all("SELECT id FROM things"))

    writing = asyncio.create_task(shelf.write(put_lamp, long=True))
    await asyncio.wait([writing], timeout=0)
    assert await shelf.read(count_twice) == (0, 0)
    await writing
    outside.close()
    assert await names(shelf) == ["lamp"]


async def test_a_failed_commit_is_the_callers_and_the_writer_goes_on(shelf: Database) -> None:
    async def create(tx: Transaction) -> None:
        await tx.run("CREATE TABLE owners (id INTEGER PRIMARY KEY)")
        await tx.run(
            "CREATE TABLE owned (owner INTEGER REFERENCES owners (id) DEFERRABLE INITIALLY DEFERRED)"
        )

    async def own_by_nobody(tx: Transaction) -> None:
        await tx.run("INSERT INTO owned (owner) VALUES (7)")

    await shelf.write(create)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await shelf.write(own_by_nobody)
    await put(shelf, (1, "chair", 1))
    assert await names(shelf) == ["chair"]
    assert await all_rows(shelf, "SELECT owner FROM owned") == []


async def test_a_file_that_another_program_writes_is_waited_for_off_the_event_loop(
    shelf: Database, empty_database_url: str
) -> None:
    outside = sqlite3.connect(empty_database_url.removeprefix("sqlite:///"), isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    outside.execute(INSERT, {"id": 2, "name": "chair", "amount": 1})
    writing = asyncio.create_task(shelf.write(lambda tx: tx.run(INSERT, LAMP)))
    await asyncio.wait([writing], timeout=0)
    assert await names(shelf) == []
    assert not writing.done()
    outside.execute("COMMIT")
    assert await writing == 1
    outside.close()
    assert await names(shelf) == ["lamp", "chair"]


async def test_commits_are_on_the_disk_when_they_are_answered(shelf: Database) -> None:
    settings = {}
    for pragma in ("journal_mode", "synchronous", "foreign_keys"):
        row = await shelf.write(lambda tx, pragma=pragma: tx.one(f"PRAGMA {pragma}"))
        settings[pragma] = row[0]
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
