from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Market, plain_item


async def test_a_reservation_shows_its_buyer_the_reservation_price_and_hides_the_seller(
    market: Market,
) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    vehicle = await market.vehicle(seller)

    placed = await market.client.post(
        "/orders", {"order_items": [{"item_id": vehicle["id"], "quantity": 1}]}, token=buyer.token
    )

    assert placed.status == 201
    order = placed.json
    assert order["status"] == "payment_required"
    assert order["date_closed"] is None
    assert order["total_amount"] == 499
    assert order["order_items"][0]["unit_price"] == 499
    assert order["order_items"][0]["full_unit_price"] == 25000
    assert order["tags"] == ["reservation", "not_paid", "not_delivered"]
    assert order["context"]["flows"] == ["reservation"]
    assert order["hidden_for_seller"] is True
    assert order["seller"] == {"id": seller.id, "nickname": "VENDEDORA"}
    assert order["buyer"]["billing_info"] == {"doc_type": "CPF", "doc_number": "12345678910"}
    assert order["date_created"] == "2026-03-02T08:00:00.000-04:00"
    assert order["expiration_date"] == "2026-03-23T08:00:00.000-04:00"


async def test_the_paid_order_shows_each_party_the_other(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, order["id"])

    for token in (seller.token, buyer.token):
        seen = (await market.client.get(f"/orders/{order['id']}", token=token)).json
        assert seen["status"] == "paid"
        assert seen["status_detail"] is None
        assert seen["date_closed"] == "2026-03-02T08:00:00.000-04:00"
        assert seen["last_updated"] == seen["date_last_updated"]
        assert seen["paid_amount"] == 499
        assert seen["tags"] == ["reservation", "paid", "not_delivered"]
        assert seen["buyer"]["phone"] == {"area_code": "11", "number": "12345678", "extension": None}
        assert seen["buyer"]["billing_info"]["doc_number"] == "12345678910"
        assert seen["seller"]["email"] == "vendedora@zoco.example"
        assert "billing_info" not in seen["seller"]
        assert seen["payments"][0]["status_detail"] == "accredited"


