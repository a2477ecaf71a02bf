"""`zoco up --empty` until it says that it is ready, beside a bare uvicorn server until it is."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from statistics import median

from benchmarks.measuring import ROUNDS, free_port

_SECONDS_MAX = 60


async def measure() -> None:
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            folder = Path(name)
            ports = ("--port", str(free_port()), "--desk-port", str(free_port()))
            up = ("zoco.cli", "up", "--empty", "--data", str(folder / "data"), *ports)
            bare = ("uvicorn", "--port", str(free_port()), "--lifespan", "off", "benchmarks.starting:nothing")
            for what, arguments, said in (
                ("bare server", bare, "Uvicorn running"),
                ("zoco, new folder", up, "Ctrl-C stops everything"),
                ("zoco, again", up, "Ctrl-C stops everything"),
            ):
                found.setdefault(what, []).append(await _ready_after(*arguments, said=said))
    print("\nready to be called")
    for what, seconds in found.items():
        print(f"{what:<24}{median(seconds):>8.2f} s")


async def _ready_after(*arguments: str, said: str) -> float:
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, stdin=DEVNULL, stdout=PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_SECONDS_MAX):
            while said.encode() not in (line := await process.stdout.readline()):
                assert line, f"{arguments[0]} ended without saying {said!r}"
        return time.perf_counter() - begun
    finally:
        process.terminate()
        await process.communicate()


async def nothing(scope: object, receive: object, send: object) -> None:
    """An application that is never called."""
