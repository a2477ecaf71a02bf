from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.api.conftest import Market, Person

ADDRESS = {
    "street_name": "San Martín",
    "street_number": "120",
    "zip_code": "5300",
    "city": {"name": "La Rioja"},
    "receiver_name": "Rosa Campos",
}
UNKNOWN = {
    "status": "to_be_agreed", "id": None, "substatus": None, "service_id": None, "currency_id": None,
    "shipping_mode": None, "shipment_type": None, "sender_id": None, "picking_type": None,
    "date_created": None, "cost": None, "date_first_printed": None, "receiver_address": None,
    "comments": None,
}  # fmt: skip


async def _paid_order(market: Market) -> tuple[Person, Person, str]:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.item(seller))["id"])
    await market.pay(buyer, order["id"])
    return seller, buyer, f"/orders/{order['id']}"


async def _order(market: Market, path: str, person: Person) -> dict[str, Any]:
    order: dict[str, Any] = (await market.client.get(path, token=person.token)).json
    return order


async def test_the_buyer_says_where_it_is_to_go(market: Market) -> None:
    seller, buyer, path = await _paid_order(market)
    assert (await _order(market, path, seller))["shipping"] == UNKNOWN
    market.clock.advance(timedelta(minutes=1))
    moment = "2026-03-02T08:01:00.000-04:00"

    put = await market.client.put(
        f"{path}/shipping",
        {"receiver_address": {**ADDRESS, "planet": "Earth"}, "comments": "Timbre 4"},
        token=buyer.token,
    )

    shipping = {
        **UNKNOWN,
        "currency_id": "BRL",
        "sender_id": seller.id,
        "date_created": moment,
        "cost": 0,
        "receiver_address": ADDRESS,
        "comments": "Timbre 4",
    }
    assert (put.status, put.json) == (200, shipping)
    for person in (seller, buyer):
        assert (await market.client.get(f"{path}/shipping", token=person.token)).json == shipping
        order = await _order(market, path, person)
        assert (order["shipping"], order["last_updated"]) == (shipping, moment)

    for body, comments in (
        ({"receiver_address": {"zip_code": "5301"}}, "Timbre 4"),
        ({"comments": ""}, None),
    ):
        put = await market.client.put(f"{path}/shipping", body, token=buyer.token)
        assert (put.json["receiver_address"], put.json["comments"]) == ({"zip_code": "5301"}, comments)


async def test_the_carrier_says_how_far_it_is_and_what_it_costs(market: Market) -> None:
    seller, buyer, path = await _paid_order(market)
    before = await _order(market, path, seller)
    market.clock.advance(timedelta(minutes=1))

    said = await market.client.operate(f"/operator{path}/shipping", {"cost": "15.5"})

    assert (said.status, said.json["status"], said.json["cost"]) == (200, "to_be_agreed", Decimal("15.5"))
    said = await market.client.operate(f"/operator{path}/shipping", {"status": "shipped"})
    assert (said.json["status"], said.json["cost"]) == ("shipped", Decimal("15.5"))
    seen = [await _order(market, path, person) for person in (seller, buyer)]
    for order in seen:
        assert order["shipping"] == said.json
        assert order["total_amount"] == before["total_amount"] == Decimal("120.5")
        assert order["total_amount_with_shipping"] == 136
        assert order["last_updated"] == "2026-03-02T08:01:00.000-04:00"
        assert order["tags"] == before["tags"]
        assert order["paid_amount"] == Decimal("120.5")
    query = f"/orders/search?seller={seller.id}&shipping.status="
    found = [
        (await market.client.get(query + status, token=seller.token)).json["paging"]["total"]
        for status in ("shipped", "to_be_agreed")
    ]
    assert found == [1, 0]

    market.clock.advance(timedelta(minutes=1))
    await market.client.operate(f"/operator{path}/shipping", {"status": "shipped", "cost": 15.5})
    assert await _order(market, path, buyer) == seen[1]


