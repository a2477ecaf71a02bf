"""SQLite, the embedded default: works are run on the event loop, only the disk is waited for in a thread.

Works that wait in line share a commit (see `sqlite_writer`). Reads run inline on a connection of their
own and see the last commit: handing a read to a thread costs ten times the read.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from zoco.database.errors import DatabaseInUse, DatabaseUnusable
from zoco.database.signals import Listeners
from zoco.database.sqlite_transaction import SqliteTransaction, drive
from zoco.database.sqlite_writer import Outcome, Writer
from zoco.database.transaction import Result, Work

_OLDEST_SQLITE = (3, 40, 0)
_BUSY_TIMEOUT_SECONDS = 10.0
_CACHE_KIBIBYTES = 32_768


class SqliteDatabase:
    """A SQLite file, opened by this process alone."""

    engine = "sqlite"

    def __init__(self, path: Path, lock: sqlite3.Connection) -> None:
        self._lock = lock
        self._listeners = Listeners(asyncio.get_running_loop())
        self._writer = Writer(lambda: _connect_writer(path), self._settle)
        self._reader = _connect(path)
        self._reader.execute("PRAGMA query_only = ON")
        self._closed = False

    async def read(
        self,
        work: Work[Result],
        *,
        wait_seconds_max: float | None = None,  # noqa: ARG002 - a read never waits here
    ) -> Result:
        self._require_open()
        transaction = SqliteTransaction(self._reader)
        self._reader.execute("BEGIN")
        try:
            return drive(work, transaction)
        finally:
            transaction.end()
            self._reader.rollback()

    async def write(
        self, work: Work[Result], *, wait_seconds_max: float | None = None, long: bool = False
    ) -> Result:
        self._require_open()
        return await self._writer.submit(work, wait_seconds_max=wait_seconds_max, long=long)

    def on_signal(self, name: str, listener: Callable[[], None]) -> None:
        self._listeners.add(name, listener)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._writer.close()
        self._reader.close()
        self._lock.close()

    def _require_open(self) -> None:
        if self._closed:
            raise RuntimeError("the database is closed")

    def _settle(self, outcomes: Sequence[Outcome]) -> None:
        """On the event loop: answer the callers of a group, then wake who listens."""
        for outcome in outcomes:
            answer = outcome.job.answer
            if answer.done():
                continue
            if outcome.error is None:
                answer.set_result(outcome.result)
            else:
                answer.set_exception(outcome.error)
        self._listeners.wake({name for outcome in outcomes for name in outcome.signals})


async def open_sqlite(path_text: str) -> SqliteDatabase:
    """Open or make the file; the folder is made if it is missing."""
    require_version(sqlite3.sqlite_version_info)
    path = Path(path_text)
    _make_file(path)
    lock = _lock_out_others(path)
    try:
        return SqliteDatabase(path, lock)
    except sqlite3.DatabaseError as error:
        lock.close()
        raise DatabaseUnusable(f"The database {path} cannot be opened: {error}.") from error


def require_version(version: tuple[int, ...]) -> None:
    if version < _OLDEST_SQLITE:
        found = ".".join(map(str, version))
        raise DatabaseUnusable(f"SQLite 3.40 or newer is needed, and this Python brings {found}.")


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # It holds people's data and tokens: nobody else on the machine may read it.
        path.touch(mode=0o600)
    except OSError as error:
        raise DatabaseUnusable(f"The database {path} cannot be written: {error.strerror}.") from error


def _lock_out_others(path: Path) -> sqlite3.Connection:
    """Hold a lock beside the file for as long as it is open: signals and the feed live in one process.

    SQLite's own file lock does it, on an empty file, on every system; it dies with its process.
    """
    try:
        lock = sqlite3.connect(f"{path}.lock", isolation_level=None, timeout=0)
    except sqlite3.OperationalError as error:
        raise DatabaseUnusable(f"The database {path} cannot be locked: {error}.") from error
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise DatabaseInUse(
            f"The database {path} is in use by another process; stop that one first."
        ) from error
    return lock


def _connect_writer(path: Path) -> sqlite3.Connection:
    """Used by the event loop and by the thread that commits, never by both at once."""
    connection = _connect(path, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout = 0")
    # What a savepoint might have to put back is kept in memory; as a file it costs twice as much.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _connect(path: Path, *, check_same_thread: bool = True) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        timeout=_BUSY_TIMEOUT_SECONDS,
        cached_statements=512,
        check_same_thread=check_same_thread,
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        # An answered request is on the disk: FULL syncs at every commit.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
