"""The callback: keep the notification, answer 200, nothing else (contract 17.3, 17.4).

It stands in front of the router, because it is what a marketplace calls thousands of times a second.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Coroutine, Generator
from contextlib import closing
from datetime import datetime
from types import coroutine
from typing import Any, Final, TypeVar

from starlette.types import Receive, Scope, Send

from zoco.database.errors import DatabaseUnavailable
from zoco.desk.desk import Desk
from zoco.desk.intake import WAITING_MAX, Intake
from zoco.desk.records import settings
from zoco.desk.records.inbox import NewMessage
from zoco.observe import RequestAnswered, plain_request_id, plain_resource
from zoco.resources.codec import Malformed, decode
from zoco.resources.notification import Notification
from zoco.resources.scalars import parse_moment
from zoco.web.observed import noted

T = TypeVar("T")

PATH: Final = "/notifications"
BODY_BYTES_MAX: Final = 64 * 1024
# Longer than any address of ours; what is cut off is still in the body.
_RESOURCE_KEPT_MAX: Final = 500
_TOPIC_KEPT_MAX: Final = 100
_ID_IN_KEY_MAX: Final = 100
# As long as a marketplace waits for the answer: who sends more slowly is none.
BODY_SECONDS_MAX: Final = 20.0
_INTEGER_MAX: Final = 2**63 - 1
_SECRET_SETTING: Final = "callback_secret"

# The path without the secret is open to the world. Far above what one seller's sales can make.
_PER_ADDRESS_A_SECOND: Final = 500.0
_PER_USER_A_SECOND: Final = 200.0
_BUCKETS_MAX: Final = 10_000


async def callback_secret(desk: Desk) -> str:
    """This desk's own path under `/notifications/`: the marketplace signs nothing, so a path that nobody
    else knows is what tells its messages from others'."""
    return await desk.database.write(
        lambda tx: settings.add_if_missing(tx, _SECRET_SETTING, secrets.token_urlsafe(24))
    )


class Callback:
    """The ASGI application at `/notifications` and `/notifications/{secret}`."""

    def __init__(
        self, desk: Desk, *, body_seconds_max: float = BODY_SECONDS_MAX, waiting_max: int = WAITING_MAX
    ) -> None:
        self._desk = desk
        self._intake = Intake(desk.database, desk.clock, waiting_max=waiting_max)
        self._body_seconds_max = body_seconds_max
        self._secret: str | None = None
        self._by_address = Buckets(_PER_ADDRESS_A_SECOND)
        self._by_user = Buckets(_PER_USER_A_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status = await self._status(scope, receive)
        except DatabaseUnavailable:
            status = 503
        headers = [(b"content-length", b"0")]
        if status in (429, 503):
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, scope: Scope, receive: Receive) -> int:
        if scope["method"] != "POST":
            return 405
        address = scope["client"][0] if scope.get("client") else "unknown"
        trusted = False
        given = scope["path"].removeprefix(PATH).removeprefix("/")
        event = noted(scope)
        event.route = f"{PATH}/{{secret}}" if given else PATH
        if given:
            trusted = await self._is_secret(given)
            if not trusted:
                return 404
        elif not self._by_address.admits(address):
            return 429
        try:
            body = await _in_time(_read(receive), self._body_seconds_max)
        except TimeoutError:
            return 408
        message = None if body is None else parse(body, address)
        if message is None:
            return 400
        _note(event, message)
        if not trusted and not self._by_user.admits(str(message.user_id)):
            return 429
        await self._intake.keep(message)
        return 200

    async def _is_secret(self, given: str) -> bool:
        if self._secret is None:
            self._secret = await callback_secret(self._desk)
        return secrets.compare_digest(given.encode(), self._secret.encode())


def _note(event: RequestAnswered, message: NewMessage) -> None:
    event.user = message.user_id
    event.application = message.application_id or 0
    event.notification = plain_request_id(message.message_id or "")
    event.resource = plain_resource(message.resource)


async def _in_time(work: Coroutine[Any, Any, T], seconds: float) -> T:
    """What a work comes to, or TimeoutError.

    It is begun without a timer, which would cost more than all of the reading: as a rule the body has come
    with the head, and there is nothing to wait for.
    """
    try:
        awaited = work.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    async with asyncio.timeout(seconds):
        return await _resumed(work, awaited)


@coroutine
def _resumed(work: Coroutine[Any, Any, T], awaited: object) -> Generator[object, Any, T]:
    """The rest of a work that was begun and waits for `awaited`."""
    with closing(work):
        yield awaited
        return (yield from work.__await__())


async def _read(receive: Receive) -> bytes | None:
    """The body, or None when it is longer than any notification."""
    parts: list[bytes] = []
    length = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        part = event.get("body", b"")
        length += len(part)
        if length > BODY_BYTES_MAX:
            return None
        parts.append(part)
        if not event.get("more_body", False):
            return b"".join(parts)


def parse(body: bytes, address: str) -> NewMessage | None:
    """What a body says; None when it is no notification."""
    try:
        told = decode(body, Notification, strict=False)
    except Malformed:
        return None
    numbers = (told.user_id, told.application_id or 0, told.attempts)
    texts = (told.id or "", told.resource, told.topic)
    # What no database can hold is no notification either.
    if any(abs(number) > _INTEGER_MAX for number in numbers) or any("\x00" in text for text in texts):
        return None
    if not told.resource or not told.topic:
        return None
    return NewMessage(
        dedup_key=_dedup_key(told),
        message_id=None if told.id is None else told.id[:_TOPIC_KEPT_MAX],
        application_id=told.application_id,
        user_id=told.user_id,
        topic=told.topic[:_TOPIC_KEPT_MAX],
        resource=told.resource[:_RESOURCE_KEPT_MAX],
        attempts=told.attempts,
        sent=_moment(told.sent),
        received=_moment(told.received),
        body=body,
        address=address,
    )


def _dedup_key(told: Notification) -> str:
    """The same `_id`; where there is none, the same (application, user, topic, resource, received).

    An id as it is, since those that count with time fall beside each other in the index; what may be long is
    hashed. No hash begins with `id`.
    """
    if told.id is not None and len(told.id) <= _ID_IN_KEY_MAX:
        return f"id {told.id}"
    if told.id is not None:
        parts = ["id", told.id]
    else:
        parts = [str(told.application_id), str(told.user_id), told.topic, told.resource, told.received or ""]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_moment(text)
    except ValueError:
        return None


class Buckets:
    """At most `rate` a second for each name, with a second's worth at once."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left: dict[str, tuple[float, float]] = {}

    def admits(self, name: str) -> bool:
        # The machine's own steady clock: a sandbox's may stand still.
        now = time.monotonic()
        left, at = self._left.get(name, (self._rate, now))
        left = min(self._rate, left + (now - at) * self._rate)
        if name not in self._left and len(self._left) >= _BUCKETS_MAX:
            self._left.clear()
        self._left[name] = (left - 1, now) if left >= 1 else (left, now)
        return left >= 1
