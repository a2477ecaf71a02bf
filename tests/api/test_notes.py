from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.api.conftest import Market, Person


async def _paid_reservation(market: Market) -> tuple[Person, Person, str]:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, order["id"])
    return seller, buyer, f"/orders/{order['id']}"


async def test_a_note_is_added_read_changed_and_deleted(market: Market) -> None:
    seller, _, path = await _paid_reservation(market)
    order = (await market.client.get(path, token=seller.token)).json

    added = await market.client.post(f"{path}/notes", {"note": "test"}, token=seller.token)

    assert added.status == 201
    note = added.json["note"]
    assert re.fullmatch(r"[0-9a-f]{24}", note["id"])
    moment = market.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (note["note"], note["date_created"], note["date_last_updated"]) == ("test", moment, moment)
    one = f"{path}/notes/{note['id']}"
    assert (await market.client.get(one, token=seller.token)).json == note

    market.clock.advance(timedelta(minutes=5))
    changed = await market.client.put(one, {"note": "test2", "colour": "red"}, token=seller.token)

    assert changed.status == 200
    later = market.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert changed.json["note"] == {
        "id": note["id"], "date_created": moment, "date_last_updated": later, "note": "test2",
    }  # fmt: skip
    second = await market.client.post(f"{path}/notes", {"note": "another"}, token=seller.token)
    listed = await market.client.get(f"{path}/notes", token=seller.token)
    assert listed.json == [{"results": [changed.json["note"], second.json["note"]], "order_id": order["id"]}]

    deleted = await market.client.delete(one, token=seller.token)

    assert (deleted.status, deleted.json) == (200, changed.json)
    assert (await market.client.delete(one, token=seller.token)).refusal == (404, "not_found")
    listed = await market.client.get(f"{path}/notes", token=seller.token)
    assert listed.json[0]["results"] == [second.json["note"]]
    assert (await market.client.get(path, token=seller.token)).json == order


async def test_an_order_without_notes(market: Market) -> None:
    seller, _, path = await _paid_reservation(market)

    listed = await market.client.get(f"{path}/notes", token=seller.token)

    assert listed.json == [{"results": [], "order_id": int(path.rpartition("/")[2])}]


@pytest.mark.parametrize(
    ("text", "status"),
    [("á" * 300, 201), ("\U0001f697" * 300, 201), ("\U0001f697" * 301, 400), (" x ", 201)],
)
async def test_a_note_has_up_to_300_code_points(market: Market, text: str, status: int) -> None:
    seller, _, path = await _paid_reservation(market)

    sent = await market.client.post(f"{path}/notes", {"note": text}, token=seller.token)

    assert sent.status == status
    assert status == 400 or sent.json["note"]["note"] == text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "bad_request")),
        ({"note": ""}, (400, "bad_request")),
        ({"note": " \n"}, (400, "bad_request")),
        ({"note": None}, (400, "bad_request")),
        ({"note": 7}, (400, "bad_request")),
        ({"note": "a\0b"}, (400, "bad_request")),
        ({"note": "x" * 301}, (400, "bad_request")),
        (b'{"note": "test",}', (400, "invalid_json")),
    ],
)
async def test_what_is_no_note(market: Market, body: object, refusal: tuple[int, str]) -> None:
    seller, _, path = await _paid_reservation(market)
    added = await market.client.post(f"{path}/notes", {"note": "test"}, token=seller.token)
    one = f"{path}/notes/{added.json['note']['id']}"

    assert (await market.client.post(f"{path}/notes", body, token=seller.token)).refusal == refusal
    assert (await market.client.put(one, body, token=seller.token)).refusal == refusal
    assert (await market.client.get(one, token=seller.token)).json == added.json["note"]


async def _answers(market: Market, path: str, note_id: str, token: str | None) -> set[tuple[int, str]]:
    """How each of the five calls is refused."""
    client, note = market.client, {"note": "mine?"}
    one = f"{path}/notes/{note_id}"
    replies = [
        await client.post(f"{path}/notes", note, token=token),
        await client.get(f"{path}/notes", token=token),
        await client.get(one, token=token),
        await client.put(one, note, token=token),
        await client.delete(one, token=token),
    ]
    return {reply.refusal for reply in replies}


async def test_nobody_but_the_seller_reads_or_writes_them(market: Market) -> None:
    seller, buyer, path = await _paid_reservation(market)
    stranger = await market.person("CURIOSA")
    added = await market.client.post(f"{path}/notes", {"note": "test"}, token=seller.token)
    note_id = added.json["note"]["id"]

    assert await _answers(market, path, note_id, buyer.token) == {(403, "forbidden")}
    assert await _answers(market, path, note_id, stranger.token) == {(403, "forbidden")}
    assert await _answers(market, path, note_id, None) == {(401, "unauthorized")}
    assert await _answers(market, "/orders/5", note_id, seller.token) == {(404, "order_not_found")}
    reader = await market.token(seller.id, scopes=["read"])
    refused = await market.client.delete(f"{path}/notes/{note_id}", token=reader)
    assert refused.refusal == (403, "Invalid scopes")


async def test_a_hidden_order_has_no_notes_for_anybody(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    stranger = await market.person("CURIOSA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    path, note_id = f"/orders/{order['id']}", "0" * 24

    assert await _answers(market, path, note_id, seller.token) == {(404, "order_not_found")}
    assert await _answers(market, path, note_id, stranger.token) == {(404, "order_not_found")}
    assert await _answers(market, path, note_id, buyer.token) == {(403, "forbidden")}


async def test_a_note_belongs_to_its_order(market: Market) -> None:
    seller, buyer, path = await _paid_reservation(market)
    other = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, other["id"])
    added = await market.client.post(f"{path}/notes", {"note": "test"}, token=seller.token)
    elsewhere = f"/orders/{other['id']}/notes/{added.json['note']['id']}"

    for reply in (
        await market.client.get(elsewhere, token=seller.token),
        await market.client.put(elsewhere, {"note": ""}, token=seller.token),
        await market.client.delete(elsewhere, token=seller.token),
        await market.client.get(f"{path}/notes/%00", token=seller.token),
    ):
        assert reply.refusal == (404, "not_found")


async def test_notes_are_told_to_nobody(market: Market) -> None:
    seller, _, path = await _paid_reservation(market)
    callback = "https://desk.example/notifications"
    topics = ["orders", "created_orders", "payments", "items", "shipments"]
    application = await market.client.post(
        "/applications",
        {"name": "Desk", "callback_url": "https://desk.example/back",
         "notifications_callback_url": callback, "notifications_topics": topics},
        token=seller.token,
    )  # fmt: skip
    await market.token(seller.id, app_id=application.json["id"])

    added = await market.client.post(f"{path}/notes", {"note": "test"}, token=seller.token)
    one = f"{path}/notes/{added.json['note']['id']}"
    await market.client.put(one, {"note": "test2"}, token=seller.token)
    await market.client.delete(one, token=seller.token)

    assert len(await market.database.read(lambda tx: tx.all("SELECT id FROM notifications"))) == 0
