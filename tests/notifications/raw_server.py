"""A server that says exactly the bytes that a test chooses."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

# Has read a request, and does what it likes with the connection.
Script = Callable[[asyncio.StreamWriter], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def says(*parts: bytes) -> Script:
    def script(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)

    return script


def says_and_closes(*parts: bytes) -> Script:
    def script(writer: asyncio.StreamWriter) -> None:
        says(*parts)(writer)
        writer.close()

    return script


def resets(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


class RawServer:
    """Does the `scripts` one after the other, a request each; answers 200 when they are used up."""

    def __init__(self) -> None:
        self.url = ""
        self.scripts: deque[Script] = deque()
        # The number of its connection and what was asked on it.
        self.heard: list[tuple[int, bytes]] = []
        self.hung_up = asyncio.Event()
        self._connections = 0
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def used_connections(self) -> list[int]:
        return [connection for connection, _ in self.heard]

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving[asyncio.create_task(self._serve(reader, writer))] = writer

    async def close(self) -> None:
        for writer in self._serving.values():
            writer.transport.abort()
        if self._serving:
            await asyncio.wait(self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                body = await reader.readexactly(length)
                self.heard.append((number, head + body))
                script = self.scripts.popleft() if self.scripts else says(OK)
                script(writer)
        self.hung_up.set()
        writer.close()


@asynccontextmanager
async def raw_server(
    *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[RawServer]:
    one = RawServer()
    server = await asyncio.start_server(one.connected, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    one.url = f"{scheme}://{host}:{server.sockets[0].getsockname()[1]}/callback"
    try:
        yield one
    finally:
        server.close()
        await one.close()
