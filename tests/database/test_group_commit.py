"""Works that wait share one commit on SQLite; none is answered before it, and none harms another."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.database.things import INSERT, all_rows, names, put
from zoco.database.transaction import Database, Transaction

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


class Refusal(Exception):
    """What a rule would raise."""


def insert(number: int) -> Callable[[Transaction], Awaitable[int]]:
    return lambda tx: tx.run(INSERT, {"id": number, "name": f"thing {number}", "amount": 1})


async def waiting(
    database: Database, *works: Callable[[Transaction], Awaitable[object]]
) -> list[asyncio.Task[Any]]:
    """The works, handed in while a long one holds the writer, so that they wait together."""
    loop = asyncio.get_running_loop()
    reached, opened = asyncio.Event(), threading.Event()

    async def hold(tx: Transaction) -> None:
        loop.call_soon_threadsafe(reached.set)
        assert opened.wait(timeout=20)

    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(database.write(hold, long=True))]
    await reached.wait()
    tasks += [asyncio.create_task(database.write(work)) for work in works]
    await asyncio.wait(tasks, timeout=0)
    opened.set()
    return tasks[1:]


async def test_nobody_is_answered_before_the_commit_of_the_group(
    shelf: Database, empty_database_url: str
) -> None:
    outside = sqlite3.connect(empty_database_url.removeprefix("sqlite:///"))

    def seen_outside() -> list[int]:
        return [number for (number,) in outside.execute("SELECT id FROM things ORDER BY id")]

    seen_within: list[list[int]] = []
    seen_when_answered: list[list[int]] = []

    async def look(tx: Transaction) -> None:
        seen_within.append(seen_outside())

    tasks = await waiting(shelf, insert(1), look, insert(2), look)
    for task in tasks:
        task.add_done_callback(lambda _: seen_when_answered.append(seen_outside()))
    await asyncio.gather(*tasks)
    assert (seen_within, seen_when_answered) == ([[], []], [[1, 2]] * 4)
    outside.close()


async def test_the_event_loop_breathes_between_the_works_of_a_group(shelf: Database) -> None:
    """Reads go on beside a group that takes long, and see nothing of it before its commit."""
    begun = asyncio.Event()

    async def take_its_time(tx: Transaction) -> None:
        begun.set()
        row = await tx.one(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
            " SELECT max(i) AS last FROM n"
        )
        assert row is not None
        assert row["last"] == 100_000
        await tx.run("UPDATE things SET amount = amount + 1")

    await put(shelf, (1, "counter", 0))
    tasks = [asyncio.create_task(shelf.write(take_its_time)) for _ in range(5)]
    await begun.wait()
    assert await all_rows(shelf, "SELECT amount FROM things") == [(0,)]
    assert not any(task.done() for task in tasks)
    await asyncio.gather(*tasks)
    assert await all_rows(shelf, "SELECT amount FROM things") == [(5,)]


async def test_a_work_that_fails_rolls_back_alone(shelf: Database) -> None:
    async def insert_and_refuse(tx: Transaction) -> None:
        await insert(2)(tx)
        raise Refusal

    outcomes = await asyncio.gather(
        *await waiting(shelf, insert(1), insert_and_refuse, insert(1), insert(3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [int, Refusal, sqlite3.IntegrityError, int]
    assert await names(shelf) == ["thing 1", "thing 3"]


async def test_a_work_sees_what_the_group_did_before_it(shelf: Database) -> None:
    async def count(tx: Transaction) -> int:
        row = await tx.one("SELECT count(*) AS n FROM things")
        return 0 if row is None else int(row["n"])

    outcomes = await asyncio.gather(*await waiting(shelf, insert(1), count, insert(2), count))
    assert outcomes == [1, 1, 1, 2]


async def test_a_commit_that_fails_fails_its_whole_group(shelf: Database) -> None:
    async def create(tx: Transaction) -> None:
        await tx.run("CREATE TABLE owners (id INTEGER PRIMARY KEY)")
        await tx.run(
            "CREATE TABLE owned (owner INTEGER REFERENCES owners (id) DEFERRABLE INITIALLY DEFERRED)"
        )

    await shelf.write(create)
    outcomes = await asyncio.gather(
        *await waiting(
            shelf, insert(1), lambda tx: tx.run("INSERT INTO owned (owner) VALUES (7)"), insert(2)
        ),
        return_exceptions=True,
    )
    assert [str(outcome) for outcome in outcomes] == ["FOREIGN KEY constraint failed"] * 3
    assert await names(shelf) == []
    await put(shelf, (1, "chair", 1))
    assert await names(shelf) == ["chair"]


async def test_more_works_than_a_group_holds_are_all_answered(shelf: Database) -> None:
    tasks = await waiting(shelf, *(insert(number) for number in range(1, 1201)))
    async with asyncio.timeout(30):
        assert await asyncio.gather(*tasks) == [1] * 1200
    assert len(await names(shelf)) == 1200


async def test_a_signal_is_heard_once_for_a_group_and_not_for_a_failure(shelf: Database) -> None:
    heard: list[str] = []
    shelf.on_signal("told", lambda: heard.append("told"))
    shelf.on_signal("refused", lambda: heard.append("refused"))

    async def tell(tx: Transaction) -> None:
        tx.signal("told")

    async def tell_and_refuse(tx: Transaction) -> None:
        tx.signal("refused")
        raise Refusal

    await asyncio.gather(*await waiting(shelf, tell, tell_and_refuse, tell), return_exceptions=True)
    await names(shelf)
    assert heard == ["told"]
