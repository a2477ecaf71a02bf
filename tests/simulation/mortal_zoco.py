"""A `zoco up` of its own process, killed without warning and started again on the same folder."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Sequence
from pathlib import Path

from tests.cli.running_zoco import free_port

OPERATOR_KEY = "the operator of the kills"
_READY = "Ctrl-C stops everything"
_START_SECONDS_MAX = 60


class MortalZoco:
    """Born with `start`, dead after `kill`; `stop` is Ctrl-C. Its addresses stay the same."""

    def __init__(self, folder: Path, *flags: str) -> None:
        port, desk_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.desk_url = f"http://127.0.0.1:{desk_port}"
        self.lives = 0
        self.printed: list[str] = []
        self._folder = folder
        self._arguments: Sequence[str] = (
            *("--operator-key", OPERATOR_KEY, "--data", str(folder)),
            *("--port", str(port), "--desk-port", str(desk_port), *flags),
        )
        self._process: Process | None = None
        self._ended: asyncio.Task[int] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    @property
    def said(self) -> str:
        """Everything printed in all lives."""
        return "".join(self.printed)

    async def start(self) -> None:
        """A new life; answers when the program says that it is ready."""
        await self.begin()
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
            *(sys.executable, "-m", "zoco.cli", "up", *self._arguments),
            cwd=self._folder,
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
            if _READY in self.printed[-1]:
                self._ready.set()
