"""A hundred subscribers in a process of their own, who answer 200 to every POST as cheaply as can be.

`python -m benchmarks.receiving NUMBER` prints their ports. Keep-alive, no parser, one write per request.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class _Subscriber(asyncio.Protocol):
    """One connection; a request is whole when as many bytes have come as its head announces."""

    def __init__(self) -> None:
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's in everything but their class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self._received = b""
            self._transport.write(_ANSWER)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0])


async def _listen(number: int) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_Subscriber, "127.0.0.1", 0, backlog=1024) for _ in range(number)]
    print("ready", *(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_listen(int(sys.argv[1])))
