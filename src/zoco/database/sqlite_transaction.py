"""A transaction on a SQLite connection, and how a work is driven through it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import msgspec

from zoco.database.transaction import Parameters, Result, Row, Work

_NO_PARAMETERS: Mapping[str, Any] = {}


class SqliteTransaction:
    """One transaction on one connection; usable until its work has ended."""

    for_update = ""
    skip_locked = ""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection
        self.signals: set[str] = set()

    def end(self) -> None:
        self._connection = None

    async def all(self, sql: str, parameters: Parameters = _NO_PARAMETERS) -> Sequence[Row]:
        return self._execute(sql, parameters).fetchall()

    async def one(self, sql: str, parameters: Parameters = _NO_PARAMETERS) -> Row | None:
        cursor = self._execute(sql, parameters)
        row: Row | None = cursor.fetchone()
        # A statement with rows left would still be open at the commit.
        cursor.close()
        return row

    async def run(self, sql: str, parameters: Parameters = _NO_PARAMETERS) -> int:
        return max(self._execute(sql, parameters).rowcount, 0)

    async def run_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        self._open().executemany(sql, rows)

    async def next_id(self, sequence: str) -> int:
        row = await self.one(
            "UPDATE sequences SET value = value + 1 WHERE name = :name RETURNING value", {"name": sequence}
        )
        if row is None:
            raise LookupError(f"no migration creates the sequence {sequence}")
        return int(row["value"])

    def is_any(self, column: str, parameter: str) -> str:
        return f"{column} IN (SELECT value FROM json_each(:{parameter}))"

    def signal(self, name: str) -> None:
        self.signals.add(name)

    def _execute(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        return self._open().execute(sql, parameters)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("this transaction has ended")
        return self._connection


def _as_json(values: Sequence[Any]) -> str:
    return msgspec.json.encode(values).decode()


# SQLite binds no arrays: a list travels as JSON text (see `is_any`). The driver turns it into that by
# itself, so that the values of all other statements need not be looked through.
for _kind in (list, tuple):
    sqlite3.register_adapter(_kind, _as_json)


def drive(work: Work[Result], transaction: SqliteTransaction) -> Result:
    """Run a work to its end without an event loop; one that would have to wait is an error."""
    steps: Generator[Any, Any, Result] = work(transaction).__await__()
    try:
        next(steps)
    except StopIteration as finished:
        result: Result = finished.value
        return result
    steps.close()
    raise RuntimeError("a transaction may await only its own statements")
