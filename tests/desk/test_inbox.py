"""The callback: what it keeps, what it refuses, and that it says 200 and nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest

from tests.busy_database import kept_busy
from tests.desk.conftest import KEY
from tests.desk.fake_answers import notification
from zoco.database.errors import DatabaseUnavailable
from zoco.database.transaction import WAITING_WORKS_MAX, Database
from zoco.desk.desk import Desk
from zoco.desk.inbox import Buckets, Callback, callback_secret

GOOD = {"resource": "/orders/1", "user_id": 1234, "topic": "orders", "application_id": 14529}


async def _post(
    callback: Callback, parts: Sequence[bytes], *, path: str = "/notifications", method: str = "POST"
) -> tuple[int, bytes]:
    events = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return events.pop(0)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "client": ("10.0.0.7", 4711), "headers": []}
    await callback(scope, receive, send)  # type: ignore[arg-type]
    status, body = sent[0]["status"], sent[1]["body"]
    assert isinstance(status, int)
    assert isinstance(body, bytes)
    return status, body


async def _kept(database: Database, column: str) -> list[object]:
    return [
        row[0] for row in await database.read(lambda tx: tx.all(f"SELECT {column} FROM inbox ORDER BY id"))
    ]


async def test_a_notification_is_kept_and_answered_200(desk: Desk) -> None:
    assert await _post(Callback(desk), [notification("/orders/731867397", user=1234)]) == (200, b"")
    assert await _kept(desk.database, "resource") == ["/orders/731867397"]
    assert await _kept(desk.database, "state") == ["new"]


async def test_a_desk_that_has_too_much_to_do_asks_to_be_told_again(desk: Desk) -> None:
    callback, body = Callback(desk), notification("/orders/731867397", user=1234)
    async with kept_busy(desk.database, waiting=WAITING_WORKS_MAX):
        assert await _post(callback, [body]) == (503, b"")
    assert await _post(callback, [body]) == (200, b"")
    assert await _kept(desk.database, "resource") == ["/orders/731867397"]


class DatabaseAway:
    """A server that cannot be reached at this moment."""

    engine = "postgresql"

    async def read(self, work: object, **bounds: object) -> None:
        raise DatabaseUnavailable("the connection is lost")

    write = read


@pytest.mark.parametrize("path", ["/notifications", "/notifications/a-secret"])
async def test_a_desk_whose_database_is_away_asks_to_be_told_again(desk: Desk, path: str) -> None:
    away = Desk(DatabaseAway(), desk.clock, secret_key=KEY, public_url="http://desk.example")  # type: ignore[arg-type]
    body = notification("/orders/731867397", user=1234)
    assert await _post(Callback(away), [body], path=path) == (503, b"")
    await away.close()


async def test_a_body_in_pieces_is_one_body(desk: Desk) -> None:
    body = notification("/orders/1", user=1)
    assert await _post(Callback(desk), [body[:10], body[10:], b""]) == (200, b"")
    assert await _kept(desk.database, "body") == [body]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        *(json.dumps({name: value for name, value in GOOD.items() if name != left_out}).encode()
          for left_out in ("resource", "topic", "user_id")),
        json.dumps(GOOD | {"user_id": "somebody"}).encode(),
        json.dumps(GOOD | {"user_id": 2**63}).encode(),
        json.dumps(GOOD | {"attempts": -(2**70)}).encode(),
        json.dumps(GOOD | {"resource": 5}).encode(),
        json.dumps(GOOD | {"resource": ""}).encode(),
        json.dumps(GOOD | {"resource": "/orders/\x00"}).encode(),
        json.dumps(GOOD | {"padding": "x" * 64 * 1024}).encode(),
    ],
)  # fmt: skip
async def test_what_is_no_notification_is_400_and_leaves_nothing(desk: Desk, body: bytes) -> None:
    assert await _post(Callback(desk), [body]) == (400, b"")
    assert await _kept(desk.database, "id") == []


@pytest.mark.parametrize("user", [1234, "1234"])
async def test_numbers_may_come_as_text(desk: Desk, user: object) -> None:
    assert await _post(Callback(desk), [json.dumps(GOOD | {"user_id": user}).encode()]) == (200, b"")
    assert await _kept(desk.database, "user_id") == [1234]


async def test_anything_else_in_the_body_is_kept_with_it(desk: Desk) -> None:
    odd = json.dumps(
        GOOD | {"received": "yesterday", "actions": ["x"], "resource": "/" + "o" * 5000}
    ).encode()
    assert await _post(Callback(desk), [odd]) == (200, b"")
    assert await _kept(desk.database, "received") == [None]
    assert await _kept(desk.database, "body") == [odd]


@pytest.mark.parametrize("identity", ["507f1f77bcf86cd799439011", None])
async def test_the_same_message_is_kept_once_and_counted(desk: Desk, identity: str | None) -> None:
    callback = Callback(desk)
    for attempts in (0, 1, 2):
        body = json.loads(notification("/orders/1", user=1, identity=identity)) | {"attempts": attempts}
        assert await _post(callback, [json.dumps(body).encode()]) == (200, b"")
    assert await _kept(desk.database, "copies") == [3]


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": 2},
        {"topic": "items"},
        {"resource": "/orders/2"},
        {"application_id": 3},
        {"received": None},
    ],
)
async def test_messages_without_id_differ_by_what_they_say(desk: Desk, change: dict[str, object]) -> None:
    callback = Callback(desk)
    first = json.loads(notification("/orders/1", user=1))
    for body in (first, first | change):
        assert await _post(callback, [json.dumps(body).encode()]) == (200, b"")
    assert await _kept(desk.database, "copies") == [1, 1]


async def test_the_secret_path_is_this_desks_own(desk: Desk) -> None:
    secret = await callback_secret(desk)
    assert await callback_secret(desk) == secret
    body = [notification("/orders/1", user=1)]
    assert await _post(Callback(desk), body, path=f"/notifications/{secret}") == (200, b"")
    assert await _post(Callback(desk), body, path="/notifications/guess") == (404, b"")
    assert await _kept(desk.database, "id") != []


async def test_what_comes_together_is_kept_in_one_transaction(desk: Desk) -> None:
    callback, woken = Callback(desk), []
    desk.database.on_signal("inbox", lambda: woken.append("inbox"))
    bodies = [notification(f"/orders/{number % 7}", user=1, identity=f"{number}") for number in range(64)]
    answers = await asyncio.gather(*(_post(callback, [body]) for body in bodies))
    assert answers == [(200, b"")] * 64
    assert await _kept(desk.database, "body") == bodies
    assert woken == ["inbox"]


async def test_copies_that_come_together_are_counted(desk: Desk) -> None:
    callback = Callback(desk)
    bodies = [notification("/orders/1", user=1, identity=identity) for identity in ("a", "b", "a", "a")]
    assert await asyncio.gather(*(_post(callback, [body]) for body in bodies)) == [(200, b"")] * 4
    assert await _kept(desk.database, "copies") == [3, 1]


async def test_what_is_more_than_the_desk_can_hold_is_503_and_not_kept(desk: Desk) -> None:
    callback = Callback(desk, waiting_max=2)
    bodies = [notification("/orders/1", user=1, identity=f"{number}") for number in range(3)]
    answers = await asyncio.gather(*(_post(callback, [body]) for body in bodies))
    assert answers == [(200, b""), (200, b""), (503, b"")]
    assert await _kept(desk.database, "body") == bodies[:2]
    assert await _post(callback, [bodies[2]]) == (200, b"")


async def test_only_posts_are_answered(desk: Desk) -> None:
    assert (await _post(Callback(desk), [b""], method="GET"))[0] == 405


def test_a_bucket_admits_a_seconds_worth_of_each_name() -> None:
    buckets = Buckets(3.0)
    assert [buckets.admits("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.admits("b")


async def test_a_body_that_comes_later_than_its_head_is_waited_for(desk: Desk) -> None:
    body, asked, arrived = notification("/orders/1", user=1), asyncio.Event(), asyncio.Event()
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        asked.set()
        await arrived.wait()
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope: dict[str, object] = {"type": "http", "method": "POST", "path": "/notifications", "headers": []}
    answer = asyncio.create_task(Callback(desk)(scope, receive, send))  # type: ignore[arg-type]
    await asked.wait()
    assert sent == []
    arrived.set()
    await answer
    assert sent[0]["status"] == 200
    assert await _kept(desk.database, "body") == [body]


async def test_a_body_that_does_not_come_is_not_waited_for(desk: Desk) -> None:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope: dict[str, object] = {"type": "http", "method": "POST", "path": "/notifications", "headers": []}
    await Callback(desk, body_seconds_max=0.01)(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 408
    assert await _kept(desk.database, "resource") == []
