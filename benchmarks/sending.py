"""The sender, in a process of its own, which reads a plan and prints what came of it.

`zoco` is the finished dispatcher. `posts` makes the same posts with the same client and keeps nothing;
`rows` writes the same rows with a bare driver and posts nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import islice
from pathlib import Path

import asyncpg
import msgspec
import uvloop

from zoco.cli.parts import migrated
from zoco.clock import SystemClock
from zoco.database.statements import numbered
from zoco.database.transaction import Database, Transaction
from zoco.domain.applications import Application
from zoco.notifications.callbacks import callbacks
from zoco.notifications.dispatcher import Dispatcher, Limits
from zoco.storage import applications, feed
from zoco.storage.feed import FeedRow

_MIGRATIONS = Path(__file__).parent.parent / "src" / "zoco" / "storage" / "migrations"
_SLOTS = Limits().slots_per_callback
_BATCH = 500
_BODY = (
    b'{"_id":"4e9f1a2b3c4d5e6f70819203","resource":"/orders/2000000001","user_id":1001,"topic":"orders",'
    b'"application_id":4242,"attempts":0,"sent":"2013-05-27T14:00:00.000Z","received":"2013-05-27T14:00:00.000Z"}'
)
_RECORD = """
    UPDATE notifications SET state = 'acknowledged', next_attempt = NULL, attempts = attempts + 1,
        last_sent = :sent, last_outcome = 'acknowledged', last_http_code = 200, last_duration_ms = 7
    WHERE seq = :seq AND state = 'pending'
"""


class Plan(msgspec.Struct, frozen=True):
    side: str
    database: str
    ports: list[int]
    messages: int


class Outcome(msgspec.Struct, frozen=True):
    seconds: float
    cpu_seconds: float


@asynccontextmanager
async def told(url: str, ports: list[int], messages: int) -> AsyncIterator[Database]:
    """A database with an application at each of these ports, and so many messages due, to each in turn."""
    async with migrated(url, _MIGRATIONS) as database:
        now = SystemClock().now()

        async def subscribe(tx: Transaction) -> None:
            for number, port in enumerate(ports, start=1):
                subscriber = Application(
                    id=number,
                    owner_id=1001,
                    site_id="MLB",
                    name=f"Application {number}",
                    callback_url="https://desk.example/connected",
                    secret_key="secret",
                    notifications_callback_url=f"http://127.0.0.1:{port}/notifications",
                    topics=("orders",),
                    date_created=now,
                )
                await applications.add(tx, subscriber)

        await database.write(subscribe)
        await tell(database, len(ports), messages, first=0)
        yield database


async def tell(database: Database, subscribers: int, messages: int, *, first: int) -> None:
    """Record messages as the marketplace does, each about an order of its own."""
    now = SystemClock().now() - timedelta(milliseconds=1)
    rows = [
        FeedRow(
            id=f"{number:024x}",
            application_id=number % subscribers + 1,
            user_id=1001,
            topic="orders",
            resource=f"/orders/{2_000_000_000 + number}",
        )
        for number in range(first, first + messages)
    ]

    async def record(tx: Transaction) -> None:
        await feed.add(tx, rows, received=now)
        tx.signal("feed")

    await database.write(record)


async def pending(database: Database) -> bool:
    found = await database.read(
        lambda tx: tx.one("SELECT 1 AS one FROM notifications WHERE state = 'pending' LIMIT 1")
    )
    return found is not None


async def _zoco(plan: Plan) -> Outcome:
    async with (
        told(plan.database, plan.ports, plan.messages) as database,
        callbacks() as post,
    ):
        dispatcher = Dispatcher(database, SystemClock(), post=post)

        async def deliver() -> None:
            running = asyncio.create_task(dispatcher.run())
            while await pending(database):  # noqa: ASYNC110 - asked from outside, as somebody else would
                await asyncio.sleep(0.01)
            await dispatcher.stop()
            await running

        return await _measured(deliver)


async def _posts(plan: Plan) -> Outcome:
    async with callbacks() as post:

        async def deliver() -> None:
            each = plan.messages // (len(plan.ports) * _SLOTS)
            urls = [f"http://127.0.0.1:{port}/notifications" for port in plan.ports]

            async def slot(url: str) -> None:
                for _ in range(each):
                    answer = await post(url, _BODY)
                    assert answer.http_code == 200

            await asyncio.gather(*(slot(url) for url in urls for _ in range(_SLOTS)))

        return await _measured(deliver)


async def _rows(plan: Plan) -> Outcome:
    async with told(plan.database, plan.ports, plan.messages) as database:
        engine = database.engine
    record = _record_in_sqlite if engine == "sqlite" else _record_in_postgresql
    return await _measured(lambda: record(plan))


async def _record_in_sqlite(plan: Plan) -> None:
    connection = sqlite3.connect(plan.database.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32768"):
        connection.execute(f"PRAGMA {pragma}")
    for batch in _batches(plan.messages):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_RECORD, batch)
        connection.execute("COMMIT")
    connection.close()


async def _record_in_postgresql(plan: Plan) -> None:
    statement, names = numbered(_RECORD)
    connection = await asyncpg.connect(plan.database)
    for batch in _batches(plan.messages):
        async with connection.transaction():
            await connection.executemany(statement, [[row[name] for name in names] for row in batch])
    await connection.close()


def _batches(messages: int) -> Iterator[list[dict[str, int]]]:
    rows = ({"seq": seq, "sent": time.time_ns() // 1000} for seq in range(1, messages + 1))
    while batch := list(islice(rows, _BATCH)):
        yield batch


async def _measured(act: Callable[[], Awaitable[None]]) -> Outcome:
    begun, begun_cpu = time.perf_counter(), time.process_time()
    await act()
    return Outcome(seconds=time.perf_counter() - begun, cpu_seconds=time.process_time() - begun_cpu)


_SIDES = {"zoco": _zoco, "posts": _posts, "rows": _rows}


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, suppress(KeyboardInterrupt):
        outcome = runner.run(_SIDES[plan.side](plan))
        print(msgspec.json.encode(outcome).decode(), flush=True)


if __name__ == "__main__":
    main()
