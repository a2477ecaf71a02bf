"""What all groups of calls stand on: a method and a path in, a decoded answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from zoco.client._answer import Answer, read
from zoco.client._connection import Connection, Request
from zoco.resources.codec import encode

T = TypeVar("T")


class Calls:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def _get(self, path: str, shape: type[T], query: Sequence[tuple[str, str]] = ()) -> Answer[T]:
        request = Request(method="GET", path=path, query=query)
        return read(await self._connection.ask(request), shape, request)

    async def _send(
        self,
        method: str,
        path: str,
        shape: type[T],
        body: object = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer[T]:
        """POST, PUT or DELETE. A header of None is not sent."""
        request = Request(
            method=method,
            path=path,
            body=None if body is None else encode(body),
            headers={name: value for name, value in (headers or {}).items() if value is not None},
        )
        return read(await self._connection.ask(request), shape, request)
