"""An answer with what came along with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from zoco.client._connection import Reply, Request
from zoco.client.errors import Garbled
from zoco.resources.codec import Malformed, decode

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """A decoded answer and its envelope.

    `body` holds the bytes as they came, so that fields which we do not know are not lost. `etag` is
    what a later write hands back as `if_match`. `date` is the marketplace's time. `world` names the
    sandbox world that answered, None outside a sandbox (contract A-45).
    """

    value: T
    body: bytes = field(repr=False)
    status: int
    etag: str | None
    date: datetime | None
    world: str | None


def parse(body: bytes, shape: type[T], *, request: str) -> T:
    """Decode a resource. Numbers may come as text: the documents print both (A-01)."""
    try:
        return decode(body, shape, strict=False)
    except Malformed as error:
        where = f" at {error.field}" if error.field else ""
        raise Garbled(f"cannot read the answer{where}: {error}", request=request) from error


def read(reply: Reply, shape: type[T], request: Request) -> Answer[T]:
    return Answer(
        value=parse(reply.body, shape, request=str(request)),
        body=reply.body,
        status=reply.status,
        etag=reply.headers.get("ETag"),
        date=reply.date,
        world=reply.headers.get("X-Zoco-World"),
    )
