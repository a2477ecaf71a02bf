"""`/sandbox/clock` as a tool or a test calls it (contract 21.2, 26.21)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.api.asgi import Browserless, Reply
from tests.hand_clock import HandClock
from zoco.api.app import create_app
from zoco.clock import SandboxClock
from zoco.database.transaction import Database
from zoco.marketplace.expiry import ExpiryLoop
from zoco.notifications.delivery import Post
from zoco.notifications.dispatcher import Dispatcher
from zoco.sandbox.routes import clock_endpoints
from zoco.sandbox.time_travel import TimeTravel

KEY = "the-operator's-key"
BEGAN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AS_OPERATOR = {"X-Operator-Key": KEY}


def client_of(database: Database, clock: HandClock, post: Post, *, sandbox: bool) -> Browserless:
    sandbox_clock = SandboxClock(clock)
    dispatcher = Dispatcher(database, sandbox_clock, post=post)
    travel = TimeTravel(database, sandbox_clock, dispatcher, ExpiryLoop(database, sandbox_clock))
    app = create_app(
        database,
        sandbox_clock,
        operator_key=KEY,
        sandbox=sandbox,
        public_url="https://api.zoco.example",
        extra_endpoints=clock_endpoints(travel) if sandbox else (),
    )
    return Browserless(app, KEY)


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
async def client(database: Database, post: Post) -> Browserless:
    return client_of(database, HandClock(BEGAN), post, sandbox=True)


async def shown(client: Browserless) -> Reply:
    return await client.get("/sandbox/clock", headers=AS_OPERATOR)


async def test_the_clock_is_shown(client: Browserless) -> None:
    answer = await shown(client)

    assert answer.status == 200
    assert answer.json == {"now": "2026-03-02T12:00:00.000Z", "running": True}


@pytest.mark.parametrize(
    ("body", "clock"),
    [
        ({"advance": "12h"}, {"now": "2026-03-03T00:00:00.000Z", "running": True}),
        ({"advance": "PT90S"}, {"now": "2026-03-02T12:01:30.000Z", "running": True}),
        ({"now": "2026-03-23T08:00:00.000-04:00"}, {"now": "2026-03-23T12:00:00.000Z", "running": True}),
        ({"now": "2026-03-02T12:00:00.000Z"}, {"now": "2026-03-02T12:00:00.000Z", "running": True}),
        ({"running": False}, {"now": "2026-03-02T12:00:00.000Z", "running": False}),
        ({"running": False, "advance": "21d"}, {"now": "2026-03-23T12:00:00.000Z", "running": False}),
    ],
)
async def test_the_clock_is_moved(
    client: Browserless, body: dict[str, object], clock: dict[str, object]
) -> None:
    moved = await client.operate("/sandbox/clock", body)

    assert (moved.status, moved.json) == (200, clock)
    assert (await shown(client)).json == clock


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": "soon"},
        {"advance": "-1h"},
        {"advance": "999999999d"},
        {"advance": 12},
        {"now": "2026-03-02T11:59:59.000Z"},
        {"now": "2026-03-03T00:00:00"},
        {"now": "9999-12-31T23:59:59.999Z"},
        {"now": "2026-03-03T00:00:00Z", "advance": "1h"},
        {"running": "no"},
    ],
)
async def test_what_cannot_be_done_changes_nothing(client: Browserless, body: dict[str, object]) -> None:
    refused = await client.operate("/sandbox/clock", body)

    assert refused.refusal == (400, "bad_request")
    assert (await shown(client)).json == {"now": "2026-03-02T12:00:00.000Z", "running": True}


async def test_only_the_operator_moves_the_clock(client: Browserless) -> None:
    assert (await client.get("/sandbox/clock")).refusal == (401, "unauthorized")
    wrong = {"X-Operator-Key": "guess"}
    assert (await client.get("/sandbox/clock", headers=wrong)).refusal == (403, "forbidden")
    assert (await client.post("/sandbox/clock", {"advance": "1h"})).refusal == (401, "unauthorized")


async def test_without_sandbox_mode_there_is_no_such_clock(database: Database, post: Post) -> None:
    client = client_of(database, HandClock(BEGAN), post, sandbox=False)

    assert (await shown(client)).status == 404


async def test_the_clock_of_the_api_is_the_one_that_was_moved(client: Browserless) -> None:
    """A token issued before a jump over its six hours has expired after it."""
    user = await client.operate(
        "/operator/users",
        {"site_id": "MLB", "nickname": "VENDEDORA1", "email": "vendedora1@zoco.example"},
    )
    issued = await client.operate("/operator/tokens", {"user_id": user.json["id"]})
    token = issued.json["access_token"]
    assert (await client.get("/users/me", token=token)).status == 200

    await client.operate("/sandbox/clock", {"advance": "6h"})

    assert (await client.get("/users/me", token=token)).status == 401
