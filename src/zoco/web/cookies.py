"""Cookies with the strictest form that the connection allows.

    name = cookie_name("zoco_session", secure=request.url.scheme == "https")
    set_cookie(response, name, value, secure=True, max_age=timedelta(hours=12))

`__Host-` ties a cookie to this very host and needs HTTPS; plain localhost does without. Cookies
ignore ports: two programs on one host need names of their own.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response


def cookie_name(name: str, *, secure: bool) -> str:
    return f"__Host-{name}" if secure else name


def set_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    secure: bool,
    max_age: timedelta | None = None,
    http_only: bool = True,
) -> None:
    """Path `/`, SameSite=Lax; without `max_age` the cookie ends with the browser's session."""
    seconds = None if max_age is None else int(max_age.total_seconds())
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=secure, httponly=http_only, samesite="lax"
    )


def delete_cookie(response: Response, name: str, *, secure: bool) -> None:
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")
