"""Who is at the door of a page: language, theme and session, and how forms are let in.

Page functions take a `Guest` or a `Member` and answer a response; `for_guest`, `for_member` and
`for_role` turn them into endpoints.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from zoco.database.transaction import Transaction
from zoco.desk import people
from zoco.desk.desk import Desk
from zoco.desk.pages.zones import zone_of_site
from zoco.desk.records import stock_views, views
from zoco.desk.records.people import Person
from zoco.desk.records.stock_views import StoreRow
from zoco.web.assets import Assets
from zoco.web.cookies import cookie_name, set_cookie
from zoco.web.forms import FormGuard, read_form
from zoco.web.locale import choose_language
from zoco.web.rendering import Renderer, Visit, choose_theme

if TYPE_CHECKING:
    from zoco.web.formats import Formats

ASSETS = Assets(["zoco.web", "zoco.desk.pages"])
RENDERER = Renderer(["zoco.desk", "zoco.web"], ASSETS)

# The marketplace's pages have names of their own: cookies ignore ports.
SESSION_COOKIE = "zoco_desk_session"
VISITOR_COOKIE = "zoco_desk_visitor"
LANGUAGE_COOKIE = "zoco_desk_language"
THEME_COOKIE = "zoco_desk_theme"
PREFERENCE_AGE = timedelta(days=365)

_ROLES = ("reader", "staff", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody at a page that asks for no sign-in."""

    request: Request
    desk: Desk
    visit: Visit
    now: datetime
    form: Mapping[str, str]

    @property
    def secure(self) -> bool:
        return self.request.url.scheme == "https"

    @property
    def back(self) -> str:
        """This very page, to come back to."""
        url = self.request.url
        return url.path + (f"?{url.query}" if url.query else "")

    def page(
        self, template: str, *, status: int = 200, form_targets: Sequence[str] = (), **context: object
    ) -> HTMLResponse:
        """A page for this visitor. `form_targets`: other origins at which a form of it may end."""
        return RENDERER.page(
            template, self.visit, status=status, form_targets=form_targets, here=self, **context
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What stands around every page of a member."""

    stores: list[StoreRow]
    to_deliver: int

    @property
    def to_reconnect(self) -> list[StoreRow]:
        return [store for store in self.stores if store.state == "reconnect_needed"]

    def store(self, store_id: int) -> StoreRow | None:
        return next((store for store in self.stores if store.id == store_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxClock:
    """What time it is in a sandbox, which may live in another year."""

    store: StoreRow
    now: datetime
    formats: Formats


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Guest):
    """Somebody who has signed in."""

    person: Person
    session_token: str
    shell: Shell
    # The one store that is looked at; None where all of them are.
    store: StoreRow | None = None

    @property
    def sandbox(self) -> SandboxClock | None:
        """The clock of the sandbox that is looked at; a real store's page has none."""
        stores = self.shell.stores if self.store is None else [self.store]
        store = next((store for store in stores if store.sandbox), None)
        if store is None:
            return None
        visit = _with_store(self.visit, self.person, store, self.desk.clock.now())
        return SandboxClock(store=store, now=visit.now, formats=visit.formats)

    @property
    def is_htmx(self) -> bool:
        """Whether a part of a page is asked for."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, role: str) -> bool:
        return _ROLES.index(self.person.role) >= _ROLES.index(role)

    def seen_from(self, store: StoreRow | None) -> Member:
        """The same visit in the store's zone and by the store's clock, unless the person chose a zone."""
        if store is None:
            return self
        visit = _with_store(self.visit, self.person, store, self.desk.clock.now())
        return replace(self, visit=visit, store=store)


Here = TypeVar("Here", Guest, Member)
PageFunction = Callable[[Here], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def for_guest(function: PageFunction[Guest]) -> Endpoint:
    """An endpoint for anybody."""

    async def endpoint(request: Request) -> Response:
        secure = request.url.scheme == "https"
        name = cookie_name(VISITOR_COOKIE, secure=secure)
        known = request.cookies.get(name)
        visitor = known or secrets.token_urlsafe(24)
        desk: Desk = request.app.state.desk
        form = await _checked_form(request, desk, visitor)
        now = desk.clock.now()
        visit = Visit(
            language=choose_language(request, cookie=LANGUAGE_COOKIE),
            zone=ZoneInfo("UTC"),
            now=now,
            csrf_token=_guard(desk).token(visitor),
            theme=choose_theme(request, cookie=THEME_COOKIE),
        )
        response = await function(Guest(request=request, desk=desk, visit=visit, now=now, form=form))
        if known is None:
            set_cookie(response, name, visitor, secure=secure)
        return response

    return endpoint


def for_member(function: PageFunction[Member]) -> Endpoint:
    """An endpoint for everybody who has signed in; others are sent to the sign-in page."""
    return for_role("reader", function)


def for_role(role: str, function: PageFunction[Member]) -> Endpoint:
    """An endpoint for people of this role or a higher one."""

    async def endpoint(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        token = request.cookies.get(cookie_name(SESSION_COOKIE, secure=request.url.scheme == "https"))
        session = await people.person_of(desk, token) if token else None
        if token is None or session is None:
            return _to_sign_in(request)
        form = await _checked_form(request, desk, session.csrf)
        member = await _member(request, desk, token, session.person, session.csrf, form)
        if not member.may(role):
            raise HTTPException(403)
        return await function(member)

    return endpoint


def local_path(target: str | None) -> str:
    """A path of this desk to go on to; never another site's address."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


async def load_shell(tx: Transaction) -> Shell:
    counts = await views.stage_counts(tx, None)
    return Shell(
        stores=await stock_views.stores(tx),
        to_deliver=counts[views.Stage.TO_DELIVER],
    )


async def _member(
    request: Request, desk: Desk, token: str, person: Person, csrf: str, form: Mapping[str, str]
) -> Member:
    shell = await desk.database.read(load_shell)
    now = desk.clock.now()
    visit = Visit(
        language=choose_language(request, cookie=LANGUAGE_COOKIE, setting=person.locale),
        zone=ZoneInfo(person.time_zone or "UTC"),
        now=now,
        csrf_token=_guard(desk).token(csrf),
        theme=choose_theme(request, cookie=THEME_COOKIE),
    )
    if shell.stores:
        visit = _with_store(visit, person, shell.stores[0], now)
    return Member(
        request=request,
        desk=desk,
        visit=visit,
        now=now,
        form=form,
        person=person,
        session_token=token,
        shell=shell,
    )


def _with_store(visit: Visit, person: Person, store: StoreRow, now: datetime) -> Visit:
    zone = ZoneInfo(person.time_zone) if person.time_zone else zone_of_site(store.site_id)
    return replace(visit, zone=zone, now=now + store.clock_offset)


def _guard(desk: Desk) -> FormGuard:
    return FormGuard(desk.vault.forms_key)


async def _checked_form(request: Request, desk: Desk, secret: str) -> Mapping[str, str]:
    if request.method in ("GET", "HEAD"):
        return {}
    form = await read_form(request)
    _guard(desk).check(request, form, secret)
    return form


def _to_sign_in(request: Request) -> Response:
    """A page goes to the sign-in and back; a part of a page makes the whole page go."""
    if request.headers.get("hx-request") == "true":
        back = _path_of(request.headers.get("hx-current-url", ""))
        return Response(status_code=401, headers={"hx-redirect": f"/login?next={quote(back)}"})
    # A form that came too late is not sent again by itself: back to the page it stood on.
    here = _path_of(request.headers.get("referer", "") if request.method == "POST" else str(request.url))
    return RedirectResponse(f"/login?next={quote(here)}", 303)


def _path_of(address: str) -> str:
    """The path and query of an address that a browser names; the start where it makes no sense."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))
