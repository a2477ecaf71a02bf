"""The marketplace over HTTP, as one ASGI application.

app = create_app(database, SystemClock(), operator_key="…", sandbox=False, public_url="https://api.example")
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from zoco.api.door import Door
from zoco.api.endpoint import AnyEndpoint, Server
from zoco.api.endpoints import ENDPOINTS
from zoco.api.pages.site import is_page, pages
from zoco.api.world import World
from zoco.clock import Clock
from zoco.database.transaction import Database
from zoco.observe import SILENT, Observer
from zoco.web.headers import DateHeader
from zoco.web.observed import Observed


def create_app(
    database: Database,
    clock: Clock,
    *,
    operator_key: str,
    sandbox: bool,
    public_url: str,
    extra_endpoints: Sequence[AnyEndpoint] = (),
    observer: Observer = SILENT,
) -> ASGIApp:
    """The API, and beside it the pages where people sign in and consent.

    `public_url` is the address under which this server is known, without a trailing slash;
    `extra_endpoints` are those of the sandbox, mounted in sandbox mode only.
    """
    server = Server(
        database=database,
        clock=clock,
        operator_key=operator_key,
        sandbox=sandbox,
        public_url=public_url.rstrip("/"),
    )
    door = Door(server, (*ENDPOINTS, *extra_endpoints), World(database, sandbox=sandbox))
    site = pages(server)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif is_page(scope["path"]):
            await site(scope, receive, send)
        else:
            await door(scope, receive, send)

    return Observed(DateHeader(app, clock), "marketplace", observer)


async def _live(receive: Receive, send: Send) -> None:
    """Nothing begins or ends with the application itself: the database is its owner's to close."""
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
