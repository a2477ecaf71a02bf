"""What is PostgreSQL's own: collisions are tried again, row locks hold."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tests.database.things import all_rows, put
from zoco.database.transaction import Database, Transaction

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


async def test_a_deadlock_is_tried_again_until_both_are_done(shelf: Database) -> None:
    """Each of two works locks the row that the other wants next; one of them is run twice."""
    await put(shelf, (1, "left", 0), (2, "right", 0))
    both_hold = asyncio.Barrier(2)
    runs = 0

    async def lock_both(tx: Transaction, first: int, second: int, *, meet: bool) -> None:
        nonlocal runs
        runs += 1
        raise_amount = "UPDATE things SET amount = amount + 1 WHERE id = :id"
        await tx.run(raise_amount, {"id": first})
        if meet:
            await both_hold.wait()
        await tx.run(raise_amount, {"id": second})

    def crossing(first: int, second: int) -> object:
        met = False

        async def work(tx: Transaction) -> None:
            nonlocal met
            meet, met = not met, True
            await lock_both(tx, first, second, meet=meet)

        return shelf.write(work)

    await asyncio.gather(crossing(1, 2), crossing(2, 1))  # type: ignore[call-overload]
    assert runs == 3
    assert await all_rows(shelf, "SELECT amount FROM things ORDER BY id") == [(2,), (2,)]


async def test_a_collision_that_never_ends_reaches_the_caller(shelf: Database) -> None:
    runs = 0

    async def collide(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        await tx.run("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$")

    with pytest.raises(asyncpg.SerializationError):
        await shelf.write(collide)
    assert runs == 6


async def test_more_works_than_connections_wait_their_turn(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))

    async def increment(tx: Transaction) -> None:
        await tx.run("UPDATE things SET amount = amount + 1 WHERE id = 1")

    await asyncio.gather(*(shelf.write(increment) for _ in range(80)))
    assert await all_rows(shelf, "SELECT amount FROM things") == [(80,)]


async def test_a_caller_who_gives_up_leaves_no_lock_behind(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))
    held = asyncio.Event()

    async def hold(tx: Transaction) -> None:
        await tx.run("UPDATE things SET amount = 99 WHERE id = 1")
        held.set()
        await asyncio.Event().wait()

    holding = asyncio.create_task(shelf.write(hold))
    await held.wait()
    holding.cancel()
    await shelf.write(lambda tx: tx.run("UPDATE things SET amount = amount + 1 WHERE id = 1"))
    assert await all_rows(shelf, "SELECT amount FROM things") == [(1,)]
