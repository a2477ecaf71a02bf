"""Sign in, then say yes or no to an application (contract 13.2, 26.9).

    GET /authorization?response_type=code&client_id=…&redirect_uri=…&state=…

shows the sign-in page to who has not signed in, else the consent page. Both post to the address
they were shown at, so that the application's request stays in the query from beginning to end.
Nothing is ever sent to a redirect URI that is not the application's own.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from zoco.api import problems
from zoco.api.endpoint import Server
from zoco.api.pages.request import ConsentRequest, parse
from zoco.api.pages.throttle import SignInThrottle
from zoco.api.pages.visitor import LANGUAGE_COOKIE, SESSION_COOKIE, Visitor, visitor_of
from zoco.database.transaction import Transaction
from zoco.domain.applications import Application
from zoco.domain.refusals import Refused
from zoco.domain.users import User
from zoco.marketplace import accounts, authorization
from zoco.web.cookies import cookie_name, delete_cookie, set_cookie
from zoco.web.forms import ForgedRequest, FormGuard, FormTooLarge, read_form
from zoco.web.locale import choose_language, language_of
from zoco.web.passwords import verify_password
from zoco.web.rendering import Renderer, Visit

PATH = "/authorization"
LANGUAGE_PATH = "/authorization/language"
_FIELD_MAX = 200


class AuthorizationPages:
    """The pages of one server. The forms' key follows from the operator's, so all processes share it."""

    def __init__(self, server: Server, renderer: Renderer) -> None:
        self._server = server
        self._renderer = renderer
        key = hmac.digest(server.operator_key.encode(), b"forms of the authorization pages", "sha256")
        self._guard = FormGuard(key, programs_welcome=True)
        self._throttle = SignInThrottle()

    async def ask(self, request: Request) -> Response:
        """`GET /authorization`"""
        visitor = await visitor_of(request, self._server, self._guard)
        try:
            asked, application = await self._asked(request)
        except Refused as refused:
            return self._refusal(visitor, refused)
        if asked.wrong is not None:
            return RedirectResponse(asked.back_with(error=asked.wrong), 302)
        if visitor.user is None:
            return self._sign_in_page(request, visitor, application)
        return self._consent_page(request, visitor, asked, application, visitor.user)

    async def answer(self, request: Request) -> Response:
        """`POST /authorization`: a sign-in, a decision, or somebody else's turn."""
        visitor = await visitor_of(request, self._server, self._guard)
        try:
            form = await read_form(request)
            self._guard.check(request, form, visitor.forms_key)
            asked, application = await self._asked(request)
        except (ForgedRequest, FormTooLarge):
            return self._problem(visitor, "forged", 403)
        except Refused as refused:
            return self._refusal(visitor, refused)
        if "sign_out" in form:
            return await self._sign_out(request, visitor)
        if visitor.user is None:
            return await self._sign_in(request, visitor, application, form)
        match form.get("decision"):
            case "allow":
                return await self._allow(asked, visitor.user)
            case "deny":
                return RedirectResponse(asked.back_with(error="access_denied"), 302)
            case _:
                return self._consent_page(request, visitor, asked, application, visitor.user)

    async def choose_language(self, request: Request) -> Response:
        """`POST /authorization/language`, from either page, and back to it."""
        visitor = await visitor_of(request, self._server, self._guard)
        try:
            form = await read_form(request)
            self._guard.check(request, form, visitor.forms_key)
        except (ForgedRequest, FormTooLarge):
            return self._problem(visitor, "forged", 403)
        back = form.get("back", "")
        response = RedirectResponse(back if back.startswith(f"{PATH}?") else PATH, 303)
        language = language_of(form.get("language"))
        if language is not None:
            set_cookie(response, LANGUAGE_COOKIE, language.tag, secure=visitor.secure)
        return response

    async def unavailable(self, request: Request, problem: Exception) -> Response:  # noqa: ARG002 - a handler's shape
        """The database cannot say who asks, so the page is anybody's."""
        visit = Visit(
            language=choose_language(request, cookie=LANGUAGE_COOKIE),
            zone=ZoneInfo("UTC"),
            now=self._server.clock.now(),
            csrf_token="",
        )
        page = self._renderer.page(
            "authorization_problem.html", visit, status=503, problem="service_unavailable"
        )
        page.headers["retry-after"] = "1"
        return page

    async def _asked(self, request: Request) -> tuple[ConsentRequest, Application]:
        asked = parse(request.query_params)
        application = await self._server.database.read(
            lambda tx: authorization.requested_application(tx, asked.client_id, asked.redirect_uri)
        )
        return asked, application

    async def _sign_in(
        self, request: Request, visitor: Visitor, application: Application, form: Mapping[str, str]
    ) -> Response:
        login = form.get("username", "").strip().replace("\0", "")[:_FIELD_MAX]
        password = form.get("password", "")[:_FIELD_MAX]
        now = self._server.clock.now()
        key = f"{login.lower()} {request.client.host if request.client else ''}"
        wait = self._throttle.wait(key, now)
        if wait is not None:
            minutes = -(-int(wait.total_seconds()) // 60)
            response = self._sign_in_page(
                request, visitor, application, problem="throttled", minutes=minutes, status=429
            )
            response.headers["retry-after"] = str(int(wait.total_seconds()) + 1)
            return response
        candidate = await self._server.database.read(lambda tx: accounts.sign_in_candidate(tx, login))
        right = await verify_password(password, None if candidate is None else candidate[1])
        if candidate is None or not right:
            self._throttle.failed(key, now)
            return self._sign_in_page(
                request, visitor, application, problem="wrong", username=login, status=422
            )
        self._throttle.succeeded(key)
        user_id = candidate[0].id

        async def open_session(tx: Transaction) -> str:
            cookie, _ = await accounts.open_session(tx, user_id, now)
            return cookie

        cookie = await self._server.database.write(open_session)
        response = RedirectResponse(_address(request), 303)
        name = cookie_name(SESSION_COOKIE, secure=visitor.secure)
        set_cookie(response, name, cookie, secure=visitor.secure, max_age=accounts.SESSION_LIFE)
        return response

    async def _sign_out(self, request: Request, visitor: Visitor) -> Response:
        cookie = visitor.session_cookie
        if cookie is not None:
            await self._server.database.write(lambda tx: accounts.close_session(tx, cookie))
        response = RedirectResponse(_address(request), 303)
        name = cookie_name(SESSION_COOKIE, secure=visitor.secure)
        delete_cookie(response, name, secure=visitor.secure)
        return response

    async def _allow(self, asked: ConsentRequest, user: User) -> Response:
        code = await self._server.database.write(
            lambda tx: authorization.authorize(
                tx,
                user.id,
                asked.client_id,
                redirect_uri=asked.redirect_uri,
                scopes=asked.scopes,
                code_challenge=asked.code_challenge,
                code_challenge_method=asked.code_challenge_method,
                now=self._server.clock.now(),
            )
        )
        return RedirectResponse(asked.back_with(code=code), 302)

    def _sign_in_page(
        self,
        request: Request,
        visitor: Visitor,
        application: Application,
        *,
        problem: str | None = None,
        minutes: int = 0,
        username: str = "",
        status: int = 200,
    ) -> Response:
        page = self._renderer.page(
            "authorization_sign_in.html",
            visitor.visit,
            status=status,
            application=application,
            address=_address(request),
            problem=problem,
            minutes=minutes,
            username=username,
        )
        return visitor.remember(page)

    def _consent_page(
        self,
        request: Request,
        visitor: Visitor,
        asked: ConsentRequest,
        application: Application,
        user: User,
    ) -> Response:
        return self._renderer.page(
            "authorization_consent.html",
            visitor.visit,
            # Browsers apply form-action to the redirect after the form as well.
            form_targets=[asked.origin],
            application=application,
            scopes=[scope for scope in asked.scopes if scope in application.scopes],
            origin=asked.origin,
            address=_address(request),
            user=user,
        )

    def _refusal(self, visitor: Visitor, refused: Refused) -> Response:
        return self._problem(visitor, refused.reason.value, problems.of_refusal(refused).status)

    def _problem(self, visitor: Visitor, problem: str, status: int) -> Response:
        return visitor.remember(
            self._renderer.page("authorization_problem.html", visitor.visit, status=status, problem=problem)
        )


def _address(request: Request) -> str:
    """Path and query: the application's request, as it came."""
    return f"{PATH}?{request.url.query}"
