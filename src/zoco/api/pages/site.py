"""The pages of the marketplace's own origin, beside the API (26.29)."""

from __future__ import annotations

from importlib.resources import files

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zoco.api.answering import request_id
from zoco.api.endpoint import Server
from zoco.api.pages.authorization import LANGUAGE_PATH, PATH, AuthorizationPages
from zoco.database.errors import DatabaseUnavailable
from zoco.web.assets import Assets
from zoco.web.headers import SecurityHeaders
from zoco.web.readiness import readiness
from zoco.web.rendering import Renderer


def is_page(path: str) -> bool:
    """Whether a path is a page's and not the API's."""
    return path in (PATH, LANGUAGE_PATH, "/ready") or path.startswith("/static/")


def pages(server: Server) -> ASGIApp:
    assets = Assets(["zoco.web"])
    authorization = AuthorizationPages(server, Renderer(["zoco.api.pages", "zoco.web"], assets))
    app = Starlette(
        routes=[
            Route(PATH, authorization.ask, methods=["GET"]),
            Route(PATH, authorization.answer, methods=["POST"]),
            Route(LANGUAGE_PATH, authorization.choose_language, methods=["POST"]),
            Route(
                "/ready",
                readiness(lambda _: server.database, files("zoco.storage") / "migrations"),
                methods=["GET"],
            ),
            Route("/static/{digest}/{path:path}", assets.serve),
        ],
        exception_handlers={DatabaseUnavailable: authorization.unavailable},
    )
    return _RequestIds(SecurityHeaders(app))


class _RequestIds:
    """`X-Request-Id` on pages too (A-32)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id")

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id(given)
            await send(message)

        await self._app(scope, receive, send_with_id)
