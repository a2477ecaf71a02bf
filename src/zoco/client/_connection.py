"""One HTTP conversation with a marketplace: tokens, time-outs, repeats and limits are settled here.

A request travels `ask` → `_ask_repeating` → `_ask_with_token` → `_ask_once` → `_exchange`; what comes back is
a `Reply` with a success status, or an error of `zoco.client.errors`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from zoco.client._retries import Retries
from zoco.client._tokens import TokenSource
from zoco.client.errors import (
    ClientError,
    Garbled,
    TimedOut,
    Unauthorized,
    Unreachable,
    failure,
)
from zoco.deferred import deferred

if TYPE_CHECKING:
    import aiohttp
    import yarl
else:
    # A third of what a start would load, and a desk without a store calls nobody.
    aiohttp, yarl = deferred("aiohttp"), deferred("yarl")

ANSWER_BYTES_MAX: Final = 10 * 1024 * 1024
_CHUNK_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`path` begins with `/` and may carry a query of its own.

    Headers and body stay out of the repr, for they may hold secrets. `secrets` names those that are
    to be blotted out of an error, because OAuth's errors quote what they were sent (contract 13.5).
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    secrets: Sequence[str] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        # A path may come out of a notification, and whoever posts one must not choose the host.
        if not self.path.startswith("/") or self.path.startswith("//"):
            raise ValueError(f"not a path on the marketplace: {self.path!r}")

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def date(self) -> datetime | None:
        """The marketplace's own time: a sandbox may live in another year."""
        return _http_date(self.headers.get("Date", ""))

    @property
    def retry_after(self) -> float | None:
        """Seconds, whether the header gives seconds or a date; None where it gives neither."""
        text = self.headers.get("Retry-After", "").strip()
        if text.isdecimal():
            return float(text)
        until, now = _http_date(text), self.date
        if until is None or now is None:
            return None
        return max(0.0, (until - now).total_seconds())


class Connection:
    """A pool of connections to one marketplace, and the token that goes along with each request."""

    def __init__(
        self,
        base_url: str,
        *,
        tokens: TokenSource | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float,
        retries: Retries,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._headers = dict(headers or {})
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._session: aiohttp.ClientSession | None = None
        self._replacing = asyncio.Lock()

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._timeout_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json", **self._headers},
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(self, request: Request) -> Reply:
        # Only a GET may be repeated: of anything else nobody knows whether it has been done.
        if request.method == "GET":
            return await self._ask_repeating(request)
        return await self._ask_with_token(request)

    async def _ask_repeating(self, request: Request) -> Reply:
        attempt = 1
        while True:
            try:
                return await self._ask_with_token(request)
            except ClientError as error:
                wait = self._retries.wait_before_next(attempt, error)
                if wait is None:
                    raise
            await asyncio.sleep(wait)
            attempt += 1

    async def _ask_with_token(self, request: Request) -> Reply:
        if self._tokens is None:
            return await self._ask_once(request, None)
        token = await self._tokens.access_token()
        try:
            return await self._ask_once(request, token)
        except Unauthorized:
            # Whatever the method: a request that was not let in has done nothing.
            replacement = await self._replacement(self._tokens, token)
            if replacement is None:
                raise
        return await self._ask_once(request, replacement)

    async def _replacement(self, tokens: TokenSource, rejected: str) -> str | None:
        """Many requests may be turned away together; the first of them replaces the token for all."""
        async with self._replacing:
            current = await tokens.access_token()
            return current if current != rejected else await tokens.replace(rejected)

    async def _ask_once(self, request: Request, token: str | None) -> Reply:
        headers = dict(request.headers)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        try:
            reply = await self._exchange(request, headers)
        except TimeoutError as error:
            message = f"no complete answer in {self._timeout_seconds:g} s"
            raise TimedOut(message, request=str(request)) from error
        except aiohttp.ClientResponseError as error:
            not_http = error.message
        except aiohttp.ClientError as error:
            raise Unreachable(str(error) or type(error).__name__, request=str(request)) from error
        else:
            return _judged(reply, request, token)
        # Out here, so as not to be chained: aiohttp keeps the headers, and so the token, in its error.
        raise Garbled(f"not an HTTP answer: {not_http}", request=str(request))

    async def _exchange(self, request: Request, headers: Mapping[str, str]) -> Reply:
        if self._session is None:
            raise RuntimeError("open the client first: async with Client(...) as client")
        url = yarl.URL(self._base_url + request.path)
        async with self._session.request(
            request.method,
            url.extend_query(request.query) if request.query else url,
            data=request.body,
            headers=headers,
            # A redirect would carry the token to whoever it names.
            allow_redirects=False,
        ) as response:
            body = await _bounded_body(response, request)
            return Reply(status=response.status, headers=response.headers, body=body)


def _judged(reply: Reply, request: Request, token: str | None) -> Reply:
    if 200 <= reply.status < 300:
        return reply
    secrets = [*request.secrets, *([] if token is None else [token])]
    body = _blotted(reply.body, secrets)
    raise failure(reply.status, body, retry_after=reply.retry_after, request=str(request))


async def _bounded_body(response: aiohttp.ClientResponse, request: Request) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            response.close()
            raise Garbled(f"the answer is larger than {ANSWER_BYTES_MAX} bytes", request=str(request))
    return bytes(body)


def _blotted(body: bytes, secrets: Sequence[str]) -> bytes:
    for secret in secrets:
        body = body.replace(secret.encode(), b"***")
    return body


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
