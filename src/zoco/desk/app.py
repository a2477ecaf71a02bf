"""The desk over HTTP: the callback in front, the pages behind it."""

from __future__ import annotations

from importlib.resources import files

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from zoco.desk import health, inbox
from zoco.desk.desk import Desk
from zoco.desk.pages.routes import EXCEPTION_HANDLERS, MIDDLEWARE, ROUTES
from zoco.web.headers import DateHeader
from zoco.web.observed import Observed
from zoco.web.readiness import readiness

_ready = readiness(lambda request: request.app.state.desk.database, files("zoco.desk.records") / "migrations")


def create_app(desk: Desk) -> ASGIApp:
    """The ASGI application of a desk. The workers run beside it (`zoco.desk.workers`).

    The callback has neither cookies nor sessions, and is not touched by the pages' middleware.
    """
    pages = Starlette(
        routes=[Route("/health", health.show), Route("/ready", _ready), *ROUTES],
        middleware=list(MIDDLEWARE),
        exception_handlers=dict(EXCEPTION_HANDLERS),
    )
    pages.state.desk = desk
    callback = inbox.Callback(desk)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_callback(scope["method"], scope["path"]):
            await callback(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return Observed(DateHeader(app, desk.clock), "desk", desk.observer)


def is_callback(method: str, path: str) -> bool:
    """`/notifications` is also a screen: people read it, marketplaces post to it."""
    if method != "POST":
        return False
    return path == inbox.PATH or (path.startswith(f"{inbox.PATH}/") and path.count("/") == 2)
