"""Lines of the log: their form, which of them are wanted, and what never stands in one."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.hand_clock import HandClock
from zoco.observe import (
    DeliveryMade,
    Event,
    Journal,
    PushMade,
    RequestAnswered,
    TroubleHandler,
    WorkDone,
    plain_id,
    plain_request_id,
    plain_resource,
)


def request(**more: Any) -> RequestAnswered:
    return RequestAnswered(
        **{"program": "marketplace", "method": "GET", "route": "/sites", "status": 200, "ms": 1.5, **more}
    )


def delivery(**more: Any) -> DeliveryMade:
    return DeliveryMade(
        **{
            "notification": "0" * 24, "application": 14529, "user": 1234, "topic": "orders",
            "resource": "/orders/1", "attempts": 1, "outcome": "refused", "state": "pending", **more,
        }
    )  # fmt: skip


def work(outcome: str) -> WorkDone:
    return WorkDone(store=1, kind="order", resource="/orders/1", outcome=outcome, attempts=0, ms=3.0)


def push(outcome: str) -> PushMade:
    return PushMade(store=1, listing=2, outcome=outcome, ms=3.0)


def test_a_line_is_json_and_holds_what_is_known() -> None:
    lines: list[bytes] = []
    Journal(lines.append, HandClock().now, errors_only=False)(request(user=7, ids={"site_id": "MLB"}))
    assert [line[-1:] for line in lines] == [b"\n"]
    assert json.loads(lines[0]) == {
        "at": "2026-03-02T12:00:00.000+00:00",
        "event": "request",
        "program": "marketplace",
        "method": "GET",
        "route": "/sites",
        "status": 200,
        "ms": 1.5,
        "user": 7,
        "ids": {"site_id": "MLB"},
    }


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (request(), False),
        (request(status=404), False),
        (request(status=500), True),
        (request(ms=1000.0), True),
        (delivery(), False),
        (delivery(state="missed"), True),
        (work("kept"), False),
        (work("postponed"), False),
        (work("failed"), True),
        (push("written"), False),
        (push("refused"), True),
    ],
)
def test_only_what_somebody_should_look_at_is_told_unless_all_is_wanted(event: Event, told: bool) -> None:
    lines: list[bytes] = []
    Journal(lines.append, HandClock().now, errors_only=True)(event)
    assert len(lines) == int(told)


def test_an_exception_is_told_without_its_text() -> None:
    lines: list[bytes] = []
    logger = logging.Logger("zoco.trial")
    logger.addHandler(TroubleHandler(lines.append, HandClock().now))
    try:
        raise ValueError("Key (email)=(ana@example.org) already exists")
    except ValueError:
        logger.exception("order %d failed\nfuture: ana@example.org", 7)
    logger.info("not worth a line")
    line = json.loads(b"".join(lines))
    assert line.pop("raised").startswith("test_an_exception_is_told_without_its_text:")
    assert line == {
        "at": "2026-03-02T12:00:00.000+00:00",
        "event": "trouble",
        "logger": "zoco.trial",
        "level": "error",
        "message": "order 7 failed",
        "error": "ValueError",
    }


@pytest.mark.parametrize(
    ("logger", "message", "values", "told"),
    [
        ("zoco.desk", "store %d failed", (7,), "store 7 failed"),
        ("aiohttp.client", "Can not load cookies: %r", ("ana",), "Can not load cookies: %r"),
        ("asyncio", "Exception in callback keep('ana')\nhandle: …", (), "Exception in callback keep"),
        ("asyncio", "Unclosed client session\nclient_session: ana", (), "Unclosed client session"),
    ],
)
def test_what_a_library_quotes_is_not_told(
    logger: str, message: str, values: tuple[object, ...], told: str
) -> None:
    lines: list[bytes] = []
    talker = logging.Logger(logger)
    talker.addHandler(TroubleHandler(lines.append, HandClock().now))
    talker.error(message, *values)
    assert json.loads(lines[0])["message"] == told


@pytest.mark.parametrize("text", ["MLB1234", "768570754"])
def test_an_id_may_be_told(text: str) -> None:
    assert plain_id(text) == text


@pytest.mark.parametrize("text", ["ana@example.org", "APP_USR-1-a-2", "1?access_token=x", "1\n", ""])
def test_what_is_no_id_is_not_told(text: str) -> None:
    assert (plain_id(text), plain_resource(f"/orders/{text}")) == ("", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0123456789abcdef", True),
        ("6f1c0c8e-54a8-4a0c-9f0b-5f8f5c3b7f11", True),
        ("12345678910", False),
        ("TG-5b9032b4e4b0714aed1f959f-8035443", False),
        ("APP_USR-6092-3246532-cb45c82853f6e620bb0deda096b128d3-8035443", False),
        ("0" * 64, False),
    ],
)
def test_a_request_id_of_the_callers_own_invention_is_not_told(text: str, told: bool) -> None:
    assert bool(plain_request_id(text)) is told
