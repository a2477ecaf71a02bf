"""The contract of a transaction, the same on both engines."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from tests.database.things import INSERT, all_rows, names, one, put
from zoco.database.transaction import Database, Row, Transaction


async def test_parameters_are_bound_by_name_in_whatever_order_they_stand(shelf: Database) -> None:
    await shelf.write(lambda tx: tx.run(INSERT, {"amount": 3, "name": "lamp", "id": 1}))
    found = await all_rows(
        shelf,
        "SELECT name FROM things WHERE amount = :amount AND id = :id AND name <> :other",
        {"other": "chair", "id": 1, "amount": 3, "unused": "ignored"},
    )
    assert found == [("lamp",)]


async def test_a_parameter_may_stand_in_a_statement_twice(shelf: Database) -> None:
    await put(shelf, (1, "lamp", 1), (2, "chair", 2), (3, "table", 5))
    found = await all_rows(
        shelf, "SELECT id FROM things WHERE id = :number OR amount = :number ORDER BY id", {"number": 2}
    )
    assert found == [(2,)]


async def test_colons_in_literals_are_no_parameters(shelf: Database) -> None:
    await put(shelf, (1, "it's :name; -- no comment", None))
    row = await one(
        shelf, "SELECT name FROM things WHERE name = 'it''s :name; -- no comment' AND id = :id", {"id": 1}
    )
    assert row is not None
    assert row["name"] == "it's :name; -- no comment"


async def test_a_missing_parameter_is_an_error(shelf: Database) -> None:
    with pytest.raises(Exception, match="other"):
        await all_rows(shelf, "SELECT id FROM things WHERE name = :other", {"name": "lamp"})


async def test_a_row_answers_by_name_and_by_position(shelf: Database) -> None:
    await put(shelf, (1, "lamp", None))
    row = await one(shelf, "SELECT id, name AS label, amount FROM things")
    assert row is not None
    assert (row["id"], row["label"], row["amount"], row[1]) == (1, "lamp", None, "lamp")
    assert list(row.keys()) == ["id", "label", "amount"]


async def test_one_is_the_first_row_or_none(shelf: Database) -> None:
    assert await one(shelf, "SELECT id FROM things") is None
    await put(shelf, (1, "lamp", None), (2, "chair", None))
    row = await one(shelf, "SELECT id FROM things ORDER BY id DESC")
    assert row is not None
    assert row["id"] == 2


async def test_run_counts_the_rows_it_changed(shelf: Database) -> None:
    await put(shelf, (1, "lamp", 1), (2, "chair", 1), (3, "table", 7))

    async def change(tx: Transaction) -> list[int]:
        return [
            await tx.run("UPDATE things SET amount = 2 WHERE amount = 1"),
            await tx.run("UPDATE things SET amount = 2 WHERE amount = :amount", {"amount": 99}),
            await tx.run(INSERT + " ON CONFLICT DO NOTHING", {"id": 1, "name": "lamp", "amount": 1}),
            await tx.run(INSERT, {"id": 4, "name": "bed", "amount": 1}),
            await tx.run("DELETE FROM things WHERE id > :id", {"id": 1}),
            await tx.run("CREATE INDEX things_by_name ON things (name)"),
        ]

    assert await shelf.write(change) == [2, 0, 0, 1, 3, 0]


async def test_returning_gives_back_what_was_written_even_when_only_one_row_is_taken(shelf: Database) -> None:
    await put(shelf, (1, "lamp", 1), (2, "chair", 2))

    async def raise_amounts(tx: Transaction) -> Row | None:
        return await tx.one("UPDATE things SET amount = amount + 10 RETURNING amount")

    row = await shelf.write(raise_amounts)
    assert row is not None
    assert row["amount"] in (11, 12)
    assert await all_rows(shelf, "SELECT amount FROM things ORDER BY id") == [(11,), (12,)]


async def test_run_many_writes_all_rows_or_none(shelf: Database) -> None:
    await put(shelf, (1, "lamp", 1), (2, "chair", 2))
    assert await names(shelf) == ["lamp", "chair"]
    with pytest.raises(Exception, match=r"(?i)unique"):
        await put(shelf, (3, "table", 3), (1, "lamp again", 1))
    assert await names(shelf) == ["lamp", "chair"]


async def test_run_many_of_nothing_does_nothing(shelf: Database) -> None:
    await shelf.write(lambda tx: tx.run_many(INSERT, []))
    assert await names(shelf) == []


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([1, 3], ["lamp", "table"]), ([], []), ([99], []), ([2, 2], ["chair"])],
)
async def test_is_any_finds_what_is_in_the_list(
    shelf: Database, numbers: list[int], expected: list[str]
) -> None:
    await put(shelf, (1, "lamp", 1), (2, "chair", 2), (3, "table", 3))

    async def find(tx: Transaction) -> list[str]:
        sql = f"SELECT name FROM things WHERE {tx.is_any('id', 'numbers')} AND amount < :limit ORDER BY id"
        return [row["name"] for row in await tx.all(sql, {"limit": 100, "numbers": numbers})]

    assert await shelf.read(find) == expected


async def test_is_any_of_texts_compares_them_whole_and_can_be_negated(shelf: Database) -> None:
    await put(shelf, (1, 'a "quoted", lamp', 1), (2, "5", 2), (3, "ação", 3))

    async def find(tx: Transaction) -> tuple[list[int], list[int]]:
        condition = tx.is_any("name", "labels")
        labels = {"labels": ['a "quoted", lamp', "5", "açã"]}
        inside = await tx.all(f"SELECT id FROM things WHERE {condition} ORDER BY id", labels)
        outside = await tx.all(f"SELECT id FROM things WHERE NOT ({condition})", labels)
        return [row["id"] for row in inside], [row["id"] for row in outside]

    assert await shelf.read(find) == ([1, 2], [3])


async def test_bytes_and_large_numbers_come_back_as_they_went(empty_database: Database) -> None:
    kind = {"sqlite": "BLOB", "postgresql": "BYTEA"}[empty_database.engine]
    value = {"number": 2**62, "body": b"\x00\xff'"}

    async def keep(tx: Transaction) -> None:
        await tx.run(f"CREATE TABLE kept (number BIGINT, body {kind})")
        await tx.run("INSERT INTO kept (number, body) VALUES (:number, :body)", value)

    await empty_database.write(keep)
    assert await all_rows(empty_database, "SELECT number, body FROM kept") == [(2**62, b"\x00\xff'")]


async def test_a_work_gives_back_its_result(shelf: Database) -> None:
    async def answer(tx: Transaction) -> str:
        await tx.run(INSERT, {"id": 1, "name": "lamp", "amount": None})
        return "done"

    assert await shelf.write(answer) == "done"
    assert await shelf.read(lambda tx: tx.all("SELECT 1 WHERE 1 = 0")) == []


class StockExhausted(Exception):
    """Stands for a refusal of the domain."""


async def test_a_refusal_rolls_everything_back_and_reaches_the_caller(shelf: Database) -> None:
    async def sell(tx: Transaction) -> None:
        await tx.run(INSERT, {"id": 1, "name": "lamp", "amount": 1})
        raise StockExhausted

    with pytest.raises(StockExhausted):
        await shelf.write(sell)
    assert await names(shelf) == []
    await put(shelf, (1, "chair", 1))
    assert await names(shelf) == ["chair"]


async def test_a_failing_statement_rolls_everything_back_and_the_next_work_is_served(shelf: Database) -> None:
    async def break_off(tx: Transaction) -> None:
        await tx.run(INSERT, {"id": 1, "name": "lamp", "amount": 1})
        await tx.run("INSERT INTO no_such_table (id) VALUES (1)")

    with pytest.raises(Exception, match="no_such_table"):
        await shelf.write(break_off)
    await put(shelf, (1, "chair", 1))
    assert await names(shelf) == ["chair"]


async def test_a_work_that_cannot_even_begin_harms_nobody(shelf: Database) -> None:
    def no_coroutine(tx: Transaction) -> Any:
        raise ValueError("broken before its first step")

    with pytest.raises(ValueError, match="first step"):
        await shelf.write(no_coroutine)
    await put(shelf, (1, "chair", 1))
    assert await names(shelf) == ["chair"]


async def test_a_read_changes_nothing(shelf: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await shelf.read(lambda tx: tx.run(INSERT, {"id": 1, "name": "lamp", "amount": 1}))
    assert await names(shelf) == []


async def test_a_transaction_is_of_no_use_once_its_work_has_ended(shelf: Database) -> None:
    kept: list[Transaction] = []

    async def leak(tx: Transaction) -> None:
        kept.append(tx)

    await shelf.write(leak)
    await shelf.read(leak)
    for tx in kept:
        with pytest.raises((RuntimeError, asyncpg.InterfaceError)):
            await tx.all("SELECT id FROM things")


async def test_a_write_is_seen_by_the_next_read(shelf: Database) -> None:
    for number in range(1, 21):
        await put(shelf, (number, f"thing {number}", number))
        assert len(await names(shelf)) == number
