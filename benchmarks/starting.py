"""`zoco up --empty` until it says that it is ready, beside a bare uvicorn server until it is.

All modules are compiled, as an installation has them: a first start of each, which is not measured, does it.
"""

from __future__ import annotations

import asyncio
import os
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
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as compiled:
        for number in range(ROUNDS + 1):
            for what, taken in (await _starts(compiled)).items():
                found.setdefault(what, []).extend([taken] if number else [])
    print("\nready to be called")
    for what, seconds in found.items():
        print(f"{what:<24}{median(seconds):>8.2f} s")


async def _starts(compiled: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ports = ("--port", str(free_port()), "--desk-port", str(free_port()))
        up = ("zoco.cli", "up", "--empty", "--data", str(Path(folder) / "data"), *ports)
        bare = ("uvicorn", "--port", str(free_port()), "--lifespan", "off", "benchmarks.starting:nothing")
        return {
            "bare server": await _ready_after(compiled, *bare, said="Uvicorn running"),
            "zoco, new folder": await _ready_after(compiled, *up, said="Ctrl-C stops everything"),
            "zoco, again": await _ready_after(compiled, *up, said="Ctrl-C stops everything"),
        }


async def _ready_after(compiled: str, *arguments: str, said: str) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = compiled
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", *arguments),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
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
