"""What the measurements share: servers and callers as processes, rounds that take turns, medians."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
from benchmarks.load import Outcome, Plan

ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one round, or the medians of several. `busy` is the callers' share of a core."""

    per_second: float
    cpu_us: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    busy: float = 0.0


@dataclass(frozen=True, slots=True)
class Server:
    process: Process
    port: int
    said: str

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def server(role: str, folder: Path, *database: str) -> AsyncIterator[Server]:
    """One of `benchmarks.served`, stopped at the end; a desk may have another `database` than its own."""
    port = free_port()
    os.makedirs(folder, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.served", role, str(port), str(folder), *database),
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert process.stdout is not None
    try:
        said = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().split()
        assert said[:1] == ["ready"], f"the {role} did not start"
        yield Server(process, port, " ".join(said[1:]))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def called(target: Server, plan: Plan) -> Figures:
    """Let the callers loose on it."""
    callers = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.load", stdin=PIPE, stdout=PIPE
    )
    assert callers.stdin is not None
    assert callers.stdout is not None
    callers.stdin.write(msgspec.json.encode(plan))
    callers.stdin.close()
    assert await callers.stdout.readline() == b"warm\n", "the callers were refused"
    before = target.cpu_seconds()
    outcome = msgspec.json.decode(await callers.stdout.read(), type=Outcome)
    cpu_seconds = target.cpu_seconds() - before
    await callers.wait()
    return Figures(
        per_second=outcome.operations / outcome.seconds,
        cpu_us=cpu_seconds / outcome.operations * 1e6,
        p50_ms=outcome.p50_ms,
        p99_ms=outcome.p99_ms,
        busy=outcome.busy,
    )


async def taking_turns(sides: Mapping[str, Callable[[], Awaitable[Figures]]]) -> dict[str, Figures]:
    """Each side once per round, so that the machine's moods meet them all; the medians."""
    found: dict[str, list[Figures]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, measure in sides.items():
            found[name].append(await measure())
    return {name: _median(figures) for name, figures in found.items()}


def _median(figures: list[Figures]) -> Figures:
    return Figures(
        per_second=median(each.per_second for each in figures),
        cpu_us=median(each.cpu_us for each in figures),
        p50_ms=median(each.p50_ms for each in figures),
        p99_ms=median(each.p99_ms for each in figures),
        busy=median(each.busy for each in figures),
    )


def show(title: str, figures: Mapping[str, Figures], *, beside: str) -> None:
    """A line for each side, with its rate as a part of the rate of `beside`."""
    print(f"\n{title}")
    print(
        f"{'':<24}{'per second':>12}{'ratio':>8}{'CPU us':>9}{'p50 ms':>9}{'p99 ms':>9}{'callers busy':>14}"
    )
    for name, each in figures.items():
        ratio = each.per_second / figures[beside].per_second
        print(
            f"{name:<24}{each.per_second:>12,.0f}{ratio:>8.2f}{each.cpu_us:>9,.0f}"
            f"{each.p50_ms:>9.1f}{each.p99_ms:>9.1f}{each.busy:>14.0%}"
        )
