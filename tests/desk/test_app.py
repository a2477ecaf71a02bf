"""The desk as one ASGI application: the callback beside the pages."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest

from tests.desk.conftest import SOUTH, Shop
from tests.desk.fake_answers import notification
from tests.hand_clock import HandClock
from zoco.cli.serving import bind, serving
from zoco.desk.app import create_app, is_callback
from zoco.desk.sorting import sort_inbox


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/notifications", True),
        ("POST", "/notifications/secret", True),
        ("GET", "/notifications", False),
        ("POST", "/notifications/1/again", False),
        ("POST", "/notifications-elsewhere", False),
        ("POST", "/login", False),
    ],
)
def test_marketplaces_post_where_people_read(method: str, path: str, expected: bool) -> None:
    assert is_callback(method, path) is expected


async def test_a_message_over_http_is_answered_and_shows_in_the_backlog(shop: Shop, clock: HandClock) -> None:
    listener = bind("127.0.0.1", 0, "the desk")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(create_app(shop.desk), listener), aiohttp.ClientSession() as session:
        async with session.post(f"{url}/notifications", data=notification("/orders/1", user=SOUTH)) as answer:
            assert (answer.status, await answer.read()) == (200, b"")
            assert answer.cookies == {}
        await sort_inbox(shop.desk)
        clock.advance(timedelta(seconds=90))
        async with session.get(f"{url}/health") as answer:
            assert await answer.json() == {
                "status": "ok", "waiting": 1, "oldest_seconds": 90, "hidden": 0, "failed": 0,
            }  # fmt: skip
