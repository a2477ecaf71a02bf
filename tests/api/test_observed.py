"""Every request leaves one event, and none of its secrets."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.asgi import Browserless
from tests.api.conftest import OPERATOR_KEY, PUBLIC_URL, Market
from tests.hand_clock import HandClock
from zoco.api.app import create_app
from zoco.database.transaction import Database
from zoco.observe import Event, Journal, Observer, RequestAnswered


@pytest.fixture
def lines() -> list[bytes]:
    return []


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def observed(database: Database, clock: HandClock, lines: list[bytes], events: list[Event]) -> Market:
    observer = Observer(events.append, Journal(lines.append, clock.now, errors_only=False))
    app = create_app(
        database, clock, operator_key=OPERATOR_KEY, sandbox=False, public_url=PUBLIC_URL, observer=observer
    )
    return Market(Browserless(app, OPERATOR_KEY), clock, database)


def last(events: list[Event]) -> RequestAnswered:
    event = events[-1]
    assert isinstance(event, RequestAnswered)
    assert event.ms > 0
    return event


async def test_an_answer_is_told_with_its_template_and_its_ids(observed: Market, events: list[Event]) -> None:
    seller, buyer = await observed.person("VENDEDOR"), await observed.person("COMPRADORA")
    item = await observed.item(seller)
    order = await observed.order(buyer, item["id"])
    before = len(events)

    reply = await observed.client.get(f"/orders/{order['id']}?attributes=id", token=buyer.token)

    event = last(events)
    assert len(events) == before + 1
    assert (event.program, event.method, event.route, event.status) == (
        "marketplace", "GET", "/orders/{order_id}", 200,
    )  # fmt: skip
    assert event.ids == {"order_id": str(order["id"])}
    assert (event.user, event.request) == (buyer.id, reply.headers["x-request-id"])


@pytest.mark.parametrize(
    ("method", "path", "status", "route"),
    [
        ("GET", "/nowhere/ana@example.org", 404, ""),
        ("PATCH", "/orders/1", 405, "/orders/{order_id}"),
        ("GET", "/orders/1", 401, "/orders/{order_id}"),
        ("OPTIONS", "/orders/1", 200, "/orders/{order_id}"),
        ("GET", "/health", 200, "/health"),
        ("GET", "/ready", 200, "/ready"),
        ("GET", "/static/abc/app.css", 404, "/static/{digest}/{path}"),
    ],
)
async def test_what_is_refused_is_told_too(
    observed: Market, events: list[Event], method: str, path: str, status: int, route: str
) -> None:
    await observed.client.call(method, path)
    assert [last(events).status, last(events).route, len(events)] == [status, route, 1]


async def test_no_line_holds_a_secret_or_personal_data(
    observed: Market, lines: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    buyer = await observed.person("COMPRADORA")
    call = observed.client.call
    await call("GET", f"/users/me?access_token={buyer.token}")
    await call("GET", f"/users/me%3Faccess_token={buyer.token}")
    await call("GET", f"/users/{buyer.token}")
    await call("GET", "/users/ana@example.org")
    await call("GET", "/sites", headers={"X-Request-Id": buyer.token})
    await call(
        "POST",
        "/operator/users",
        {
            "site_id": "MLB",
            "email": "ana@example.org",
            "password": "correct horse",
            "identification": {"type": "CPF", "number": "98765432100"},
        },
        headers={"X-Operator-Key": OPERATOR_KEY},
    )
    await observed.client.form("/oauth/token", {"grant_type": "refresh_token", "refresh_token": buyer.token})
    await observed.database.close()
    await call("GET", f"/users/me?access_token={buyer.token}")
    await call("GET", f"/users/me%3Faccess_token={buyer.token}")

    said = b"".join(lines).decode() + caplog.text
    assert said.count('"status":500') == 2
    for secret in (buyer.token, "ana@example", "98765432100", "correct horse", OPERATOR_KEY, "access_token"):
        assert secret not in said


async def test_ready_says_no_when_the_database_does_not_answer(
    open_market: Callable[[bool], Market],
) -> None:
    market = open_market(False)
    assert (await market.client.get("/ready")).status == 200
    await market.database.close()
    assert (await market.client.get("/ready")).status == 503


async def test_ready_says_no_to_a_schema_that_is_not_this_programs(market: Market) -> None:
    await market.database.write(lambda tx: tx.run("DELETE FROM migrations"))
    assert (await market.client.get("/ready")).status == 503
