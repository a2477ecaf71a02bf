"""A subscriber's server on a real socket, whose answers a test chooses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: its JSON body, its headers, its path and the connection it came on."""

    body: dict[str, Any]
    headers: dict[str, str]
    path: str
    connection: int


Reply = Callable[["Receiver", web.Request], Awaitable[web.StreamResponse]]


class Receiver:
    """Answers 200 until `reply` is set; `heard` holds every request in the order they came."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.reply: Reply = status(200)
        self.url = ""
        self.released = asyncio.Event()
        self._news = asyncio.Condition()

    async def until_heard(self, count: int) -> list[Heard]:
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(lambda: len(self.heard) >= count)
        return self.heard

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.heard.append(Heard(body, dict(request.headers), request.path, id(request.transport)))
        async with self._news:
            self._news.notify_all()
        return await self.reply(self, request)


def status(code: int, *, text: str = "", headers: dict[str, str] | None = None) -> Reply:
    async def reply(receiver: Receiver, request: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=text, headers=headers)

    return reply


async def hang(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    """Say nothing until the receiver is released."""
    await receiver.released.wait()
    return web.Response()


async def hang_after_half(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    """A status line and headers in time, but never the body they announce."""
    _transport(request).write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nha")
    return await hang(receiver, request)


async def reset(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    _transport(request).abort()
    return web.Response()


async def half_an_answer(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    _transport(request).write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    _transport(request).close()
    return web.Response()


async def gibberish(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    _transport(request).write(b"220 mail.example ESMTP\r\n\r\n")
    _transport(request).close()
    return web.Response()


async def redirect(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    if request.path == "/elsewhere":
        return web.Response()
    return web.Response(status=302, headers={"Location": "/elsewhere"})


async def long_answer(receiver: Receiver, request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"x" * 5_000_000)


def _transport(request: web.Request) -> asyncio.Transport:
    transport = request.transport
    assert transport is not None
    return transport


@asynccontextmanager
async def listening() -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(application, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/callback"
    try:
        yield receiver
    finally:
        receiver.released.set()
        await runner.cleanup()