async def test_both_hear_of_it_on_orders_and_shipments(market: Market) -> None:
    seller, buyer, path = await _paid_order(market)
    application = await market.client.post(
        "/applications",
        {
            "name": "Desk",
            "callback_url": "https://desk.example/back",
            "notifications_callback_url": "https://desk.example/notifications",
            "notifications_topics": ["orders", "created_orders", "shipments"],
        },
        token=seller.token,
    )
    for person in (seller, buyer):
        await market.token(person.id, app_id=application.json["id"])
    hidden = await market.order(buyer, (await market.item(seller))["id"])
    hidden_path = f"/orders/{hidden['id']}"

    async def heard() -> set[tuple[int, str, str]]:
        rows = await market.database.read(
            lambda tx: tx.all("SELECT user_id, topic, resource FROM notifications")
        )
        await market.database.write(lambda tx: tx.run("DELETE FROM notifications"))
        return {(row["user_id"], row["topic"], row["resource"]) for row in rows}

    await heard()
    news = {
        (person.id, topic, resource)
        for person in (seller, buyer)
        for topic, resource in (("orders", path), ("shipments", f"{path}/shipping"))
    }

    await market.client.put(f"{path}/shipping", {"comments": "Timbre 4"}, token=buyer.token)
    assert await heard() == news
    await market.client.put(f"{path}/shipping", {"comments": "Timbre 4"}, token=buyer.token)
    assert await heard() == set()
    await market.client.operate(f"/operator{path}/shipping", {"status": "pending"})
    assert await heard() == news

    await market.client.put(f"{hidden_path}/shipping", {"comments": "Timbre 4"}, token=buyer.token)
    assert await heard() == {
        (seller.id, "created_orders", hidden_path),
        (buyer.id, "created_orders", hidden_path),
        (buyer.id, "shipments", f"{hidden_path}/shipping"),
    }


async def test_a_vehicle_is_not_shipped_and_nothing_that_is_over(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    reservation = await market.order(buyer, (await market.vehicle(seller))["id"])
    cancelled = await market.order(buyer, (await market.item(seller))["id"])
    await market.client.put(f"/orders/{cancelled['id']}", {"status": "cancelled"}, token=buyer.token)

    for order in (reservation, cancelled):
        path = f"/orders/{order['id']}"
        put = await market.client.put(f"{path}/shipping", {"comments": "x"}, token=buyer.token)
        assert put.refusal == (400, "shipping_not_available")
        said = await market.client.operate(f"/operator{path}/shipping", {"status": "shipped"})
        assert said.refusal == (400, "shipping_not_available")
        seen = await market.client.get(f"{path}/shipping", token=buyer.token)
        assert (seen.status, seen.json) == (200, UNKNOWN)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "bad_request")),
        ({"receiver_address": {}}, (400, "bad_request")),
        ({"receiver_address": "at home"}, (400, "bad_request")),
        ({"receiver_address": {"city": "La Rioja"}}, (400, "bad_request")),
        ({"receiver_address": {"zip_code": "5" * 256}}, (400, "bad_request")),
        ({"receiver_address": {"comment": "a\0b"}}, (400, "bad_request")),
        ({"comments": "x" * 501}, (400, "bad_request")),
        (b'{"comments": "x",}', (400, "invalid_json")),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_are_no_instructions(market: Market, body: object, refusal: tuple[int, str]) -> None:
    _, buyer, path = await _paid_order(market)

    assert (await market.client.put(f"{path}/shipping", body, token=buyer.token)).refusal == refusal


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "bad_request")),
        ({"status": "lost"}, (400, "bad_request")),
        ({"cost": -1}, (400, "bad_request")),
        ({"cost": 0.001}, (400, "bad_request")),
        ({"cost": "dear"}, (400, "bad_request")),
        ({"cost": 10**12}, (400, "bad_request")),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_no_carrier_says(market: Market, body: object, refusal: tuple[int, str]) -> None:
    _, _, path = await _paid_order(market)

    assert (await market.client.operate(f"/operator{path}/shipping", body)).refusal == refusal
    elsewhere = await market.client.operate("/operator/orders/5/shipping", {"status": "shipped"})
    assert elsewhere.refusal == (404, "order_not_found")


async def test_who_may_read_and_instruct(market: Market) -> None:
    seller, buyer, path = await _paid_order(market)
    stranger = await market.person("CURIOSA")
    hidden = await market.order(buyer, (await market.item(seller))["id"])
    hidden_path = f"/orders/{hidden['id']}"

    async def answers(path: str, token: str | None) -> list[tuple[int, str]]:
        got = await market.client.get(f"{path}/shipping", token=token)
        put = await market.client.put(f"{path}/shipping", {"comments": "x"}, token=token)
        return [(200, "") if reply.status == 200 else reply.refusal for reply in (got, put)]

    missing, forbidden = (404, "order_not_found"), (403, "forbidden")
    assert await answers(path, seller.token) == [(200, ""), forbidden]
    assert await answers(path, stranger.token) == [forbidden, forbidden]
    assert await answers(path, None) == [(401, "unauthorized"), (401, "unauthorized")]
    assert await answers(hidden_path, seller.token) == [missing, missing]
    assert await answers(hidden_path, stranger.token) == [missing, missing]
    assert await answers(hidden_path, buyer.token) == [(200, ""), (200, "")]
    assert await answers("/orders/5", buyer.token) == [missing, missing]
