"""The one connection that changes a SQLite file, and the line of works in front of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from zoco.database.errors import DatabaseUnavailable
from zoco.database.sqlite_transaction import SqliteTransaction, drive
from zoco.database.transaction import WAITING_WORKS_MAX, Result, Work

# A group is what waits, within these bounds: its first work is answered after its last.
_GROUP_WORKS_MAX = 256
_GROUP_SECONDS_MAX = 0.05
# So long the event loop does nothing else than running works.
_SLICE_SECONDS_MAX = 0.005
# Another program may hold the file. The loop does not wait for it, the thread does.
_BUSY_TIMEOUT_MS = 10_000


@dataclass(slots=True)
class Job:
    """A work in line and the future its caller awaits. A `long` one is kept off the event loop."""

    work: Work[Any]
    answer: asyncio.Future[Any]
    long: bool
    patience: asyncio.TimerHandle | None = None

    def give_up(self) -> None:
        if not self.answer.done():
            self.answer.set_exception(DatabaseUnavailable("the work has waited too long for its turn"))


@dataclass(slots=True)
class Outcome:
    job: Job
    result: Any = None
    error: BaseException | None = None
    signals: Iterable[str] = ()


class Writer:
    """Runs works one after another, whatever they do.

    Works that wait share one commit, each in a savepoint of its own: a sync to the disk costs far more
    than a work, and one that fails must not take the others with it. Nobody is answered before the
    commit; one that fails is the answer of all who stood on it.

    Works are run on the event loop, because they never wait for anything: in a thread each statement
    would hand the interpreter over twice. What does wait, the commit, is done in a thread, and so is
    a long work; whoever comes meanwhile stands in line.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], settle: Callable[[Sequence[Outcome]], None]
    ) -> None:
        self._connect = connect
        self._connection: sqlite3.Connection | None = connect()
        self._settle = settle
        self._line: deque[Job] = deque()
        self._attention = asyncio.Event()
        self._is_driving = False
        self._ending = False
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "sqlite-commit")
        self._task = asyncio.create_task(self._serve(), name="sqlite writer")

    def submit(
        self, work: Work[Result], *, wait_seconds_max: float | None, long: bool
    ) -> asyncio.Future[Result]:
        if self._is_driving:
            raise RuntimeError("a work cannot hand in another one")
        if wait_seconds_max is not None and len(self._line) >= WAITING_WORKS_MAX:
            raise DatabaseUnavailable("too many works are waiting")
        job = Job(work, self._loop.create_future(), long)
        if wait_seconds_max is not None:
            job.patience = self._loop.call_later(wait_seconds_max, job.give_up)
        self._line.append(job)
        self._attention.set()
        return job.answer

    async def close(self) -> None:
        """Finish everything that was submitted."""
        self._ending = True
        self._attention.set()
        await asyncio.wait([self._task])
        self._thread.shutdown()
        if self._connection is not None:
            self._connection.close()

    async def _serve(self) -> None:
        while self._line or not self._ending:
            if not self._line:
                self._attention.clear()
                await self._attention.wait()
                continue
            self._settle(await self._perform())
            # The answered go on, and what has arrived meanwhile is read, before the next group is made.
            await asyncio.sleep(0)

    async def _perform(self) -> Sequence[Outcome]:
        """One transaction: those at the head of the line, up to the group's bounds; or one long work."""
        try:
            connection = await self._begun()
        except Exception as error:  # noqa: BLE001 - it belongs to the caller; the writer goes on
            self._roll_back()
            return [Outcome(self._line.popleft(), error=error)]
        outcomes: list[Outcome] = []
        try:
            if self._line[0].long:
                self._take_first(outcomes)
                await self._loop.run_in_executor(self._thread, _run_long, connection, outcomes)
            else:
                await self._run_group(connection, outcomes)
                await self._loop.run_in_executor(self._thread, connection.commit)
        except Exception as error:  # noqa: BLE001 - it belongs to the callers; the writer goes on
            self._roll_back()
            return [Outcome(outcome.job, error=outcome.error or error) for outcome in outcomes]
        return outcomes

    async def _begun(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            # The low byte: which kind of busy does not matter.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await self._loop.run_in_executor(self._thread, _begin_patiently, self._connection)
        return self._connection

    async def _run_group(self, connection: sqlite3.Connection, outcomes: list[Outcome]) -> None:
        end = perf_counter() + _GROUP_SECONDS_MAX
        self._run_slice(connection, outcomes)
        while self._goes_on(outcomes) and perf_counter() < end:
            await asyncio.sleep(0)
            self._run_slice(connection, outcomes)

    def _run_slice(self, connection: sqlite3.Connection, outcomes: list[Outcome]) -> None:
        end = perf_counter() + _SLICE_SECONDS_MAX
        self._is_driving = True
        try:
            while self._goes_on(outcomes) and perf_counter() < end:
                if self._take_first(outcomes):
                    _attempt(connection, outcomes[-1])
        finally:
            self._is_driving = False

    def _goes_on(self, outcomes: Sequence[Outcome]) -> bool:
        return bool(self._line) and not self._line[0].long and len(outcomes) < _GROUP_WORKS_MAX

    def _take_first(self, outcomes: list[Outcome]) -> bool:
        job = self._line.popleft()
        if job.patience is not None:
            job.patience.cancel()
        # A caller who gave up while waiting in line is not served; one who gives up later
        # leaves a commit behind that nobody is told of.
        if job.answer.done():
            return False
        outcomes.append(Outcome(job))
        return True

    def _roll_back(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except sqlite3.Error:
            # Closing forgets the transaction, whatever its state; the next work connects afresh.
            self._connection.close()
            self._connection = None


def _run_long(connection: sqlite3.Connection, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        _attempt(connection, outcome)
    connection.commit()


def _attempt(connection: sqlite3.Connection, outcome: Outcome) -> None:
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


def _begin_patiently(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute("PRAGMA busy_timeout = 0")
