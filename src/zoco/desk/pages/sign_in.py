"""Sign in, sign out, the first run, and what a visitor prefers: language and theme."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import RedirectResponse, Response

from zoco.desk import people
from zoco.desk.pages.visit import (
    LANGUAGE_COOKIE,
    PREFERENCE_AGE,
    SESSION_COOKIE,
    THEME_COOKIE,
    Guest,
    Member,
    local_path,
)
from zoco.web.cookies import cookie_name, delete_cookie, set_cookie
from zoco.web.locale import language_of
from zoco.web.rendering import THEMES

_FIELD_MAX = 200
# As long as a session may live at most; the desk ends it earlier when it lies idle.
_SESSION_AGE = timedelta(days=7)


async def show_sign_in(guest: Guest) -> Response:
    """`GET /login`; a desk without an owner begins with the first run."""
    if not await people.owner_exists(guest.desk):
        return RedirectResponse("/first-run", 303)
    return _sign_in_page(guest)


async def sign_in(guest: Guest) -> Response:
    """`POST /login`"""
    try:
        signed_in = await people.sign_in(
            guest.desk,
            guest.form.get("username", "").strip()[:_FIELD_MAX],
            guest.form.get("password", "")[:_FIELD_MAX],
            address=_address(guest),
        )
    except people.TooManyAttempts as refusal:
        minutes = -(-int(refusal.retry_after_seconds) // 60)
        return _sign_in_page(guest, problem="throttled", minutes=minutes, status=429)
    except people.SignInRefused:
        return _sign_in_page(guest, problem="wrong", status=422)
    return _with_session(guest, RedirectResponse(local_path(guest.form.get("next")), 303), signed_in.token)


async def sign_out(member: Member) -> Response:
    """`POST /logout`"""
    await people.sign_out(member.desk, member.session_token)
    response = RedirectResponse("/login", 303)
    delete_cookie(response, cookie_name(SESSION_COOKIE, secure=member.secure), secure=member.secure)
    return response


async def show_first_run(guest: Guest) -> Response:
    """`GET /first-run`: once only."""
    if await people.owner_exists(guest.desk):
        return RedirectResponse("/login", 303)
    return guest.page("first_run.html", problem=None, password_length_min=people.PASSWORD_LENGTH_MIN)


async def first_run(guest: Guest) -> Response:
    """`POST /first-run`: whoever can read the terminal becomes the owner, and goes on to connect a store."""
    if await people.owner_exists(guest.desk):
        return RedirectResponse("/login", 303)
    username, password = guest.form.get("username", "").strip()[:_FIELD_MAX], guest.form.get("password", "")
    problem = await _first_run_problem(guest, username, password)
    if problem:
        return guest.page(
            "first_run.html", status=422, problem=problem, password_length_min=people.PASSWORD_LENGTH_MIN
        )
    name = guest.form.get("name", "").strip()[:_FIELD_MAX] or username
    try:
        await people.create_owner(guest.desk, username=username, name=name, password=password)
    except people.OwnerExists:
        return RedirectResponse("/login", 303)
    signed_in = await people.sign_in(guest.desk, username, password, address=_address(guest))
    return _with_session(guest, RedirectResponse("/settings/stores", 303), signed_in.token)


async def prefer(guest: Guest) -> Response:
    """`POST /preferences`: for visitors without a session."""
    return _with_preferences(guest)


async def prefer_as_member(member: Member) -> Response:
    """`POST /preferences`: a member's language is kept with the person too."""
    if language := language_of(member.form.get("language")):
        await people.set_language(member.desk, member.person.id, language.tag)
    return _with_preferences(member)


def _with_preferences(guest: Guest) -> Response:
    response = RedirectResponse(local_path(guest.form.get("back")), 303)
    if language := language_of(guest.form.get("language")):
        set_cookie(response, LANGUAGE_COOKIE, language.tag, secure=guest.secure, max_age=PREFERENCE_AGE)
    if (theme := guest.form.get("theme")) in THEMES:
        set_cookie(response, THEME_COOKIE, theme, secure=guest.secure, max_age=PREFERENCE_AGE)
    return response


async def _first_run_problem(guest: Guest, username: str, password: str) -> str | None:
    if not username:
        return "username"
    if len(password) < people.PASSWORD_LENGTH_MIN or len(password) > _FIELD_MAX:
        return "password"
    try:
        right = await people.setup_code_matches(
            guest.desk, guest.form.get("code", "").strip()[:_FIELD_MAX], address=_address(guest)
        )
    except people.TooManyAttempts:
        return "throttled"
    return None if right else "code"


def _sign_in_page(
    guest: Guest, *, problem: str | None = None, minutes: int = 0, status: int = 200
) -> Response:
    target = guest.form.get("next") or guest.request.query_params.get("next")
    return guest.page("login.html", status=status, problem=problem, minutes=minutes, next=local_path(target))


def _with_session(guest: Guest, response: Response, token: str) -> Response:
    name = cookie_name(SESSION_COOKIE, secure=guest.secure)
    set_cookie(response, name, token, secure=guest.secure, max_age=_SESSION_AGE)
    return response


def _address(guest: Guest) -> str:
    return guest.request.client.host if guest.request.client else "unknown"
