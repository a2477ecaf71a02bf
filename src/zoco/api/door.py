"""Every call goes through here: read, route, admit, decode, run in one transaction, answer.

What is slow to say no to is asked last; what may be said to nobody is asked first: a caller who
may not call learns nothing about his body (contract 2.3).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import datetime
from hashlib import sha256

from msgspec import Struct
from starlette.types import Receive, Scope, Send

from zoco.api import answering, problems
from zoco.api.answering import Response
from zoco.api.caller import admit, check_operator, token_of
from zoco.api.decoding import decode_body, decode_parameters, query_pairs
from zoco.api.describing import describe
from zoco.api.endpoint import NOBODY, Access, Answer, AnyEndpoint, Caching, Call, Server
from zoco.api.problems import (
    BODY_TOO_LARGE,
    INTERNAL,
    INVALID_PARAMETER,
    METHOD_NOT_ALLOWED,
    NO_SUCH_PATH,
    OVERLOADED,
    TurnedAway,
)
from zoco.api.routing import Place, Routes, variables_of
from zoco.api.world import World
from zoco.database.errors import DatabaseUnavailable
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.marketplace.idempotency import answer_once
from zoco.observe import RequestAnswered, plain_request_id
from zoco.resources.codec import encode
from zoco.web.observed import note_place, noted

BODY_BYTES_MAX = 1024 * 1024
_IDEMPOTENCY_KEY_LENGTH_MAX = 255
# Who would have to wait longer for the database is told to come back.
_WAIT_SECONDS_MAX = 5.0
_COME_BACK = {"retry-after": "1"}
_PREFLIGHT = {
    "access-control-allow-headers": "Authorization,Content-Type,If-Match,X-Idempotency-Key,X-Request-Id",
    "access-control-max-age": "86400",
}

_log = logging.getLogger("zoco.api")


class CallerLeft(Exception):
    """The connection ended before the whole body was here; there is nobody to answer."""


class _Request(Struct, frozen=True):
    """What came in, before anybody has asked whether it makes sense."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    upload: AsyncGenerator[bytes, None] | None
    noted: RequestAnswered

    def parameter(self, name: str) -> str | None:
        for key, value in self.query:
            if key == name:
                return value
        return None


class Door:
    """The API as an ASGI application."""

    def __init__(self, server: Server, endpoints: Iterable[AnyEndpoint], world: World) -> None:
        self._server = server
        self._table = tuple(endpoints)
        self._routes = Routes(self._table)
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request_id = answering.request_id(headers.get("x-request-id"))
        world_id = None
        try:
            response = await self._respond(scope, receive, headers)
            world_id = await self._world_beside(response)
        except CallerLeft:
            return
        except Exception:  # noqa: BLE001 - the edge: a bug becomes one logged 500
            # The path may hold a query, and that a token.
            known_id, event = plain_request_id(request_id), noted(scope)
            _log.exception("request %s failed: %s %s", known_id, event.method, event.route)
            response = answering.of_error(problems.of_door(TurnedAway(INTERNAL)))
        await answering.send_response(
            send,
            response,
            request_id=request_id,
            world_id=world_id,
            gzip_accepted="gzip" in headers.get("accept-encoding", ""),
            head=scope["method"] == "HEAD",
        )

    async def _world_beside(self, response: Response) -> str | None:
        """The world's id; who is told that the database is away need not hear which world it is of."""
        try:
            return await self._world.id()
        except DatabaseUnavailable:
            if response.status != OVERLOADED.status:
                raise
            return None

    async def _respond(self, scope: Scope, receive: Receive, headers: dict[str, str]) -> Response:
        """The answer, or the envelope of what was refused."""
        callback = None
        try:
            request = await _read(scope, receive, headers, self._takes_upload)
            if request.method == "GET" and (name := request.parameter("callback")) is not None:
                answering.check_callback_name(name)
                callback = name
            response = await self._answer(request)
        except Refused as refused:
            response = answering.of_error(problems.of_refusal(refused), problems.headers_of(refused))
        except TurnedAway as turned_away:
            response = answering.of_error(problems.of_door(turned_away), turned_away.headers)
        except DatabaseUnavailable:
            response = answering.of_error(problems.of_door(TurnedAway(OVERLOADED)), _COME_BACK)
        if callback is None or not response.is_json:
            return response
        return answering.as_jsonp(response, callback)

    async def _answer(self, request: _Request) -> Response:
        place = self._routes.at(request.path)
        if place is None:
            raise TurnedAway(NO_SUCH_PATH, request.path.replace("\0", ""))
        endpoint = place.endpoints.get(request.method)
        template = (endpoint or next(iter(place.endpoints.values()))).path
        note_place(request.noted, template, zip(variables_of(template), place.values, strict=True))
        if request.method == "OPTIONS":
            return self._describe(place)
        if endpoint is None:
            allowed = _allowed(place)
            raise TurnedAway(
                METHOD_NOT_ALLOWED, f"{request.method} is not one of {allowed}", headers={"allow": allowed}
            )
        answer = await self._run(endpoint, place, request)
        if answer.content_type is not None and isinstance(answer.body, bytes):
            headers = {"cache-control": endpoint.caching.value, **answer.headers}
            return Response(answer.status or endpoint.status, answer.body, headers, answer.content_type)
        body = answer.body if isinstance(answer.body, bytes) else encode(answer.body)
        selected = request.parameter("attributes")
        if selected is not None:
            body = answering.select(body, selected)
        response = Response(answer.status or endpoint.status, body, answer.headers)
        return answering.with_cache_headers(response, endpoint.caching, request.headers.get("if-none-match"))

    async def _run(self, endpoint: AnyEndpoint, place: Place, request: _Request) -> Answer:
        now = self._server.clock.now()
        token = self._token(endpoint, request)
        try:
            parameters = decode_parameters(endpoint, place.values, request.query)
            body = decode_body(endpoint, request.body, request.query)
        except (Refused, TurnedAway):
            await self._admitted(endpoint, token, now)
            raise

        def call_of(caller: Caller) -> Call[object, object]:
            request.noted.user, request.noted.application = caller.user_id, caller.application_id or 0
            return Call(
                parameters=parameters,
                body=body,
                caller=caller,
                now=now,
                server=self._server,
                headers=request.headers,
                query=request.query,
                upload=request.upload,
            )

        if endpoint.own_pace is not None:
            return await endpoint.own_pace(call_of(await self._admitted(endpoint, token, now)))

        async def handled(tx: Transaction) -> Answer:
            call = call_of(NOBODY if token is None else await admit(tx, endpoint, token, now))
            if endpoint.idempotent and (key := request.headers.get("x-idempotency-key")) is not None:
                return await _once(tx, endpoint, call, request, key)
            return await endpoint.in_transaction(tx, call)

        if endpoint.reads:
            return await self._server.database.read(handled, wait_seconds_max=_WAIT_SECONDS_MAX)
        return await self._server.database.write(handled, wait_seconds_max=_WAIT_SECONDS_MAX)

    async def _admitted(self, endpoint: AnyEndpoint, token: str | None, now: datetime) -> Caller:
        """The caller, found in a transaction of its own."""
        if token is None:
            return NOBODY
        return await self._server.database.read(
            lambda tx: admit(tx, endpoint, token, now), wait_seconds_max=_WAIT_SECONDS_MAX
        )

    def _token(self, endpoint: AnyEndpoint, request: _Request) -> str | None:
        """The token to be looked at; the operator's key is checked on the spot."""
        if endpoint.access is Access.OPERATOR:
            check_operator(request.headers, self._server.operator_key)
            return None
        if endpoint.access is Access.PUBLIC:
            return None
        token = token_of(request.headers, request.parameter("access_token"))
        if token is None and endpoint.access is Access.USER:
            raise Refused(Reason.NO_TOKEN)
        return token

    def _takes_upload(self, method: str, path: str) -> bool:
        place = self._routes.at(path)
        endpoint = None if place is None else place.endpoints.get(method)
        return endpoint is not None and endpoint.takes_upload

    def _describe(self, place: Place) -> Response:
        """OPTIONS: the path's own description, and what a browser asks before it calls."""
        headers = {"allow": _allowed(place), "access-control-allow-methods": _allowed(place), **_PREFLIGHT}
        response = Response(200, encode(describe(place.endpoints, self._table)), headers)
        return answering.with_cache_headers(response, Caching.PUBLIC, None)


