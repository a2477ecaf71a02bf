"""A marketplace of canned answers on a real port: it records what it is asked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]

DATE = "Sun, 27 May 2012 10:00:00 GMT"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass(kw_only=True)
class FakeMarketplace:
    """Answers stand in line for each `GET /path`; the last one stays. Anything else is 404."""

    base_url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    _answers: dict[str, list[Respond]] = field(default_factory=dict)

    def answer(
        self,
        what: str,
        body: object = b"",
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        """`body` is JSON unless it is bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def respond(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=content, headers={"Date": DATE, **(headers or {})})

        self.respond(what, respond)

    def respond(self, what: str, respond: Respond) -> None:
        self._answers.setdefault(what, []).append(respond)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(
            Recorded(
                method=request.method,
                path=request.path,
                query=list(request.query.items()),
                headers=dict(request.headers),
                body=await request.read(),
            )
        )
        waiting = self._answers.get(f"{request.method} {request.path}", [])
        if not waiting:
            error = {"message": "not found", "error": "not_found", "status": 404, "cause": []}
            return web.json_response(error, status=404)
        respond = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return await respond(request)
