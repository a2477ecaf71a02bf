from __future__ import annotations

from datetime import timedelta

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from tests.hand_clock import HandClock
from zoco.web.headers import DateHeader, SecurityHeaders, content_security_policy

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


async def headers_of(app: SecurityHeaders | DateHeader) -> dict[str, str]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await app({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


async def test_every_page_is_locked_up() -> None:
    headers = await headers_of(SecurityHeaders(PlainTextResponse("page")))
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


async def test_page_keeps_the_headers_that_it_set_itself() -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        response = PlainTextResponse("file", headers={"cache-control": "public"})
        await response(scope, receive, send)

    assert (await headers_of(SecurityHeaders(page)))["cache-control"] == "public"


async def test_date_is_the_clocks() -> None:
    clock = HandClock()
    app = DateHeader(PlainTextResponse("page"), clock)
    assert (await headers_of(app))["date"] == "Mon, 02 Mar 2026 12:00:00 GMT"

    for step, date in (
        (timedelta(milliseconds=999), "Mon, 02 Mar 2026 12:00:00 GMT"),
        (timedelta(milliseconds=1), "Mon, 02 Mar 2026 12:00:01 GMT"),
        (timedelta(days=21), "Mon, 23 Mar 2026 12:00:01 GMT"),
    ):
        clock.advance(step)
        assert (await headers_of(app))["date"] == date


def test_form_may_end_at_a_named_origin() -> None:
    policy = content_security_policy(["https://market.example"])
    assert "form-action 'self' https://market.example;" in policy
