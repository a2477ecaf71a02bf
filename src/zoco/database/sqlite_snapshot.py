"""A moment of a SQLite file. Its writer goes on: with a write-ahead log, readers do not hold it up."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from zoco.database.errors import DatabaseUnusable

_BUSY_TIMEOUT_SECONDS = 10.0
# The engine's own tables and those that are kept beside the rows.
TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    " AND name <> 'sequences' ORDER BY rowid"
)


class SqliteSnapshot:
    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self._reader = _connect(path)
        # A connection of its own: inside a transaction `data_version` stands still.
        self._watcher = _connect(path)
        self._version = 0

    async def take(self) -> None:
        if self._reader.in_transaction:
            self._reader.rollback()
        self._version = self._data_version()
        self._reader.execute("BEGIN")
        # The snapshot is of the first read, not of BEGIN.
        self._reader.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()

    async def is_latest(self) -> bool:
        return self._data_version() == self._version

    async def tables(self) -> Sequence[str]:
        return [str(name) for (name,) in self._reader.execute(TABLES)]

    async def columns(self, table: str) -> Sequence[str]:
        description = self._reader.execute(f'SELECT * FROM "{table}" LIMIT 0').description
        return [str(column[0]) for column in description]

    async def rows(self, table: str) -> AsyncIterator[Sequence[Any]]:
        for row in self._reader.execute(f'SELECT * FROM "{table}"'):
            yield row

    async def sequences(self) -> Mapping[str, int]:
        return dict(self._reader.execute("SELECT name, value FROM sequences"))

    async def identities(self) -> Mapping[str, int]:
        return dict(self._reader.execute("SELECT name, seq FROM sqlite_sequence"))

    async def close(self) -> None:
        self._reader.close()
        self._watcher.close()

    def _data_version(self) -> int:
        (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return int(version)


def open_sqlite_snapshot(path_text: str) -> SqliteSnapshot:
    path = Path(path_text)
    if not path.exists():
        raise DatabaseUnusable(f"There is no database {path}.")
    try:
        return SqliteSnapshot(path)
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(f"The database {path} cannot be read: {error}.") from error


def _connect(path: Path) -> sqlite3.Connection:
    # Not `mode=ro`: the log's shared memory belongs to its readers as well, and the first one makes it.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_BUSY_TIMEOUT_SECONDS
    )
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA data_version").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
