"""Whether the desk answers, and how far behind it is (4.4)."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from zoco.desk.desk import Desk
from zoco.desk.records import work
from zoco.resources.codec import encode


class Health(Struct, frozen=True, kw_only=True):
    """`oldest_seconds` is the age of the oldest news that has not been followed up, 0 when there is none."""

    status: str = "ok"
    waiting: int
    oldest_seconds: float
    hidden: int
    failed: int


async def show(request: Request) -> Response:
    """`GET /health`: numbers only, so that anybody may ask."""
    desk: Desk = request.app.state.desk
    backlog = await desk.database.read(work.backlog)
    age = 0.0 if backlog.oldest is None else (desk.clock.now() - backlog.oldest).total_seconds()
    health = Health(waiting=backlog.waiting, oldest_seconds=age, hidden=backlog.hidden, failed=backlog.failed)
    return Response(encode(health), media_type="application/json")
