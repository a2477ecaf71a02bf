from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.notifications.receiver import (
    Receiver,
    Reply,
    gibberish,
    half_an_answer,
    hang,
    hang_after_half,
    long_answer,
    redirect,
    reset,
    status,
)
from zoco.notifications.deadlines import Deadlines
from zoco.notifications.delivery import ANSWER_BYTES_MAX, Delivery, Outcome, Post, deliver
from zoco.storage.notifications import DueMessage

MESSAGE = DueMessage(
    seq=1,
    id="4e9f1a2b3c4d5e6f70819203",
    application_id=14529,
    user_id=1234,
    topic="orders",
    resource="/orders/731867397",
    received=datetime(2011, 10, 19, 16, 38, 34, 425000, tzinfo=UTC),
    attempts=0,
)
SENT = datetime(2011, 10, 19, 16, 40, 34, 425000, tzinfo=UTC)
PATIENT_SECONDS = 10.0
SHORT_SECONDS = 0.1


async def attempt(post: Post, url: str, *, timeout_seconds: float = PATIENT_SECONDS) -> Delivery:
    return await deliver(
        post, url, MESSAGE, attempts=0, sent=SENT, deadline=Deadlines().within(timeout_seconds)
    )


async def test_the_body_is_the_one_that_the_documents_print(receiver: Receiver, post: Post) -> None:
    await attempt(post, receiver.url)

    (heard,) = receiver.heard
    assert heard.body == {
        "_id": "4e9f1a2b3c4d5e6f70819203",
        "resource": "/orders/731867397",
        "user_id": 1234,
        "topic": "orders",
        "application_id": 14529,
        "attempts": 0,
        "sent": "2011-10-19T16:40:34.425Z",
        "received": "2011-10-19T16:38:34.425Z",
    }
    assert heard.path == "/callback"
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers["Accept"] == "application/json"


@pytest.mark.parametrize(
    ("reply", "outcome", "http_code"),
    [
        (status(200), Outcome.ACKNOWLEDGED, 200),
        (status(200, text="thanks"), Outcome.ACKNOWLEDGED, 200),
        (long_answer, Outcome.ACKNOWLEDGED, 200),
        (status(201), Outcome.REFUSED, 201),
        (status(204), Outcome.REFUSED, 204),
        (redirect, Outcome.REFUSED, 302),
        (status(304), Outcome.REFUSED, 304),
        (status(404), Outcome.REFUSED, 404),
        (status(500), Outcome.REFUSED, 500),
        (reset, Outcome.BROKEN_OFF, None),
        (half_an_answer, Outcome.BROKEN_OFF, None),
        (gibberish, Outcome.BROKEN_OFF, None),
    ],
)
async def test_only_a_whole_answer_of_200_counts(
    receiver: Receiver, post: Post, reply: Reply, outcome: Outcome, http_code: int | None
) -> None:
    receiver.reply = reply

    delivery = await attempt(post, receiver.url)

    assert (delivery.outcome, delivery.http_code) == (outcome, http_code)
    assert [heard.path for heard in receiver.heard] == ["/callback"]


@pytest.mark.parametrize("reply", [hang, hang_after_half])
async def test_an_answer_that_does_not_come_in_time_is_none(
    receiver: Receiver, post: Post, reply: Reply
) -> None:
    receiver.reply = reply

    delivery = await attempt(post, receiver.url, timeout_seconds=SHORT_SECONDS)

    assert (delivery.outcome, delivery.http_code) == (Outcome.TIMED_OUT, None)
    assert delivery.duration_ms >= 100


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/callback",
        "http://no-such-host.invalid/",
        "nonsense",
        "ftp://desk.example/",
        "http://",
    ],
)
async def test_a_callback_that_nobody_can_reach(post: Post, url: str) -> None:
    delivery = await attempt(post, url)

    assert (delivery.outcome, delivery.http_code) == (Outcome.UNREACHABLE, None)


async def test_an_answer_is_cut_after_one_kibibyte(receiver: Receiver, post: Post) -> None:
    receiver.reply = status(500, text="x" * 5000)

    answer = await post(receiver.url, b"{}")

    assert answer.body == b"x" * ANSWER_BYTES_MAX


async def test_connections_are_used_again_and_cookies_forgotten(receiver: Receiver, post: Post) -> None:
    receiver.reply = status(200, text="thanks", headers={"Set-Cookie": "visitor=7"})

    await attempt(post, receiver.url)
    await attempt(post, receiver.url)

    first, second = receiver.heard
    assert first.connection == second.connection
    assert "Cookie" not in second.headers