async def _once(
    tx: Transaction,
    endpoint: AnyEndpoint,
    call: Call[object, object],
    request: _Request,
    key: str,
) -> Answer:
    """Handle the call, but under this idempotency key only the first time (A-19, 26.16)."""
    if not 0 < len(key) <= _IDEMPOTENCY_KEY_LENGTH_MAX:
        raise TurnedAway(INVALID_PARAMETER, "Invalid X-Idempotency-Key header")

    async def act() -> tuple[int, bytes]:
        answer = await endpoint.in_transaction(tx, call)
        return answer.status or endpoint.status, encode(answer.body)

    what = f"{request.method} {request.path}\n".encode() + request.body
    kept = await answer_once(tx, call.caller, key, sha256(what).hexdigest(), act, call.now)
    return Answer(kept.body, kept.status, {"idempotent-replayed": "true"} if kept.replayed else {})


async def _read(
    scope: Scope, receive: Receive, headers: dict[str, str], takes_upload: Callable[[str, str], bool]
) -> _Request:
    """Path, query and body. A `%3F` in the path begins the query as `?` does (25.3).

    A file is not read before its caller has been admitted.
    """
    path, mark, inner_query = scope["path"].partition("?")
    query: str = scope["query_string"].decode("latin-1")
    if mark:
        query = "&".join(part for part in (inner_query, query) if part)
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    multipart = headers.get("content-type", "").lower().startswith("multipart/")
    upload = _chunks(receive) if multipart and takes_upload(method, path) else None
    unread = upload is not None or method in ("GET", "OPTIONS")
    return _Request(
        method=method,
        path=path,
        query=query_pairs(query),
        headers=headers,
        body=b"" if unread else await _read_body(receive, headers),
        upload=upload,
        noted=noted(scope),
    )


async def _read_body(receive: Receive, headers: dict[str, str]) -> bytes:
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > BODY_BYTES_MAX:
        raise TurnedAway(BODY_TOO_LARGE, str(BODY_BYTES_MAX))
    chunks: list[bytes] = []
    size = 0
    async for chunk in _chunks(receive):
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            raise TurnedAway(BODY_TOO_LARGE, str(BODY_BYTES_MAX))
        chunks.append(chunk)
    return b"".join(chunks)


async def _chunks(receive: Receive) -> AsyncGenerator[bytes, None]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _allowed(place: Place) -> str:
    return ",".join([*place.endpoints, "OPTIONS"])
