"""SQLite, the embedded default: one writer thread, reads on the event loop.

Works wait in a queue. The writer thread takes those that wait, drives each coroutine to its end without
ever suspending it, commits them together to disk, and only then are their callers answered. Reads run
inline on a connection of the event loop's own: handing a read to a thread costs ten times the read.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from zoco.database.errors import DatabaseUnusable
from zoco.database.signals import Listeners
from zoco.database.transaction import Parameters, Result, Row, Work

_OLDEST_SQLITE = (3, 40, 0)
_BUSY_TIMEOUT_SECONDS = 10.0
_CACHE_KIBIBYTES = 32_768
# A group is what waits, within a bound: the first in it is answered after the last.
_GROUP_WORKS_MAX = 256
_NO_PARAMETERS: Mapping[str, Any] = {}
_LISTS = (list, tuple)


class SqliteTransaction:
    """One transaction on one connection; usable until its work has ended."""

    for_update = ""
    for_key_share = ""
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
        self._open().executemany(sql, [_bound(row) for row in rows])

    async def next_id(self, sequence: str) -> int:
        row = await self.one(
            "UPDATE sequences SET value = value + 1 WHERE name = :name RETURNING value", {"name": sequence}
        )
        if row is None:
            raise LookupError(f"no migration creates the sequence {sequence}")
        return int(row["value"])

    def is_any(self, column: str, parameter: str) -> str:
        # SQLite binds no arrays; a list travels as JSON text (see _bound).
        return f"{column} IN (SELECT value FROM json_each(:{parameter}))"

    def signal(self, name: str) -> None:
        self.signals.add(name)

    def _execute(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        return self._open().execute(sql, _bound(parameters))

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("this transaction has ended")
        return self._connection


def _bound(parameters: Parameters) -> Mapping[str, Any]:
    # A loop and a constant: every value of every statement comes through here.
    for value in parameters.values():
        if isinstance(value, _LISTS):
            return {
                name: json.dumps(value) if isinstance(value, _LISTS) else value
                for name, value in parameters.items()
            }
    return parameters


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


@dataclass(slots=True)
class _Job:
    """A work in the writer's queue and the future its caller awaits."""

    work: Work[Any]
    answer: asyncio.Future[Any]


@dataclass(slots=True)
class _Outcome:
    job: _Job
    result: Any = None
    error: BaseException | None = None
    signals: Iterable[str] = ()


class _Writer:
    """The one thread that changes the file. Whatever a work does, the next one is served.

    Works that wait share one commit, each in a savepoint of its own: a sync to the disk costs far more
    than a work, and one that fails must not take the others with it. Nobody is answered before the
    commit; one that fails is the answer of all who stood on it.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], settle: Callable[[Sequence[_Outcome]], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._connection: sqlite3.Connection | None = connect()
        self._settle = settle
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._ended = False
        self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[Result]) -> asyncio.Future[Result]:
        job = _Job(work, self._loop.create_future())
        self._queue.put(job)
        return job.answer

    async def close(self) -> None:
        """Finish everything that was submitted, then end the thread."""
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _serve(self) -> None:
        while not self._ended:
            first = self._queue.get()
            outcomes = self._perform(first) if first is not None else []
            if first is None:
                self._ended = True
            # A closed loop has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._settle, outcomes)
        if self._connection is not None:
            self._connection.close()

    def _perform(self, first: _Job) -> list[_Outcome]:
        """One transaction: the first work and those that wait behind it, up to the group's bounds."""
        outcomes: list[_Outcome] = []
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            for job in self._group(first):
                outcomes.append(_Outcome(job))
                self._attempt(connection, outcomes[-1])
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - it belongs to the callers; the writer goes on
            self._roll_back()
            return [_Outcome(outcome.job, error=outcome.error or error) for outcome in outcomes] or [
                _Outcome(first, error=error)
            ]
        return outcomes

    def _group(self, first: _Job) -> Iterator[_Job]:
        job = first
        for number in count(1):
            # A caller who gave up while waiting in line is not served; one who gives up later
            # leaves a commit behind that nobody is told of.
            if not job.answer.cancelled():
                yield job
            if number == _GROUP_WORKS_MAX or self._queue.empty():
                return
            following = self._queue.get()
            if following is None:
                self._ended = True
                return
            job = following

    def _attempt(self, connection: sqlite3.Connection, outcome: _Outcome) -> None:
        """Run one work in its savepoint. An error that ended the whole transaction is raised."""
        transaction = SqliteTransaction(connection)
        connection.execute("SAVEPOINT work")
        try:
            outcome.result = drive(outcome.job.work, transaction)
            outcome.signals = transaction.signals
        except BaseException as error:
            outcome.error = error
            if not connection.in_transaction:  # a full disk, for one, rolls everything back
                raise
            connection.execute("ROLLBACK TO work")
        finally:
            transaction.end()
        connection.execute("RELEASE work")

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _roll_back(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except sqlite3.Error:
            # Closing forgets the transaction, whatever its state; the next work connects afresh.
            self._connection.close()
            self._connection = None


class SqliteDatabase:
    """A SQLite file, opened by this process alone."""

    engine = "sqlite"

    def __init__(self, path: Path, lock: sqlite3.Connection) -> None:
        self._lock = lock
        self._listeners = Listeners(asyncio.get_running_loop())
        self._writer = _Writer(lambda: _connect(path, for_thread=True), self._settle)
        self._reader = _connect(path)
        self._reader.execute("PRAGMA query_only = ON")
        self._closed = False

    async def read(self, work: Work[Result]) -> Result:
        self._require_open()
        transaction = SqliteTransaction(self._reader)
        self._reader.execute("BEGIN")
        try:
            return drive(work, transaction)
        finally:
            transaction.end()
            self._reader.rollback()

    async def write(self, work: Work[Result]) -> Result:
        self._require_open()
        return await self._writer.submit(work)

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

    def _settle(self, outcomes: Sequence[_Outcome]) -> None:
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
        raise DatabaseUnusable(
            f"The database {path} is in use by another process; stop that one first."
        ) from error
    return lock


def _connect(path: Path, *, for_thread: bool = False) -> sqlite3.Connection:
    """A connection; one `for_thread` is opened here and used by the writer thread alone."""
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        timeout=_BUSY_TIMEOUT_SECONDS,
        cached_statements=512,
        check_same_thread=not for_thread,
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
