"""Security headers for pages (and nothing that a page does not need).

    app = SecurityHeaders(app)
    response.headers["content-security-policy"] = content_security_policy(["https://shop.example"])

A response that sets one of these headers itself keeps its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zoco.clock import Clock


def content_security_policy(form_targets: Sequence[str] = ()) -> str:
    """Everything from here, nothing inline. `form_targets` are origins that a form of this page may
    end at: browsers apply `form-action` to the redirects after a form as well."""
    targets = " ".join(["'self'", *form_targets])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action {targets}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


_HEADERS = {
    "content-security-policy": content_security_policy(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class DateHeader:
    """Adds `Date` by the program's own clock: the server leaves it out, since a sandbox may live in
    another year."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                moment = self._clock.now().replace(microsecond=0)
                message["headers"] = [*message["headers"], (b"date", _http_date(moment))]
            await send(message)

        await self._app(scope, receive, send_with_date)


# Both programs may run in one process, each with its clock.
@lru_cache(maxsize=2)
def _http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()


class SecurityHeaders:
    """Adds the headers above to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
