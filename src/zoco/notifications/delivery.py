"""One attempt to deliver one notification: prepare, post, judge (contract 17.3 and 17.4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from zoco.notifications.deadlines import Deadline
from zoco.resources.codec import encode
from zoco.resources.notification import Notification
from zoco.resources.scalars import utc_moment
from zoco.storage.notifications import DueMessage

logger = logging.getLogger(__name__)

ANSWER_BYTES_MAX = 1024


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


class Answer(Struct, frozen=True, gc=False):
    """What a callback answered; `body` is cut after 1 KiB."""

    http_code: int
    body: bytes = b""


class NotAnswered(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


# Posts a body to an address; raises NotAnswered. How long it may take, its caller says.
Post = Callable[[str, bytes], Awaitable[Answer]]


class Delivery(Struct, frozen=True, kw_only=True, gc=False):
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
    deadline: Deadline,
) -> Delivery:
    """Try once; `deadline` bounds everything from the look-up of the name to the last byte read."""
    body = prepare(message, attempts=attempts, sent=sent)
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        with deadline:
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
