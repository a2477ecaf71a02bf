"""Messages after the sale over HTTP: both forms, the read marks, and every refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.asgi import Reply
from tests.api.conftest import Market, Person

SENT = "2026-03-02T12:00:00.000Z"


async def _sold(market: Market) -> tuple[Person, Person, int]:
    """A seller, a buyer and their paid order."""
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, order["id"])
    return seller, buyer, order["id"]


def _body(sender: Person, receiver: Person, text: str = "Hola") -> dict[str, Any]:
    # As text, as the documents send them.
    return {"from": {"user_id": str(sender.id)}, "to": {"user_id": str(receiver.id)}, "text": text}


async def _write(
    market: Market, order_id: int, seller: Person, sender: Person, receiver: Person
) -> dict[str, Any]:
    path = f"/messages/packs/{order_id}/sellers/{seller.id}?tag=post_sale"
    written = await market.client.post(path, _body(sender, receiver), token=sender.token)
    assert written.status == 201, written.body
    message: dict[str, Any] = written.json
    return message


def _coded(reply: Reply) -> tuple[int, str, str]:
    """Status, error and message; `code` repeats the error (26.3)."""
    status, error = reply.refusal
    assert reply.json["code"] == error
    return status, error, reply.json["message"]


async def test_a_conversation(market: Market) -> None:
    seller, buyer, order_id = await _sold(market)
    path = f"/messages/packs/{order_id}/sellers/{seller.id}?tag=post_sale"

    written = await _write(market, order_id, seller, buyer, seller)

    assert written == {
        "id": written["id"],
        "site_id": "MLB",
        "client_id": 1,
        "from": {"user_id": buyer.id},
        "to": {"user_id": seller.id},
        "status": "available",
        "subject": None,
        "text": "Hola",
        "message_date": {
            "received": SENT,
            "available": SENT,
            "notified": SENT,
            "created": SENT,
            "read": None,
        },
        "message_moderation": {
            "status": "clean",
            "reason": None,
            "source": "online",
            "moderation_date": SENT,
        },
        "message_attachments": None,
        "message_resources": [
            {"id": str(order_id), "name": "packs"},
            {"id": str(seller.id), "name": "sellers"},
        ],
        "conversation_first_message": True,
    }
    assert len(written["id"]) == 32
    answer = await _write(market, order_id, seller, seller, buyer)
    read = await market.client.get(f"{path}&mark_as_read=false", token=buyer.token)
    assert read.json == {
        "paging": {"total": 2, "offset": 0, "limit": 50},
        "conversation_status": {
            "path": f"/packs/{order_id}/sellers/{seller.id}",
            "status": "active",
            "substatus": None,
            "status_date": SENT,
            "status_update_allowed": False,
            "claim_id": None,
            "shipping_id": None,
        },
        "messages": [answer, written],
        "seller_max_message_length": 350,
        "buyer_max_message_length": 3500,
    }
    page = (await market.client.get(f"{path}&limit=1&offset=1", token=buyer.token)).json
    assert page["paging"] == {"total": 2, "offset": 1, "limit": 1}
    assert page["messages"] == [written]
    assert (await market.client.get(f"{path}&limit=99", token=buyer.token)).json["paging"]["limit"] == 50


async def test_reading_marks_as_read_what_was_written_to_the_reader(market: Market) -> None:
    seller, buyer, order_id = await _sold(market)
    await _write(market, order_id, seller, buyer, seller)
    await _write(market, order_id, seller, seller, buyer)
    path = f"/messages/packs/{order_id}/sellers/{seller.id}"
    resource = f"/packs/{order_id}/sellers/{seller.id}"
    waiting = {"user_id": seller.id, "results": [{"resource": resource, "count": 1}]}

    async def unread(person: Person, path: str) -> Any:
        return (await market.client.get(f"/messages/unread{path}", token=person.token)).json

    for query in ("", "?role=seller&tag=post_sale", "?role=nobody", resource):
        assert await unread(seller, query) == waiting
    assert (await unread(seller, "?role=buyer"))["results"] == []
    assert (await unread(buyer, "?role=buyer"))["results"] == waiting["results"]
    # The writer's own reading, and one that says so, mark nothing.
    await market.client.get(path, token=buyer.token)
    await market.client.get(f"{path}?mark_as_read=false", token=seller.token)
    assert await unread(seller, "") == waiting
    market.clock.advance(timedelta(minutes=1))

    read = await market.client.get(path, token=seller.token)

    dates = [message["message_date"]["read"] for message in read.json["messages"]]
    assert dates == [SENT, "2026-03-02T12:01:00.000Z"]
    for query in ("", resource):
        assert await unread(seller, query) == {"user_id": seller.id, "results": []}


async def test_one_message_for_its_two_parties(market: Market) -> None:
    seller, buyer, order_id = await _sold(market)
    stranger = await market.person("CURIOSA")
    written = await _write(market, order_id, seller, buyer, seller)
    path = f"/messages/{written['id']}?tag=post_sale"

    for person in (seller, buyer):
        found = await market.client.get(path, token=person.token)
        assert found.json == {"paging": None, "conversation_status": None, "messages": [written]}
    refused = await market.client.get(path, token=stranger.token)
    assert _coded(refused) == (
        403,
        "forbidden",
        f"Access denied for user {stranger.id} to message with id {written['id']}",
    )
    missing = await market.client.get("/messages/fd1d2e37", token=buyer.token)
    assert _coded(missing) == (
        404,
        "not_found",
        "The message with id: fd1d2e37 could not be retrieved from storage",
    )


async def test_the_old_forms(market: Market) -> None:
    seller, buyer, order_id = await _sold(market)
    body = {
        "from": {"user_id": buyer.id},
        "to": [{"user_id": seller.id, "resource": "orders", "resource_id": order_id, "site_id": "MLB"}],
        "text": {"plain": "Hola"},
    }

    written = await market.client.post("/messages?application_id=14529", body, token=buyer.token)

    assert written.status == 200
    letter = written.json[0]
    assert written.json == [
        {
            "message_id": letter["message_id"],
            "date_received": SENT,
            "date": SENT,
            "date_available": SENT,
            "date_notified": SENT,
            "date_read": None,
            "from": {
                "user_id": buyer.id,
                "email": "compradora@zoco.example",
                "name": "Compradora de Prueba",
            },
            "to": [{"user_id": seller.id, "email": "vendedora@zoco.example", "name": None}],
            "subject": None,
            "text": {"plain": "Hola"},
            "attachments": [],
            "site_id": "MLB",
            "resource": "orders",
            "resource_id": order_id,
            "status": "available",
            "moderation": {"status": "clean"},
        }
    ]
    listed = await market.client.get(f"/messages/orders/{order_id}", token=seller.token)
    assert listed.json == {"paging": {"total": 1, "offset": 0, "limit": 50}, "results": [letter]}
    marked = await market.client.put(
        f"/messages/mark_as_read/{letter['message_id']},{letter['message_id']}", token=seller.token
    )
    assert (marked.status, [one["date_read"] for one in marked.json]) == (200, [SENT, SENT])


async def test_a_conversation_is_blocked_until_it_is_paid_and_when_it_is_off(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    path = f"/messages/packs/{order['id']}/sellers/{seller.id}"

    async def status(person: Person) -> tuple[str, str | None]:
        state = (await market.client.get(path, token=person.token)).json["conversation_status"]
        return state["status"], state["substatus"]

    async def refused() -> tuple[int, str, str]:
        return _coded(await market.client.post(path, _body(buyer, seller), token=buyer.token))

    forbidden = (403, "forbidden", "blocked_conversation_send_message_forbidden")
    assert await status(buyer) == ("blocked", "blocked_by_payment")
    assert await refused() == forbidden
    # For its seller the order is not there yet.
    hidden = await market.client.get(path, token=seller.token)
    assert _coded(hidden) == (404, "order_not_found", "Order not found.")

    payment = await market.pay(buyer, order["id"])
    assert await status(seller) == ("active", None)
    await _write(market, order["id"], seller, seller, buyer)
    await market.client.operate(f"/operator/payments/{payment['id']}", {"status": "refunded"})
    assert await status(seller) == ("blocked", "blocked_by_refund")
    assert await refused() == forbidden

    other = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, other["id"])
    await market.client.put(f"/orders/{other['id']}", {"status": "cancelled"}, token=buyer.token)
    path = f"/messages/packs/{other['id']}/sellers/{seller.id}"
    assert await status(buyer) == ("blocked", "blocked_by_cancelled_order")
    assert await refused() == forbidden


async def test_refusals_of_a_message(market: Market) -> None:
    seller, buyer, order_id = await _sold(market)
    stranger = await market.person("CURIOSA")
    path = f"/messages/packs/{order_id}/sellers/{seller.id}"
    valid = _body(seller, buyer)
    table: list[tuple[Any, tuple[int, str, str]]] = [
        ({**valid, "from": None}, (400, "bad_request", "The field 'from' is required")),
        ({**valid, "to": None}, (400, "bad_request", "The field 'to.user_id' is required")),
        ({**valid, "from": valid["to"]}, (400, "bad_request", "Sender and receiver must not be the same")),
        (
            {**valid, "from": {"user_id": stranger.id}},
            (403, "forbidden", f"Access denied for user {stranger.id} to order {order_id}"),
        ),
        (
            {**valid, "to": {"user_id": stranger.id}},
            (403, "forbidden", f"Receiver does not belong to order {order_id}"),
        ),
        ({**valid, "text": ""}, (400, "bad_request", "The message has no text")),
        (
            {**valid, "text": "\x07"},
            (400, "bad_request", "The text has character/s that is/are not supported"),
        ),
        (
            {**valid, "text": "x" * 351},
            (400, "bad_request", "The message content is too long, max characters allowed are 350"),
        ),
        (
            {**valid, "attachments": ["1_a.jpg"]},
            (422, "unprocessable_entity", "Attachment key is invalid or not found"),
        ),
    ]
    for body, refusal in table:
        refused = await market.client.post(path, body, token=seller.token)
        found = _coded(refused)
        assert (found[0], found[1], found[2].partition(": ")[0]) == refusal
    for wrong in ({**valid, "to": {"user_id": "she"}}, {**valid, "to": {}}, {**valid, "text": 7}):
        refused = await market.client.post(path, wrong, token=seller.token)
        assert _coded(refused)[:2] == (400, "bad_request")
    long = await market.client.post(path, _body(buyer, seller, "x" * 3501), token=buyer.token)
    assert _coded(long)[2].startswith("The message content is too long, max characters allowed are 3500")
    assert (await market.client.post(path, b"{", token=seller.token)).refusal == (400, "invalid_json")


async def test_refusals_of_the_old_form(market: Market) -> None:
    seller, buyer, order_id = await _sold(market)
    to = {"user_id": seller.id, "resource": "orders", "resource_id": order_id, "site_id": "MLB"}
    valid: dict[str, Any] = {"from": {"user_id": buyer.id}, "to": [to], "text": "Hola"}
    assert (await market.client.post("/messages", valid, token=buyer.token)).status == 200

    for change, message in (
        ({"from": None}, "The field 'from' is required"),
        ({"to": []}, "The field 'to.user_id' is required"),
        ({"to": [to, to]}, "A message has one receiver"),
        ({"to": [{"user_id": seller.id}]}, "The field 'to.resource' is required"),
        ({"to": [{**to, "resource": "packs"}]}, "Invalid field 'to.resource'"),
    ):
        refused = await market.client.post("/messages", {**valid, **change}, token=buyer.token)
        assert _coded(refused)[:2] == (400, "bad_request")
        assert refused.json["message"].startswith(message)
    missing = await market.client.post(
        "/messages", {**valid, "to": [{**to, "resource_id": 1}]}, token=buyer.token
    )
    assert _coded(missing) == (404, "order_not_found", "Order not found.")


async def test_refusals_of_reading(market: Market) -> None:
    seller, buyer, order_id = await _sold(market)
    stranger = await market.person("CURIOSA")
    written = await _write(market, order_id, seller, buyer, seller)
    path = f"/messages/packs/{order_id}/sellers/{seller.id}"
    client = market.client

    for reading in (
        path,
        f"/messages/orders/{order_id}",
        f"/messages/unread/packs/{path.partition('packs/')[2]}",
    ):
        refused = await client.get(reading, token=stranger.token)
        assert _coded(refused) == (
            403,
            "forbidden",
            f"User access token invalid for resource {order_id}",
        )
    for missing in (
        f"/messages/packs/1/sellers/{seller.id}",
        f"/messages/packs/one/sellers/{seller.id}",
        f"/messages/packs/{order_id}/sellers/{stranger.id}",
        "/messages/orders/1",
        f"/messages/unread/packs/1/sellers/{seller.id}",
    ):
        refused = await client.get(missing, token=seller.token)
        assert _coded(refused) == (404, "order_not_found", "Order not found.")
    for query, message in (
        ("limit=0", "The limit param must be greater than 0"),
        ("limit=-1", "The limit param must be greater than 0"),
        ("limit=ten", "Invalid limit param"),
        ("offset=-1", "Invalid offset param"),
    ):
        for listing in (path, f"/messages/orders/{order_id}"):
            refused = await client.get(f"{listing}?{query}", token=seller.token)
            assert _coded(refused) == (400, "bad_request", message)
    for ids, refusal in (
        (written["id"], (403, "forbidden")),
        (f"{written['id']},none", (404, "not_found")),
        (",", (400, "bad_request")),
        (",".join(["x"] * 51), (400, "bad_request")),
        ("x" * 5000, (404, "not_found")),
    ):
        refused = await client.put(f"/messages/mark_as_read/{ids}", token=buyer.token)
        assert _coded(refused)[:2] == refusal


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/messages/packs/1/sellers/1"),
        ("POST", "/messages/packs/1/sellers/1"),
        ("GET", "/messages/fd1d2e37"),
        ("GET", "/messages/unread"),
        ("GET", "/messages/unread/packs/1/sellers/1"),
        ("GET", "/messages/orders/1"),
        ("POST", "/messages"),
        ("PUT", "/messages/mark_as_read/fd1d2e37"),
    ],
)
async def test_nobody_gets_in_without_a_token_or_with_half_of_one(
    market: Market, method: str, path: str
) -> None:
    person = await market.person("COMPRADORA")
    half = await market.token(person.id, scopes=["write" if method == "GET" else "read"])

    assert (await market.client.call(method, path)).refusal == (401, "unauthorized")
    assert (await market.client.call(method, path, token=half)).refusal == (403, "Invalid scopes")
