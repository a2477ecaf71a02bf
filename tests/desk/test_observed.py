"""The desk tells of its requests, its follow-ups and its pushes, and of no secret."""

from __future__ import annotations

import aiohttp
import pytest

from tests.desk.conftest import KEY, SOUTH, SOUTH_ITEM, Shop
from tests.desk.fake_answers import APPLICATION, notification
from tests.hand_clock import HandClock
from zoco.cli.serving import bind, serving
from zoco.desk.app import create_app
from zoco.desk.desk import Desk
from zoco.desk.inbox import callback_secret
from zoco.observe import Event, Journal, Observer, PushMade, RequestAnswered, WorkDone

MESSAGE = "0123456789abcdef01234567"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def lines() -> list[bytes]:
    return []


@pytest.fixture
def watched(shop: Shop, clock: HandClock, events: list[Event], lines: list[bytes]) -> Shop:
    shop.desk.observer = Observer(events.append, Journal(lines.append, clock.now, errors_only=False))
    return shop


def works(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.resource, event.outcome, event.reason) for event in events if isinstance(event, WorkDone)]


def pushes(events: list[Event]) -> list[tuple[int, str, str]]:
    return [(event.store, event.outcome, event.reason) for event in events if isinstance(event, PushMade)]


async def test_a_sale_leaves_a_follow_up_and_a_push(watched: Shop, events: list[Event]) -> None:
    order = watched.marketplace.sell(SOUTH_ITEM)
    await watched.tell(f"/orders/{order}", user=SOUTH)
    await watched.settle()
    assert [(resource, reason) for resource, _, reason in works(events)] == [(f"/orders/{order}", "")]
    assert (watched.north, "written", "") in pushes(events)


async def test_what_fails_is_told_with_its_reason(watched: Shop, events: list[Event]) -> None:
    await watched.tell("/orders/404", user=SOUTH)
    await watched.follow_up()
    watched.marketplace.fail_next("GET", "/orders/1", 503)
    await watched.tell("/orders/1", user=SOUTH)
    await watched.follow_up()
    assert works(events) == [("/orders/404", "not_found", "404"), ("/orders/1", "postponed", "503")]


async def test_a_request_is_told_by_its_template_and_the_secret_path_never(
    watched: Shop, events: list[Event], lines: list[bytes]
) -> None:
    secret = await callback_secret(watched.desk)
    listener = bind("127.0.0.1", 0, "the desk")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    body = notification("/orders/7", user=SOUTH, identity=MESSAGE)
    odd = notification("/orders/ana@example.org", user=SOUTH, identity="ana@example.org")
    async with serving(create_app(watched.desk), listener), aiohttp.ClientSession() as session:
        for method, path, data in (
            ("POST", f"/notifications/{secret}", body),
            ("POST", f"/notifications/{secret}", odd),
            ("POST", f"/notifications/{secret}x", body),
            ("GET", f"/notifications/{secret}", None),
            ("GET", "/orders/1/22?access_token=APP_USR-1", None),
            ("GET", "/login?next=ana@example.org", None),
            ("GET", "/ready", None),
        ):
            async with session.request(method, url + path, data=data, allow_redirects=False) as answer:
                assert len(answer.headers["x-request-id"]) == 16

    told = [event for event in events if isinstance(event, RequestAnswered)]
    assert [(event.method, event.route, event.status) for event in told] == [
        ("POST", "/notifications/{secret}", 200),
        ("POST", "/notifications/{secret}", 200),
        ("POST", "/notifications/{secret}", 404),
        ("GET", "", 404),
        ("GET", "/orders/{store_id}/{order_id}", 303),
        ("GET", "/login", 200),
        ("GET", "/ready", 200),
    ]
    first = told[0]
    assert (first.user, first.application, first.notification, first.resource) == (
        SOUTH, APPLICATION, MESSAGE, "/orders/7",
    )  # fmt: skip
    assert told[4].ids == {"store_id": "1", "order_id": "22"}
    said = b"".join(lines).decode()
    assert len(lines) == len(told)
    for unsaid in (secret, "ana@example", "APP_USR", "access_token"):
        assert unsaid not in said


async def test_the_desk_is_not_ready_without_its_database(shop: Shop, clock: HandClock) -> None:
    desk = Desk(shop.desk.database, clock, secret_key=KEY, public_url="http://desk.example")
    listener = bind("127.0.0.1", 0, "the desk")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(create_app(desk), listener), aiohttp.ClientSession() as session:
        async with session.get(f"{url}/ready") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ok"})
        await shop.desk.database.write(lambda tx: tx.run("DELETE FROM migrations"))
        async with session.get(f"{url}/ready") as answer:
            assert (answer.status, await answer.json()) == (503, {"status": "not ready"})
