"""Tells the observer of every request, and gives the answer its `X-Request-Id` where it has none.

    app = Observed(app, "marketplace", observer)

Who answers knows what was asked for, and notes it: `noted(scope).user = caller.user_id`.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from time import perf_counter

from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zoco.observe import Observer, RequestAnswered, plain_id, plain_request_id

_KEY = "zoco.noted"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))


class Observed:
    """One event per request. A stream's duration ends with its first bytes, its event comes at its end."""

    def __init__(self, app: ASGIApp, program: str, observer: Observer) -> None:
        self._app = app
        self._program = program
        self._observer = observer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "other"
        event = RequestAnswered(program=self._program, method=method, route="", ms=0.0)
        scope[_KEY] = event
        started = perf_counter()

        async def send_observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                event.ms = round((perf_counter() - started) * 1000, 3)
                event.status = message["status"]
                event.request = _request_id(message)
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        except Exception:
            event.status = 500
            raise
        finally:
            if event.status in (0, 500) and not event.ms:
                event.ms = round((perf_counter() - started) * 1000, 3)
            _note_page(scope, event)
            self._observer.tell(event)


def noted(scope: Scope) -> RequestAnswered:
    """What will be told of this request; nobody hears of it where nobody observes."""
    event: RequestAnswered | None = scope.get(_KEY)
    return event if event is not None else RequestAnswered(program="", method="", route="", ms=0.0)


def note_place(event: RequestAnswered, route: str, variables: Iterable[tuple[str, str]]) -> None:
    """The template, and those of its values that are ids."""
    event.route = route
    event.ids = {name: plain_id(value) for name, value in variables if name.endswith("_id")}


def _note_page(scope: Scope, event: RequestAnswered) -> None:
    """A page's template is its route's; a `{name:convertor}` is written as `{name}`."""
    route = scope.get("route")
    if isinstance(route, Route) and not event.route:
        values = scope.get("path_params", {})
        note_place(event, route.path_format, ((name, str(value)) for name, value in values.items()))


def new_request_id() -> str:
    """Sixteen hexadecimal digits: an id, not a secret."""
    return f"{random.getrandbits(64):016x}"


def _request_id(message: Message) -> str:
    for name, value in message["headers"]:
        if name == b"x-request-id":
            return plain_request_id(value.decode("latin-1"))
    own = new_request_id()
    message["headers"] = [*message["headers"], (b"x-request-id", own.encode())]
    return own
