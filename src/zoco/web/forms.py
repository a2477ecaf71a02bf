"""Forms: read once at the door, and only from our own pages.

    form = await read_form(request)
    guard.check(request, form, session_id)      # raises ForgedRequest
    form.get("username", "")

Every form holds `<input type="hidden" name="csrf_token" value="{{ visit.csrf_token }}">`, whose
value is `guard.token(session_id)`. A visitor without a session gets a random id of his own in a
cookie, which takes the session's place here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

TOKEN_FIELD = "csrf_token"
_FORM_BYTES_MAX = 64 * 1024


class ForgedRequest(Exception):
    """The form does not come from a page of ours, or its session has ended."""


class FormTooLarge(Exception):
    """More bytes than any form of ours has."""


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a URL-encoded form; of a repeated field the last value. No field of ours can hold
    the NUL that PostgreSQL's text cannot."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_BYTES_MAX:
            raise FormTooLarge
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.replace("\x00", "") for name, value in pairs}


class FormGuard:
    """Refuses forms that another site made a visitor's browser send.

    A browser says where a form comes from (`Sec-Fetch-Site`, `Origin`). A program that says
    neither is no browser: `programs_welcome` lets it in with the token alone.
    """

    def __init__(self, key: bytes, *, programs_welcome: bool = False) -> None:
        self._key = key
        self._programs_welcome = programs_welcome

    def token(self, session_id: str) -> str:
        """Bound to the session: another visitor's token is worth nothing."""
        return hmac.new(self._key, session_id.encode(), hashlib.sha256).hexdigest()

    def check(self, request: Request, form: Mapping[str, str], session_id: str) -> None:
        """Raises `ForgedRequest` unless origin and token are both right."""
        if not self._is_from_here(request):
            raise ForgedRequest
        if not hmac.compare_digest(form.get(TOKEN_FIELD, "").encode(), self.token(session_id).encode()):
            raise ForgedRequest

    def _is_from_here(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin")
        if origin is None:
            return self._programs_welcome
        return urlsplit(origin).netloc == request.headers.get("host")
