"""PostgreSQL: a pool of connections, row locks, and another try when two transactions collide."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from zoco.database.errors import DatabaseUnavailable, DatabaseUnusable
from zoco.database.postgres_signals import Announcer
from zoco.database.signals import Listeners
from zoco.database.statements import numbered
from zoco.database.transaction import WAITING_WORKS_MAX, Parameters, Result, Row, Work

if TYPE_CHECKING:
    _Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    _Connection: TypeAlias = PoolConnectionProxy[asyncpg.Record]

_OLDEST_POSTGRES = 14
CONNECTIONS_MAX = 16
_CACHED_STATEMENTS = 512
_OPEN_TIMEOUT_SECONDS = 10.0

# A collision is tried again after 0-10 ms, 0-20, 0-40, 0-80, 0-160; then it is the caller's.
_ATTEMPTS_MAX = 6
_FIRST_PAUSE_SECONDS = 0.01

# A statement that runs away, a lock that is never given back, a process that was stopped in the middle of
# a transaction: each would hold up all who come after it.
_TIME_OUTS = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}
_WITHOUT_TIME_OUTS = "; ".join(f"SET LOCAL {setting} = 0" for setting in _TIME_OUTS)
_TOOK_TOO_LONG = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)
# The server was stopped, or ended the session, or cannot be reached.
_LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    # Of these only the one about a closed connection; the others are mistakes of ours.
    asyncpg.InterfaceError,
)
# The last: a newer release, started beside this one, has added a column to what a statement reads; the
# driver then forgets its plans and makes them again.
_WORTH_ANOTHER_TRY = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
)

_NO_PARAMETERS: Mapping[str, Any] = {}


class PostgresTransaction:
    """One transaction on one connection of the pool."""

    for_update = " FOR UPDATE"
    skip_locked = " FOR UPDATE SKIP LOCKED"

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self.signals: set[str] = set()

    async def all(self, sql: str, parameters: Parameters = _NO_PARAMETERS) -> Sequence[Row]:
        statement, values = _positional(sql, parameters)
        return await self._connection.fetch(statement, *values)

    async def one(self, sql: str, parameters: Parameters = _NO_PARAMETERS) -> Row | None:
        statement, values = _positional(sql, parameters)
        return await self._connection.fetchrow(statement, *values)

    async def run(self, sql: str, parameters: Parameters = _NO_PARAMETERS) -> int:
        statement, values = _positional(sql, parameters)
        return _changed_rows(await self._connection.execute(statement, *values))

    async def run_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        statement, names = numbered(sql)
        await self._connection.executemany(statement, [[row[name] for name in names] for row in rows])

    async def next_id(self, sequence: str) -> int:
        number: int = await self._connection.fetchval("SELECT nextval(CAST($1 AS text)::regclass)", sequence)
        return number

    def is_any(self, column: str, parameter: str) -> str:
        return f"{column} = ANY(:{parameter})"

    def signal(self, name: str) -> None:
        self.signals.add(name)


def _positional(sql: str, parameters: Parameters) -> tuple[str, list[Any]]:
    statement, names = numbered(sql)
    return statement, [parameters[name] for name in names]


def _unavailable(error: Exception) -> Exception:
    """What a lost connection is told as; what is no lost connection is the error itself."""
    if isinstance(error, asyncpg.InterfaceError) and "closed" not in str(error):
        return error
    return DatabaseUnavailable(f"the connection is lost: {error}")


def _changed_rows(command_tag: str) -> int:
    """`UPDATE 3` and `INSERT 0 3` changed three rows; `CREATE TABLE` changed none."""
    count = command_tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


class PostgresDatabase:
    """A PostgreSQL database and its pool."""

    engine = "postgresql"

    def __init__(self, url: str, pool: _Pool) -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._listeners = Listeners(self._loop)
        self._announcer = Announcer(url, self._listeners)
        self._closed = False
        self._works = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def read(self, work: Work[Result], *, wait_seconds_max: float | None = None) -> Result:
        with self._counted(wait_seconds_max):
            deadline = self._deadline(wait_seconds_max)
            try:
                return await self._read_once(work, deadline)
            except asyncpg.InvalidCachedStatementError:
                return await self._read_once(work, deadline)
            except _LOST as error:
                raise _unavailable(error) from error

    async def _read_once(self, work: Work[Result], deadline: float | None) -> Result:
        async with (
            self._acquired(deadline) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await work(PostgresTransaction(connection))

    async def write(
        self, work: Work[Result], *, wait_seconds_max: float | None = None, long: bool = False
    ) -> Result:
        with self._counted(wait_seconds_max):
            deadline = self._deadline(wait_seconds_max)
            for attempt in range(1, _ATTEMPTS_MAX):
                try:
                    return await self._write_once(work, deadline, long=long)
                except _WORTH_ANOTHER_TRY:
                    await asyncio.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1)))
            return await self._write_once(work, deadline, long=long)

    async def _write_once(self, work: Work[Result], deadline: float | None, *, long: bool) -> Result:
        committing = False
        try:
            async with self._acquired(deadline) as connection:
                transaction = PostgresTransaction(connection)
                async with connection.transaction(isolation="read_committed"):
                    if long:
                        await connection.execute(_WITHOUT_TIME_OUTS)
                    result = await work(transaction)
                    # A connection that is lost already has not taken the commit.
                    committing = not connection.is_closed()
        except _LOST as error:
            # A commit whose answer is lost may have been made: nobody may say that nothing was done.
            raise error if committing else _unavailable(error) from error
        if transaction.signals:
            self._listeners.wake(transaction.signals)
            self._announcer.announce(transaction.signals)
        return result

    @asynccontextmanager
    async def _acquired(self, deadline: float | None) -> AsyncIterator[_Connection]:
        """A connection of the pool; what it, or the wait for it, says of too much work is told as such."""
        left = None if deadline is None else max(deadline - self._loop.time(), 0)
        try:
            async with asyncio.timeout(left):
                connection = await self._pool.acquire()
        except TimeoutError as error:
            raise DatabaseUnavailable("no connection became free in time") from error
        try:
            yield connection
        except _TOOK_TOO_LONG as error:
            raise DatabaseUnavailable(str(error)) from error
        finally:
            await self._pool.release(connection)

    def _deadline(self, wait_seconds_max: float | None) -> float | None:
        return None if wait_seconds_max is None else self._loop.time() + wait_seconds_max

    def on_signal(self, name: str, listener: Callable[[], None]) -> None:
        self._listeners.add(name, listener)
        self._announcer.start()

    async def close(self) -> None:
        """Finish what was handed in: the pool's own closing turns away who still waits for a connection."""
        self._closed = True
        await self._idle.wait()
        await self._announcer.close()
        await self._pool.close()

    @contextmanager
    def _counted(self, wait_seconds_max: float | None) -> Iterator[None]:
        if self._closed:
            raise RuntimeError("the database is closed")
        if wait_seconds_max is not None and self._works >= CONNECTIONS_MAX + WAITING_WORKS_MAX:
            raise DatabaseUnavailable("too many works are waiting")
        self._works += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._works -= 1
            if self._works == 0:
                self._idle.set()


async def open_postgres(url: str) -> PostgresDatabase:
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=CONNECTIONS_MAX,
            statement_cache_size=_CACHED_STATEMENTS,
            timeout=_OPEN_TIMEOUT_SECONDS,
            server_settings={"application_name": "zoco", **_TIME_OUTS},
            reset=_leave_as_it_is,
        )
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnusable(
            f"The PostgreSQL database cannot be opened: {error or 'no answer'}."
        ) from error
    async with pool.acquire() as connection:
        version = connection.get_server_version()
    if version.major < _OLDEST_POSTGRES:
        await pool.close()
        raise DatabaseUnusable(
            f"PostgreSQL {_OLDEST_POSTGRES} or newer is needed, and this one is {version.major}."
        )
    return PostgresDatabase(url, pool)


async def _leave_as_it_is(connection: object) -> None:
    """In place of asyncpg's reset query, a round trip at each release: no work changes session state."""
