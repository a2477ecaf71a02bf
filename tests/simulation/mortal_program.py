"""A `zoco` command in a process of its own, killed without warning and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

_START_SECONDS_MAX = 60


class MortalProgram:
    """Born with `start`, dead after `kill`; `stop` is Ctrl-C. `until` is what it prints when it is ready.

    `source` is the `src` that its next life runs, this project's own unless it is set.
    """

    def __init__(self, folder: Path, *arguments: str, until: str) -> None:
        self.source: Path | None = None
        self.lives = 0
        self.printed: list[str] = []
        self._folder = folder
        self._arguments = arguments
        self._until = until
        self._process: Process | None = None
        self._ended: asyncio.Task[int] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @property
    def said(self) -> str:
        """Everything printed in all lives."""
        return "".join(self.printed)

    @property
    def is_alive(self) -> bool:
        """Begun and not killed or stopped since."""
        return self._process is not None

    async def start(self) -> None:
        """A new life; answers when the program says that it is ready."""
        await self.begin()
        await self.ready()

    async def ready(self) -> None:
        """Until it says that it is; a program that ends instead is a failure."""
        assert self._ended is not None
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait(
            {ready, self._ended}, timeout=_START_SECONDS_MAX, return_when=asyncio.FIRST_COMPLETED
        )
        ready.cancel()
        assert self._ready.is_set(), self.said

    async def begin(self) -> None:
        """A new life, not waited for."""
        self.lives += 1
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "zoco.cli", *self._arguments),
            cwd=self._folder,
            env=dict(os.environ) if self.source is None else os.environ | {"PYTHONPATH": str(self.source)},
            stdout=PIPE,
            stderr=STDOUT,
        )
        self._reading = asyncio.create_task(self._read(self._process))
        self._ended = asyncio.create_task(self._process.wait())

    async def live_for(self, seconds: float) -> None:
        """Until then; a program that ends by itself is a failure, seen at once."""
        assert self._ended is not None
        ended, _ = await asyncio.wait({self._ended}, timeout=seconds)
        assert not ended, self.said

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, flushed or said."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ctrl-C; its exit status."""
        return await self._end(signal.SIGINT)

    async def _end(self, by: signal.Signals) -> int:
        if self._process is None or self._ended is None or self._reading is None:
            return 0
        if not self._ended.done():
            self._process.send_signal(by)
        status = await self._ended
        await self._reading
        self._process = None
        return status

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.printed.append(line.decode(errors="replace"))
            if self._until in self.printed[-1]:
                self._ready.set()
