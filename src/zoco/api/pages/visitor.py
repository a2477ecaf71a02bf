"""Who sits at the browser: signed in at this marketplace, or not yet."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from zoco.api.endpoint import Server
from zoco.database.transaction import Transaction
from zoco.domain.users import User
from zoco.marketplace import accounts
from zoco.storage.sessions import Session
from zoco.web.cookies import cookie_name, set_cookie
from zoco.web.forms import FormGuard
from zoco.web.locale import choose_language
from zoco.web.rendering import Visit

# Cookies ignore ports, and the desk is a neighbour: names of our own (26.29).
SESSION_COOKIE = "zoco_market_session"
VISITOR_COOKIE = "zoco_market_visitor"
LANGUAGE_COOKIE = "zoco_market_language"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """`user` is None until he signs in; `forms_key` is what his forms' tokens are bound to."""

    user: User | None
    session_cookie: str | None
    forms_key: str
    visit: Visit
    secure: bool
    new: bool

    def remember(self, response: Response) -> Response:
        """A visitor without a session keeps a random number, so that his forms can be told from others'."""
        if self.new:
            name = cookie_name(VISITOR_COOKIE, secure=self.secure)
            set_cookie(response, name, self.forms_key, secure=self.secure)
        return response


async def visitor_of(request: Request, server: Server, guard: FormGuard) -> Visitor:
    secure = server.public_url.startswith("https://")
    now = server.clock.now()
    cookie = request.cookies.get(cookie_name(SESSION_COOKIE, secure=secure))

    async def find(tx: Transaction) -> tuple[Session, User] | None:
        session = await accounts.session(tx, cookie, now) if cookie else None
        return None if session is None else (session, await accounts.user(tx, session.user_id))

    found = await server.database.read(find)
    known = request.cookies.get(cookie_name(VISITOR_COOKIE, secure=secure))
    forms_key = found[0].csrf if found else known or secrets.token_urlsafe(24)
    return Visitor(
        user=found[1] if found else None,
        session_cookie=cookie if found else None,
        forms_key=forms_key,
        visit=Visit(
            language=choose_language(request, cookie=LANGUAGE_COOKIE),
            zone=ZoneInfo("UTC"),
            now=now,
            csrf_token=guard.token(forms_key),
        ),
        secure=secure,
        new=found is None and known is None,
    )
