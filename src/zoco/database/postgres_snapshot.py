"""A moment of a PostgreSQL database: a read-only transaction that others' commits do not reach."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.transaction import Transaction

from zoco.database.errors import DatabaseUnusable

if TYPE_CHECKING:
    _Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

_OPEN_TIMEOUT_SECONDS = 10.0
_PREFETCHED_ROWS = 1000
TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    " ORDER BY oid"
)
_COLUMNS = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
)
# Every sequence, with the table whose rows it numbers if it does. Sequences stand outside of
# transactions: read after the snapshot they may be ahead of it, which leaves gaps and repeats nothing.
SEQUENCES = """
    SELECT kept.sequencename AS name, COALESCE(kept.last_value, kept.start_value - 1) AS value,
        owner.relname AS numbered_table
    FROM pg_sequences kept
    JOIN pg_class itself ON itself.relname = kept.sequencename
        AND itself.relnamespace = current_schema()::regnamespace
    LEFT JOIN pg_depend link ON link.objid = itself.oid AND link.classid = 'pg_class'::regclass
        AND link.deptype = 'i'
    LEFT JOIN pg_class owner ON owner.oid = link.refobjid
    WHERE kept.schemaname = current_schema()
"""
_MOMENT = "SELECT CAST(pg_current_snapshot() AS TEXT)"


class PostgresSnapshot:
    engine = "postgresql"

    def __init__(self, reader: _Connection, watcher: _Connection) -> None:
        self._reader = reader
        self._watcher = watcher
        self._transaction: Transaction | None = None
        self._moment = ""

    async def take(self) -> None:
        if self._transaction is not None:
            await self._transaction.rollback()
        self._transaction = self._reader.transaction(isolation="repeatable_read", readonly=True)
        await self._transaction.start()
        self._moment = await self._reader.fetchval(_MOMENT)

    async def is_latest(self) -> bool:
        # It names the transactions that had ended: the same ones when nothing was committed since.
        return bool(await self._watcher.fetchval(_MOMENT) == self._moment)

    async def tables(self) -> Sequence[str]:
        return [row["relname"] for row in await self._reader.fetch(TABLES)]

    async def columns(self, table: str) -> Sequence[str]:
        return [row["column_name"] for row in await self._reader.fetch(_COLUMNS, table)]

    async def rows(self, table: str) -> AsyncIterator[Sequence[Any]]:
        async for row in self._reader.cursor(f'SELECT * FROM "{table}"', prefetch=_PREFETCHED_ROWS):
            yield tuple(row)

    async def sequences(self) -> Mapping[str, int]:
        rows = await self._reader.fetch(SEQUENCES)
        return {row["name"]: row["value"] for row in rows if row["numbered_table"] is None}

    async def identities(self) -> Mapping[str, int]:
        rows = await self._reader.fetch(SEQUENCES)
        return {row["numbered_table"]: row["value"] for row in rows if row["numbered_table"] is not None}

    async def close(self) -> None:
        await self._reader.close()
        await self._watcher.close()


async def open_postgres_snapshot(url: str) -> PostgresSnapshot:
    reader = await _connect(url)
    try:
        watcher = await _connect(url)
    except DatabaseUnusable:
        await reader.close()
        raise
    return PostgresSnapshot(reader, watcher)


async def _connect(url: str) -> _Connection:
    try:
        connection: _Connection = await asyncpg.connect(
            url, timeout=_OPEN_TIMEOUT_SECONDS, server_settings={"application_name": "zoco backup"}
        )
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnusable(
            f"The PostgreSQL database cannot be opened: {error or 'no answer'}."
        ) from error
    return connection
