"""Calls straight into an ASGI application: what a server would hand over, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.types import ASGIApp, Message

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body, parse_float=Decimal)

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code; the envelope itself is checked on the way."""
        assert {"message", "error", "status", "cause"} <= self.json.keys(), self.body
        assert self.json["status"] == self.status
        return self.status, self.json["error"]


@dataclass(frozen=True)
class Browserless:
    """`await client.get("/orders/1", token=…)`; bodies are JSON unless they are bytes."""

    app: ASGIApp
    operator_key: str

    async def get(self, path: str, *, token: str | None = None, headers: Headers | None = None) -> Reply:
        return await self.call("GET", path, token=token, headers=headers)

    async def post(
        self, path: str, body: object = b"", *, token: str | None = None, headers: Headers | None = None
    ) -> Reply:
        return await self.call("POST", path, body, token=token, headers=headers)

    async def put(
        self, path: str, body: object = b"", *, token: str | None = None, headers: Headers | None = None
    ) -> Reply:
        return await self.call("PUT", path, body, token=token, headers=headers)

    async def delete(self, path: str, *, token: str | None = None) -> Reply:
        return await self.call("DELETE", path, token=token)

    async def operate(self, path: str, body: object) -> Reply:
        return await self.call("POST", path, body, headers={"X-Operator-Key": self.operator_key})

    async def form(self, path: str, fields: Mapping[str, str], *, headers: Headers | None = None) -> Reply:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.call("POST", path, urlencode(fields).encode(), headers={**kind, **(headers or {})})

    async def call(
        self,
        method: str,
        path: str,
        body: object = b"",
        *,
        token: str | None = None,
        headers: Headers | None = None,
    ) -> Reply:
        raw = body if isinstance(body, bytes) else json.dumps(body, default=float).encode()
        sent = {"host": "api.example", "content-length": str(len(raw)), **(headers or {})}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
            "server": ("api.example", 80),
            "client": ("192.0.2.1", 50000),
        }
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        start = messages[0]
        return Reply(
            status=start["status"],
            headers={name.decode(): value.decode("latin-1") for name, value in start["headers"]},
            body=b"".join(message.get("body", b"") for message in messages[1:]),
        )
