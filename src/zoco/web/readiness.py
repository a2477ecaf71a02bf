"""`/ready`: whether requests may be sent here. `/health` tells how the program fares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response

from zoco.database.migrate import migrations_pending
from zoco.database.transaction import Database

# Whoever asks gives up sooner than a database that hangs.
_SECONDS_MAX = 2.0


def readiness(
    database: Callable[[Request], Database], migrations: Traversable
) -> Callable[[Request], Awaitable[Response]]:
    """`GET /ready`: 200 when the database answers and has this program's schema, 503 otherwise."""

    async def show(request: Request) -> Response:
        try:
            async with asyncio.timeout(_SECONDS_MAX):
                ready = not await migrations_pending(database(request), migrations)
        except Exception:  # noqa: BLE001 - whatever keeps the database from answering, it is not ready
            ready = False
        body = b'{"status":"ok"}' if ready else b'{"status":"not ready"}'
        return Response(body, 200 if ready else 503, media_type="application/json")

    return show
