from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.types import Message

from zoco.web.forms import ForgedRequest, FormGuard, FormTooLarge, read_form

GUARD = FormGuard(b"key")
SESSION = "session of Ana"
TOKEN = GUARD.token(SESSION)


def request(headers: dict[str, str], body: bytes = b"") -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    raw = [(name.encode(), value.encode()) for name, value in {"host": "desk.example", **headers}.items()]
    return Request({"type": "http", "method": "POST", "headers": raw, "path": "/"}, receive)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "http://desk.example"},
        {"origin": "http://desk.example"},
    ],
)
def test_own_form_with_its_token_is_let_in(headers: dict[str, str]) -> None:
    GUARD.check(request(headers), {"csrf_token": TOKEN}, SESSION)


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"sec-fetch-site": "cross-site"}, TOKEN),
        ({"sec-fetch-site": "same-site"}, TOKEN),
        ({"sec-fetch-site": "none"}, TOKEN),
        ({"origin": "http://evil.example"}, TOKEN),
        ({"origin": "null"}, TOKEN),
        ({"origin": "http://desk.example.evil.example"}, TOKEN),
        ({}, TOKEN),
        ({"sec-fetch-site": "same-origin"}, ""),
        ({"sec-fetch-site": "same-origin"}, GUARD.token("session of Eve")),
        ({"sec-fetch-site": "same-origin"}, FormGuard(b"other key").token(SESSION)),
        ({"sec-fetch-site": "same-origin"}, "ñ"),
    ],
)
def test_forged_form_is_refused(headers: dict[str, str], token: str) -> None:
    with pytest.raises(ForgedRequest):
        GUARD.check(request(headers), {"csrf_token": token}, SESSION)


def test_program_without_any_origin_may_be_welcome() -> None:
    guard = FormGuard(b"key", programs_welcome=True)
    guard.check(request({}), {"csrf_token": TOKEN}, SESSION)
    with pytest.raises(ForgedRequest):
        guard.check(request({"origin": "http://evil.example"}), {"csrf_token": TOKEN}, SESSION)


async def test_form_is_read_with_its_blanks_and_its_last_values() -> None:
    form = await read_form(request({}, b"name=Ana+%C3%91&empty=&name=Luz"))
    assert form == {"name": "Luz", "empty": ""}


async def test_form_of_more_than_64_kib_is_refused() -> None:
    with pytest.raises(FormTooLarge):
        await read_form(request({}, b"note=" + b"x" * 65536))


async def test_no_field_holds_what_postgresql_cannot() -> None:
    assert await read_form(request({}, b"note=a%00b&sku=%00")) == {"note": "ab", "sku": ""}
