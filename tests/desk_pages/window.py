"""A browser window without a browser: calls the desk's ASGI application, keeps cookies, sends forms."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.types import ASGIApp, Message

_PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Page:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def text(self) -> str:
        body = gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw
        return body.decode()

    @property
    def csrf_token(self) -> str:
        found = re.search(r'name="csrf_token" value="(\w+)"', self.text)
        assert found is not None
        return found[1]


class Window:
    """`await window.get("/orders")`; `await window.send("/login", {"username": …}, page)`."""

    def __init__(self, app: ASGIApp, *, language: str = "en") -> None:
        self._app = app
        self._language = language
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Page:
        return await self._call("GET", path, b"", dict(headers or {}))

    async def send(
        self, path: str, fields: Mapping[str, str], page: Page, headers: Mapping[str, str] | None = None
    ) -> Page:
        """The form of a page, with its token, as a browser sends it."""
        return await self.send_as(path, {"csrf_token": page.csrf_token, **fields}, headers)

    async def send_as(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Page:
        said = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
        return await self._call("POST", path, urlencode(fields).encode(), said | dict(headers or {}))

    async def sign_in(self, username: str, password: str) -> Page:
        page = await self.get("/login")
        return await self.send("/login", {"username": username, "password": password}, page)

    @asynccontextmanager
    async def stream(self, path: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[Stream]:
        """The window's event stream, until the block ends."""
        arrived: asyncio.Queue[Message] = asyncio.Queue()

        async def listen() -> None:
            await self._app(self._scope("GET", path, dict(headers or {})), _never, arrived.put)

        task = asyncio.create_task(listen())
        yield Stream(arrived)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _call(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Page:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(self._scope(method, path, headers), receive, send)
        start, *parts = sent
        pairs = [(name.decode(), value.decode()) for name, value in start["headers"]]
        for value in (value for name, value in pairs if name == "set-cookie"):
            for morsel in SimpleCookie(value).values():
                self.cookies[morsel.key] = morsel.value
        return Page(start["status"], dict(pairs), b"".join(part.get("body", b"") for part in parts))

    def _scope(self, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        path, _, query = path.partition("?")
        said = {
            "host": "desk.example",
            "accept-language": self._language,
            "accept-encoding": "gzip",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **headers,
        }
        return {
            "type": "http",
            "method": method,
            "scheme": "http",
            "server": ("desk.example", 80),
            "client": ("10.0.0.7", 50000),
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in said.items()],
        }


class Stream:
    """What a stream has sent so far, waited for."""

    def __init__(self, arrived: asyncio.Queue[Message]) -> None:
        self._arrived = arrived
        self.text = ""

    async def until(self, words: str) -> str:
        """Everything up to the moment at which these words have come."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while words not in self.text:
                self.text += (await self._arrived.get()).get("body", b"").decode()
        return self.text

    async def end(self) -> None:
        """Wait for the stream's end."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            more = True
            while more:
                message = await self._arrived.get()
                self.text += message.get("body", b"").decode()
                more = message["type"] == "http.response.start" or message.get("more_body", False)


async def _never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError
