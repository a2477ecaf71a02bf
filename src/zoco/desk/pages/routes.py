"""Every address of the desk's pages, and what stands around them all.

`desk/app.py` mounts `ROUTES` with `EXCEPTION_HANDLERS` and `MIDDLEWARE`; page functions find the desk in
`request.app.state.desk`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import quote

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from zoco.database.errors import DatabaseUnavailable
from zoco.desk import people
from zoco.desk.live import live
from zoco.desk.pages import order, orders, sign_in, stock, stores
from zoco.desk.pages.visit import (
    ASSETS,
    SESSION_COOKIE,
    Guest,
    for_guest,
    for_member,
    for_role,
)
from zoco.web.cookies import cookie_name
from zoco.web.forms import ForgedRequest, FormTooLarge
from zoco.web.headers import SecurityHeaders

_GZIP_BYTES_MIN = 500
_logger = logging.getLogger(__name__)


async def _home(request: Request) -> Response:
    return RedirectResponse("/orders", 303)


async def _preferences(request: Request) -> Response:
    """Members and guests alike: the form is bound to whichever of the two its page was."""
    token = request.cookies.get(cookie_name(SESSION_COOKIE, secure=request.url.scheme == "https"))
    signed_in = token is not None and await people.person_of(request.app.state.desk, token) is not None
    endpoint = for_member(sign_in.prefer_as_member) if signed_in else for_guest(sign_in.prefer)
    return await endpoint(request)


class _IdConvertor(IntegerConvertor):
    """A number that a database can hold; any other names nothing."""

    regex = "[0-9]{1,18}"


register_url_convertor("id", _IdConvertor())
_ORDER = "/orders/{store_id:id}/{order_id:id}"

ROUTES: Sequence[BaseRoute] = [
    Route("/", _home),
    Route("/login", for_guest(sign_in.show_sign_in), methods=["GET"]),
    Route("/login", for_guest(sign_in.sign_in), methods=["POST"]),
    Route("/logout", for_member(sign_in.sign_out), methods=["POST"]),
    Route("/first-run", for_guest(sign_in.show_first_run), methods=["GET"]),
    Route("/first-run", for_guest(sign_in.first_run), methods=["POST"]),
    Route("/preferences", _preferences, methods=["POST"]),
    Route("/orders", for_member(orders.show), methods=["GET"]),
    Route(_ORDER, for_member(order.show), methods=["GET"]),
    Route(f"{_ORDER}/source", for_member(order.source), methods=["GET"]),
    Route(f"{_ORDER}/reveal", for_member(order.reveal), methods=["POST"]),
    Route(f"{_ORDER}/deliver", for_role("staff", order.deliver), methods=["POST"]),
    Route(f"{_ORDER}/return", for_role("staff", order.return_reservation), methods=["POST"]),
    Route("/stock", for_member(stock.show), methods=["GET"]),
    Route("/stock/products/{product_id:id}", for_member(stock.show_product), methods=["GET"]),
    Route("/stock/products/{product_id:id}/correct", for_role("staff", stock.correct), methods=["POST"]),
    Route("/stock/link", for_role("staff", stock.link), methods=["POST"]),
    Route("/stock/link-proposal", for_role("staff", stock.link_proposal), methods=["POST"]),
    Route("/stock/unlink", for_role("staff", stock.unlink), methods=["POST"]),
    Route("/stock/products/{product_id:id}/rule", for_role("staff", stock.change_rule), methods=["POST"]),
    Route("/stock/accept", for_role("staff", stock.accept_shown), methods=["POST"]),
    Route("/stock/push", for_role("staff", stock.push_again), methods=["POST"]),
    Route("/settings/stores", for_member(stores.show), methods=["GET"]),
    Route("/settings/stores/callback", for_role("owner", stores.connected), methods=["GET"]),
    Route("/settings/stores/connect", for_role("owner", stores.connect), methods=["POST"]),
    Route("/settings/stores/paste", for_role("owner", stores.paste), methods=["POST"]),
    Route("/settings/stores/applications", for_role("owner", stores.add_application), methods=["POST"]),
    Route(
        "/settings/stores/{store_id:id}/disconnect", for_role("owner", stores.disconnect), methods=["POST"]
    ),
    Route("/live", for_member(live), methods=["GET"]),
    Route("/static/{digest}/{path:path}", ASSETS.serve, methods=["GET"]),
]


async def _problem(request: Request, problem: Exception) -> Response:
    """A page that says what is wrong, in the visitor's language."""
    status = problem.status_code if isinstance(problem, HTTPException) else 400

    async def page(guest: Guest) -> Response:
        return guest.page("problem.html", status=status, problem_status=status)

    # The page is shown as for a GET: the body of a refused form has been read already.
    shown = Request({**request.scope, "method": "GET"})
    return await for_guest(page)(shown)


async def _forged(request: Request, problem: Exception) -> Response:
    """A form whose session has ended: sign in, and do it again."""
    if request.url.path == "/login":
        return RedirectResponse(f"/login?next={quote('/')}", 303)
    return await _problem(request, HTTPException(403))


async def _busy(request: Request, problem: Exception) -> Response:
    return await _problem(request, HTTPException(503))


async def _bug(request: Request, problem: Exception) -> Response:
    """The one catch-all of the pages: logged once, and told without details."""
    route = request.scope.get("route")
    place = route.path_format if isinstance(route, Route) else "a page"
    _logger.error("%s %s failed", request.method, place, exc_info=problem)
    return await _problem(request, HTTPException(500))


EXCEPTION_HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: _problem,
    ForgedRequest: _forged,
    FormTooLarge: _problem,
    DatabaseUnavailable: _busy,
}
MIDDLEWARE: Sequence[Middleware] = [
    Middleware(SecurityHeaders),
    Middleware(GZipMiddleware, minimum_size=_GZIP_BYTES_MIN),
    Middleware(ExceptionMiddleware, handlers={Exception: _bug}),
]
