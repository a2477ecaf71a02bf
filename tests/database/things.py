"""What the tests of both engines do to the table of things."""

from __future__ import annotations

from typing import Any

from zoco.database.transaction import Database, Parameters, Row

INSERT = "INSERT INTO things (id, name, amount) VALUES (:id, :name, :amount)"


async def put(database: Database, *things: tuple[int, str, int | None]) -> None:
    rows = [{"id": number, "name": name, "amount": amount} for number, name, amount in things]
    await database.write(lambda tx: tx.run_many(INSERT, rows))


async def all_rows(
    database: Database, sql: str, parameters: Parameters | None = None
) -> list[tuple[Any, ...]]:
    rows = await database.read(lambda tx: tx.all(sql, parameters or {}))
    return [tuple(row[key] for key in row.keys()) for row in rows]  # noqa: SIM118 - a row iterates over values


async def names(database: Database) -> list[str]:
    return [name for (name,) in await all_rows(database, "SELECT name FROM things ORDER BY id")]


async def one(database: Database, sql: str, parameters: Parameters | None = None) -> Row | None:
    return await database.read(lambda tx: tx.one(sql, parameters or {}))
