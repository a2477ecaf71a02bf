"""One attempt to deliver one notification: prepare, post, judge (contract 17.3 and 17.4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import aiohttp

from zoco.resources.codec import encode
from zoco.resources.notification import Notification
from zoco.resources.scalars import utc_moment
from zoco.storage.notifications import DueMessage

logger = logging.getLogger(__name__)

ANSWER_BYTES_MAX = 1024

# Shorter than common servers keep an idle connection open (5 s), so that we seldom post into one
# that is being closed: aiohttp does not repeat a POST, and the message would wait for its retry.
_KEEP_ALIVE_SECONDS = 4.0
_DNS_SECONDS = 30

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
    "User-Agent": "Zoco",
}


class Outcome(StrEnum):
    """How an attempt can end."""

    ACKNOWLEDGED = "acknowledged"
    # Answered, but not with 200: 201, 204 and redirects are refusals too.
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    # No connection: refused, no such host, no trust in its certificate, not an address.
    UNREACHABLE = "unreachable"
    # Connected, but the answer did not come whole, or was not HTTP.
    BROKEN_OFF = "broken_off"
    # Nothing was posted: the application has no callback any more.
    NO_CALLBACK = "no_callback"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a callback answered; `body` is cut after 1 KiB."""

    http_code: int
    body: bytes = b""


class NotAnswered(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


# Posts a body to an address; raises NotAnswered. How long it may take, its caller says.
Post = Callable[[str, bytes], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt that was made."""

    sent: datetime
    outcome: Outcome
    http_code: int | None
    duration_ms: int


async def deliver(
    post: Post,
    callback_url: str,
    message: DueMessage,
    *,
    attempts: int,
    sent: datetime,
    deadline: asyncio.Timeout,
) -> Delivery:
    """Try once; `deadline` bounds everything from the look-up of the name to the last byte read."""
    body = prepare(message, attempts=attempts, sent=sent)
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with deadline:
            answer = await post(callback_url, body)
    except TimeoutError:
        outcome, http_code = Outcome.TIMED_OUT, None
    except NotAnswered as failure:
        outcome, http_code = failure.outcome, None
    except Exception:
        # The edge to foreign servers: what one callback provokes must not hold up its other messages.
        logger.exception("Posting %s to application %d failed oddly", message.id, message.application_id)
        outcome, http_code = Outcome.BROKEN_OFF, None
    else:
        outcome, http_code = judge(answer), answer.http_code
    return Delivery(
        sent=sent, outcome=outcome, http_code=http_code, duration_ms=round((loop.time() - started) * 1000)
    )


def prepare(message: DueMessage, *, attempts: int, sent: datetime) -> bytes:
    """The body of 17.3: `_id` and `received` never change, `sent` and `attempts` are this attempt's."""
    return encode(
        Notification(
            id=message.id,
            resource=message.resource,
            user_id=message.user_id,
            topic=message.topic,
            application_id=message.application_id,
            attempts=attempts,
            sent=utc_moment(sent),
            received=utc_moment(message.received),
        )
    )


def judge(answer: Answer) -> Outcome:
    """Only 200 counts."""
    return Outcome.ACKNOWLEDGED if answer.http_code == 200 else Outcome.REFUSED


@asynccontextmanager
async def callbacks() -> AsyncIterator[Post]:
    """A way to post: connections are reused, cookies forgotten, redirects not followed.

    async with callbacks() as post:
        await Dispatcher(database, clock, post=post).run()
    """
    # How many connections there are at once follows from the dispatcher's slots per callback.
    connector = aiohttp.TCPConnector(
        limit=0, limit_per_host=0, keepalive_timeout=_KEEP_ALIVE_SECONDS, ttl_dns_cache=_DNS_SECONDS
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_HEADERS,
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
    ) as session:

        async def post(url: str, body: bytes) -> Answer:
            try:
                return await _exchange(session, url, body)
            except (aiohttp.ClientConnectorError, aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
                raise NotAnswered(Outcome.UNREACHABLE) from error
            except (aiohttp.ClientError, ConnectionError) as error:
                raise NotAnswered(Outcome.BROKEN_OFF) from error

        yield post


async def _exchange(session: aiohttp.ClientSession, url: str, body: bytes) -> Answer:
    async with session.post(url, data=body, allow_redirects=False) as response:
        read = b""
        while len(read) < ANSWER_BYTES_MAX:
            part = await response.content.read(ANSWER_BYTES_MAX - len(read))
            if not part:
                return Answer(response.status, read)
            read += part
        # The rest is not wanted; a connection that still holds it cannot be used again.
        response.close()
        return Answer(response.status, read)
