"""Many works at once, callers who give up, and closing, the same on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import pytest

from tests.database.things import all_rows, put
from zoco.database import open_database
from zoco.database.transaction import Database, Transaction


async def test_racing_increments_lose_nothing(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))

    async def increment(tx: Transaction) -> None:
        row = await tx.one(f"SELECT amount FROM things WHERE id = 1{tx.for_update}")
        assert row is not None
        await tx.run("UPDATE things SET amount = :amount WHERE id = 1", {"amount": row["amount"] + 1})

    await asyncio.gather(*(shelf.write(increment) for _ in range(100)))
    assert await all_rows(shelf, "SELECT amount FROM things") == [(100,)]


async def test_a_read_sees_one_state_while_others_write(shelf: Database) -> None:
    """Two amounts always sum to 100; money that moves between them is never seen twice or not at all."""
    await put(shelf, (1, "left", 100), (2, "right", 0))

    async def move(tx: Transaction) -> None:
        await tx.run("UPDATE things SET amount = amount - 1 WHERE id = 1")
        await tx.run("UPDATE things SET amount = amount + 1 WHERE id = 2")

    async def count_in_two_statements(tx: Transaction) -> int:
        total = 0
        for number in (1, 2):
            row = await tx.one("SELECT amount FROM things WHERE id = :id", {"id": number})
            assert row is not None
            total += row["amount"]
        return total

    works = [work for _ in range(40) for work in (shelf.write(move), shelf.read(count_in_two_statements))]
    results = await asyncio.gather(*works)
    assert [result for result in results if result is not None] == [100] * 40


async def test_nobody_relies_on_what_has_changed(shelf: Database) -> None:
    """Whoever found the shop open has come in before it is closed; they do not wait for each other."""
    await put(shelf, *((number, "open", None) for number in range(1, 11)))

    async def come_in(tx: Transaction, shop: int, number: int) -> None:
        row = await tx.one(f"SELECT name FROM things WHERE id = :shop{tx.for_key_share}", {"shop": shop})
        if row is not None and row["name"] == "open":
            await tx.run(
                "INSERT INTO things (id, name, amount) VALUES (:id, 'customer', :shop)",
                {"id": 1000 * shop + number, "shop": shop},
            )

    async def close(tx: Transaction, shop: int) -> None:
        await tx.one(f"SELECT name FROM things WHERE id = :shop{tx.for_update}", {"shop": shop})
        await tx.run("UPDATE things SET name = 'closed' WHERE id = :shop", {"shop": shop})

    async def closed_with(shop: int) -> int:
        await shelf.write(partial(close, shop=shop))
        return await customers(shop)

    async def customers(shop: int) -> int:
        [(count,)] = await all_rows(shelf, "SELECT COUNT(*) FROM things WHERE amount = :shop", {"shop": shop})
        return int(count)

    for shop in range(1, 11):
        at_closing, *_ = await asyncio.gather(
            closed_with(shop),
            *(shelf.write(partial(come_in, shop=shop, number=number)) for number in range(12)),
        )
        assert await customers(shop) == at_closing


async def test_skipping_locked_rows_never_hands_out_one_twice(shelf: Database) -> None:
    await put(shelf, *((number, "job", None) for number in range(1, 31)))

    async def claim(tx: Transaction) -> list[int]:
        rows = await tx.all(f"SELECT id FROM things WHERE name = 'job' ORDER BY id LIMIT 7{tx.skip_locked}")
        claimed = [row["id"] for row in rows]
        await tx.run(f"UPDATE things SET name = 'claimed' WHERE {tx.is_any('id', 'ids')}", {"ids": claimed})
        return claimed

    async def work_off() -> Sequence[int]:
        done: list[int] = []
        while claimed := await shelf.write(claim):
            done += claimed
        return done

    claims = await asyncio.gather(*(work_off() for _ in range(4)))
    assert sorted(number for claim in claims for number in claim) == list(range(1, 31))


async def test_a_caller_who_gives_up_does_not_stop_the_others(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))

    async def increment(tx: Transaction) -> None:
        await tx.run("UPDATE things SET amount = amount + 1 WHERE id = 1")

    tasks = [asyncio.create_task(shelf.write(increment)) for _ in range(30)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    committed = sum(1 for result in results if result is None)
    assert committed >= 15
    ((amount,),) = await all_rows(shelf, "SELECT amount FROM things")
    assert committed <= amount <= 30
    await shelf.write(increment)
    assert await all_rows(shelf, "SELECT amount FROM things") == [(amount + 1,)]


async def increment_counter(tx: Transaction) -> None:
    await tx.run("UPDATE counter SET amount = amount + 1")


async def test_closing_finishes_what_was_handed_in(empty_database_url: str) -> None:
    async def create(tx: Transaction) -> None:
        await tx.run("CREATE TABLE counter (amount BIGINT)")
        await tx.run("INSERT INTO counter (amount) VALUES (0)")

    database = await open_database(empty_database_url)
    await database.write(create)
    tasks = [asyncio.create_task(database.write(increment_counter)) for _ in range(10)]
    # Each task has had its turn on the loop: its work is in the queue, or has its connection.
    await asyncio.wait(tasks, timeout=0)
    await database.close()
    await asyncio.gather(*tasks)

    reopened = await open_database(empty_database_url)
    assert await all_rows(reopened, "SELECT amount FROM counter") == [(10,)]
    await reopened.close()


async def test_a_closed_database_serves_nobody(empty_database_url: str) -> None:
    database = await open_database(empty_database_url)
    await database.close()
    await database.close()
    for use in (database.read, database.write):
        with pytest.raises(RuntimeError, match="the database is closed"):
            await use(lambda tx: tx.all("SELECT 1"))
