"""Signals between processes on one PostgreSQL database.

One connection beside the pool listens and notifies. It notifies after the commit, not in it:
NOTIFY inside a transaction takes a lock that makes all commits of a server stand in line. Equal
signals that wait are sent once. A lost one is no harm, because whoever listens polls as well.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

import asyncpg

from zoco.database.signals import Listeners

_CHANNEL = "zoco_signals"
_RECONNECT_PAUSE_SECONDS = 1.0


class Announcer:
    """Tells other processes what this one committed, and wakes this one's listeners for theirs."""

    def __init__(self, url: str, listeners: Listeners) -> None:
        self._url = url
        self._listeners = listeners
        self._waiting: set[str] = set()
        self._attention = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, unless that is under way; who neither listens nor signals needs no connection."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="postgres-signals")

    def announce(self, names: Iterable[str]) -> None:
        self.start()
        self._waiting.update(names)
        self._attention.set()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._talk()
            await asyncio.sleep(_RECONNECT_PAUSE_SECONDS)
            # What others said in the meantime was not heard.
            self._listeners.wake_all()

    async def _talk(self) -> None:
        connection = await asyncpg.connect(self._url, server_settings={"application_name": "zoco signals"})
        own_pid = connection.get_server_pid()

        def heard(_connection: object, pid: int, _channel: str, name: object) -> None:
            # Its own signals are heard too; this process's listeners were woken at the commit.
            if pid != own_pid:
                self._listeners.wake([str(name)])

        try:
            connection.add_termination_listener(lambda _: self._attention.set())
            await connection.add_listener(_CHANNEL, heard)
            while not connection.is_closed():
                await self._send_waiting(connection)
                await self._attention.wait()
                self._attention.clear()
        finally:
            connection.terminate()

    async def _send_waiting(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        names, self._waiting = self._waiting, set()
        for name in names:
            await connection.execute("SELECT pg_notify($1, $2)", _CHANNEL, name)
