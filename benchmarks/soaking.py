"""The dispatcher under load for long, while events are recorded all the time: its memory must stay flat.

`python -m benchmarks.soaking --minutes 2`. Of a hundred callbacks one is silent and one not there at all;
the others answer at once. Ends with 1 when the memory has grown, or when a message was left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from statistics import median

import uvloop
from benchmarks.delivering import subscribers
from benchmarks.measuring import free_port
from benchmarks.sending import tell, told

from zoco.clock import SystemClock
from zoco.database.transaction import Database
from zoco.notifications.callbacks import callbacks
from zoco.notifications.dispatcher import Dispatcher

_HEALTHY = 98
_SAMPLES = 10
_EVENTS_APART_SECONDS = 0.05
# What is due when it starts: enough to fill SQLite's page caches, 64 MiB, which are not what is looked for.
_BACKLOG = 150_000
_BACKLOG_PART = 1_000
_DRAIN_SECONDS = 60
# The first samples see caches fill; what comes after them may wander by this much.
_WARMING_SAMPLES = 3
_WANDERING = 1.05
_HEARD = """
    SELECT COUNT(*) AS told, COUNT(CASE WHEN state = 'acknowledged' THEN 1 END) AS heard
    FROM notifications WHERE application_id <= :healthy
"""


async def soak(minutes: float, events_per_second: int) -> bool:
    """Whether all went well."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with (
            subscribers(_HEALTHY) as them,
            _silent_port() as silent,
            told(
                f"sqlite:///{folder}/feed.db", [*map(int, them.said.split()), silent, free_port()], 0
            ) as database,
            callbacks() as post,
        ):
            for first in range(0, _BACKLOG, _BACKLOG_PART):
                await tell(database, _HEALTHY + 2, _BACKLOG_PART, first=first)
            dispatcher = Dispatcher(database, SystemClock(), post=post)
            running = asyncio.create_task(dispatcher.run())
            recording = asyncio.create_task(_record(database, events_per_second))
            sizes = await _watched(database, minutes * 60 / _SAMPLES)
            recording.cancel()
            await asyncio.wait([recording])
            nothing_left = await _delivered(database)
            await dispatcher.stop()
            await running
    return _flat(sizes) and nothing_left


@asynccontextmanager
async def _silent_port() -> AsyncIterator[int]:
    """Somebody who takes every request and never answers."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _record(database: Database, per_second: int) -> None:
    """As many as the time that has passed asks for; one that takes long is made up for."""
    begun, recorded = time.perf_counter(), 0
    while True:
        await asyncio.sleep(_EVENTS_APART_SECONDS)
        wanted = int((time.perf_counter() - begun) * per_second) - recorded
        if wanted > 0:
            await tell(database, _HEALTHY + 2, wanted, first=_BACKLOG + recorded)
            recorded += wanted


async def _watched(database: Database, seconds: float) -> list[float]:
    """The memory in MiB, ten times."""
    sizes = []
    cpu, acknowledged = time.process_time(), 0
    print(f"{'minutes':>8}{'RSS MiB':>10}{'delivered/s':>13}{'CPU':>6}")
    for sample in count(1):
        await asyncio.sleep(seconds)
        sizes.append(_rss_mib())
        before, acknowledged = acknowledged, await _acknowledged(database)
        cpu_before, cpu = cpu, time.process_time()
        print(
            f"{sample * seconds / 60:>8.1f}{sizes[-1]:>10.1f}{(acknowledged - before) / seconds:>13,.0f}"
            f"{(cpu - cpu_before) / seconds:>6.0%}",
            flush=True,
        )
        if sample == _SAMPLES:
            break
    return sizes


def _rss_mib() -> float:
    resident_pages = int(Path("/proc/self/statm").read_text().split()[1])
    return resident_pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def _acknowledged(database: Database) -> int:
    row = await database.read(
        lambda tx: tx.one("SELECT COUNT(*) AS number FROM notifications WHERE state = 'acknowledged'")
    )
    assert row is not None
    return int(row["number"])


async def _delivered(database: Database) -> bool:
    """Whether all who answer have heard everything, once the rest has had time to arrive."""
    end = time.perf_counter() + _DRAIN_SECONDS
    while True:
        row = await database.read(lambda tx: tx.one(_HEARD, {"healthy": _HEALTHY}))
        assert row is not None
        left = row["told"] - row["heard"]
        if not left or time.perf_counter() > end:
            print(f"{row['told']:,} told to who answers, {left:,} left behind")
            return not left
        await asyncio.sleep(1)


def _flat(sizes: list[float]) -> bool:
    warm = sizes[_WARMING_SAMPLES:]
    first, last = (median(half) for half in (warm[: len(warm) // 2], warm[-(len(warm) // 2) :]))
    print(
        f"memory {first:.1f} MiB, then {last:.1f} MiB: {'flat' if last <= first * _WANDERING else 'it grows'}"
    )
    return last <= first * _WANDERING


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.soaking", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--events-per-second", type=int, default=2000)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        well = runner.run(soak(arguments.minutes, arguments.events_per_second))
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