async def test_who_sees_an_order(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    stranger = await market.person("CURIOSO")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    path = f"/orders/{order['id']}"

    assert (await market.client.get(path, token=seller.token)).refusal == (404, "order_not_found")
    assert (await market.client.get(path, token=stranger.token)).refusal == (404, "order_not_found")
    assert (await market.client.get(path)).refusal == (401, "unauthorized")

    await market.pay(buyer, order["id"])
    refused = await market.client.get(path, token=stranger.token)
    assert refused.refusal == (403, "forbidden")
    assert refused.json["message"] == "The user has not access to the order"


async def test_both_ways_of_naming_an_item(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    item = await market.item(
        seller,
        variations=[
            {
                "available_quantity": 2,
                "price": 120.5,
                "attribute_combinations": [{"id": "COLOR", "value_name": "Rojo"}],
            }
        ],
    )
    variation_id = item["variations"][0]["id"]

    body: dict[str, Any]
    for body in (
        {"order_items": [{"item": {"id": item["id"], "variation_id": variation_id}}]},
        {"order_items": [{"item_id": item["id"], "variation_id": str(variation_id), "quantity": "1"}]},
    ):
        placed = await market.client.post("/orders", body, token=buyer.token)
        assert placed.status == 201
        ordered = placed.json["order_items"][0]["item"]
        assert ordered["variation_id"] == variation_id
        assert ordered["variation_attributes"][0]["value_name"] == "Rojo"


async def test_refusals_of_placing_an_order(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    tester = await market.person("PROBADORA", tags=("test_user",))
    item = await market.item(seller, available_quantity=3)
    varied = await market.item(seller, variations=[{"available_quantity": 1, "price": 120.5}])
    paused = await market.item(seller)
    await market.client.put(f"/items/{paused['id']}", {"status": "paused"}, token=seller.token)

    def lines(*given: dict[str, Any]) -> dict[str, Any]:
        return {"order_items": list(given)}

    situations: list[tuple[str, object, tuple[int, str]]] = [
        (buyer.token, lines(), (400, "validation_error")),
        (buyer.token, lines({"item_id": item["id"]}, {"item_id": item["id"]}), (400, "validation_error")),
        (buyer.token, lines({"item_id": item["id"], "quantity": 0}), (400, "validation_error")),
        (buyer.token, lines({"item_id": item["id"], "quantity": "many"}), (400, "validation_error")),
        (buyer.token, lines({"quantity": 1}), (400, "validation_error")),
        (buyer.token, {}, (400, "validation_error")),
        (buyer.token, lines({"item_id": varied["id"]}), (400, "validation_error")),
        (buyer.token, lines({"item_id": varied["id"], "variation_id": 1}), (400, "validation_error")),
        (buyer.token, lines({"item_id": "MLB1"}), (404, "not_found")),
        (buyer.token, lines({"item_id": "MLB\0"}), (400, "validation_error")),
        (buyer.token, lines({"item_id": item["id"], "quantity": 10**20}), (400, "validation_error")),
        (buyer.token, lines({"item_id": item["id"], "quantity": 4}), (400, "not_enough_stock")),
        (buyer.token, lines({"item_id": paused["id"]}), (400, "item_not_active")),
        (seller.token, lines({"item_id": item["id"]}), (400, "own_item")),
        (tester.token, lines({"item_id": item["id"]}), (403, "test_user_mismatch")),
    ]
    for token, body, refusal in situations:
        refused = await market.client.post("/orders", body, token=token)
        assert refused.refusal == refusal, body


async def test_a_reservation_needs_mercado_pago(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    vehicle = await market.vehicle(seller, category_id="MEC1744", currency_id="USD", sale_terms=[])

    refused = await market.client.post(
        "/orders", {"order_items": [{"item_id": vehicle["id"]}]}, token=buyer.token
    )

    assert refused.refusal == (400, "reservation_not_available")


async def test_a_buyer_cancels_what_he_has_not_paid(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.item(seller))["id"])

    cancelled = await market.client.put(
        f"/orders/{order['id']}", {"status": "cancelled", "comments": "ignored"}, token=buyer.token
    )

    assert cancelled.status == 200
    assert cancelled.json["status"] == "cancelled"
    assert cancelled.json["status_detail"]["code"] == "buyer_cancelled"
    assert cancelled.json["cancel_detail"]["requested_by"] == "buyer"


async def test_refusals_of_cancelling(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, order["id"])
    path = f"/orders/{order['id']}"

    wrong = await market.client.put(path, {"status": "paid"}, token=buyer.token)
    assert wrong.refusal == (400, "bad_request")
    paid = await market.client.put(path, {"status": "cancelled"}, token=seller.token)
    assert paid.refusal == (409, "order_not_cancellable")
    nowhere = await market.client.put("/orders/5", {"status": "cancelled"}, token=buyer.token)
    assert nowhere.refusal == (404, "order_not_found")


async def test_a_search_answers_page_filters_and_sorts(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA", site_id="MLA"), await market.person("COMPRADORA")
    item = await market.item(seller, category_id="MLA3530", currency_id="ARS", condition="used")
    for _ in range(3):
        await market.order(buyer, item["id"])
        market.clock.advance(timedelta(minutes=1))

    found = await market.client.get(
        "/orders/search?seller=&order.status=confirmed&sort=date_desc&limit=2&offset=1&seller_id=9",
        token=seller.token,
    )

    assert found.status == 200
    page = found.json
    assert page["paging"] == {"total": 3, "offset": 1, "limit": 2}
    assert page["query"] == ""
    assert page["display"] == "complete"
    assert page["sort"] == {"id": "date_desc", "name": "Date descending"}
    assert page["available_sorts"] == [{"id": "date_asc", "name": "Date ascending"}]
    created = [order["date_created"] for order in page["results"]]
    assert created == ["2026-03-02T08:01:00.000-04:00", "2026-03-02T08:00:00.000-04:00"]
    assert page["results"][0]["status_detail"] == {"code": None, "description": None}
    assert page["filters"] == [
        {
            "id": "order.status",
            "name": "Order Status",
            "type": "text",
            "values": [{"id": "confirmed", "name": "Order Confirmed", "results": 3}],
        }
    ]
    offered = {filter_["id"]: filter_ for filter_ in page["available_filters"]}
    assert "order.status" not in offered
    assert {"id": "not_paid", "name": "Not paid", "results": 3} in offered["tags"]["values"]
    assert {"id": "paid", "name": "Paid", "results": 0} in offered["tags"]["values"]


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("", (400, "bad_request")),
        ("?seller=1", (403, "forbidden")),
        ("?buyer=1", (403, "forbidden")),
        ("?seller=abc", (400, "bad_request")),
        ("?seller=&limit=0", (400, "bad_request")),
        ("?seller=&limit=ten", (400, "bad_request")),
        ("?seller=&offset=-1", (400, "bad_request")),
        ("?seller=&order.date_created.from=yesterday", (400, "bad_request")),
        (
            "?seller=&order.date_created.from=2015-07-02T00:00:00.000-00:00"
            "&order.date_created.to=2015-07-01T00:00:00.000-00:00",
            (400, "bad_request"),
        ),
        ("?seller=&item=%00", (400, "bad_request")),
    ],
)
async def test_refusals_of_a_search(market: Market, query: str, refusal: tuple[int, str]) -> None:
    seller = await market.person("VENDEDORA")

    refused = await market.client.get(f"/orders/search{query}", token=seller.token)

    assert refused.refusal == refusal


async def test_a_search_clamps_its_limit_and_reads_a_blank_for_a_plus(market: Market) -> None:
    seller = await market.person("VENDEDORA")

    found = await market.client.get(
        "/orders/search?seller=&limit=1000&order.date_created.from=2015-07-01T00:00:00.000+02:00",
        token=seller.token,
    )

    assert found.json["paging"] == {"total": 0, "offset": 0, "limit": 50}


async def test_the_sections_of_a_search(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA", site_id="MLA"), await market.person("COMPRADORA")
    item = await market.item(seller, category_id="MLA3530", currency_id="ARS", condition="used")
    unpaid, paid = await market.order(buyer, item["id"]), await market.order(buyer, item["id"])
    await market.pay(buyer, paid["id"])

    async def ids(section: str) -> list[int]:
        found = await market.client.get(f"/orders/search/{section}?seller={seller.id}", token=seller.token)
        return [order["id"] for order in found.json["results"]]

    assert await ids("recent") == [unpaid["id"], paid["id"]]
    assert await ids("pending") == [unpaid["id"]]
    assert await ids("archived") == []
    market.clock.advance(timedelta(days=22))
    token = await market.token(seller.id)
    archived = await market.client.get("/orders/search/archived?seller=", token=token)
    assert [order["id"] for order in archived.json["results"]] == [unpaid["id"], paid["id"]]


async def test_the_same_order_twice_under_one_key_is_placed_once(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    body = {"order_items": [{"item_id": (await market.item(seller))["id"], "quantity": 1}]}
    key = {"X-Idempotency-Key": "k-1"}

    first = await market.client.post("/orders", body, token=buyer.token, headers=key)
    again = await market.client.post("/orders", body, token=buyer.token, headers=key)
    other = await market.client.post("/orders", plain_item(), token=buyer.token, headers=key)
    changed = {"order_items": [{**body["order_items"][0], "quantity": 2}]}
    reused = await market.client.post("/orders", changed, token=buyer.token, headers=key)

    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert other.status == 400
    assert reused.refusal == (409, "conflict")
