from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.conftest import Market, Person

DELIVERED = {"fulfilled": True, "rating": "positive"}
RETURNED = {"fulfilled": False, "rating": "neutral"}


async def _paid_reservation(market: Market) -> tuple[Person, Person, str, str]:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    vehicle = await market.vehicle(seller)
    order = await market.order(buyer, vehicle["id"])
    await market.pay(buyer, order["id"])
    return seller, buyer, f"/orders/{order['id']}", f"/items/{vehicle['id']}"


async def test_a_delivered_reservation_is_confirmed_by_its_buyer(market: Market) -> None:
    seller, buyer, path, _ = await _paid_reservation(market)

    given = await market.client.post(f"{path}/feedback", DELIVERED, token=seller.token)

    assert given.status == 201
    assert given.json["role"] == "seller"
    assert given.json["from"]["id"] == seller.id
    assert given.json["rating"] == "positive"
    order = (await market.client.get(path, token=buyer.token)).json
    assert order["tags"] == ["reservation", "paid", "delivered"]
    assert set(order["feedback"]["sale"]) == {"id", "date_created", "fulfilled"}
    pair = (await market.client.get(f"{path}/feedback", token=buyer.token)).json
    assert pair == {"sale": order["feedback"]["sale"], "purchase": None}

    await market.client.post(f"{path}/feedback", DELIVERED, token=buyer.token)

    order = (await market.client.get(path, token=buyer.token)).json
    assert order["fulfilled"] is True
    assert order["feedback"]["sale"]["rating"] == "positive"
    assert order["feedback"]["purchase"]["rating"] == "positive"


async def test_a_returned_reservation_is_cancelled_and_back_on_sale(market: Market) -> None:
    seller, _, path, item_path = await _paid_reservation(market)
    assert (await market.client.get(item_path)).json["sub_status"] == ["out_of_stock"]

    await market.client.post(f"{path}/feedback", RETURNED, token=seller.token)

    order = (await market.client.get(path, token=seller.token)).json
    assert order["status"] == "cancelled"
    assert order["status_detail"]["code"] == "reservation_returned"
    assert order["payments"][0]["status"] == "refunded"
    item = (await market.client.get(item_path)).json
    assert (item["status"], item["available_quantity"]) == ("active", 1)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"fulfilled": True}, (400, "bad_request")),
        ({"fulfilled": "perhaps", "rating": "positive"}, (400, "bad_request")),
        ({"fulfilled": True, "rating": "neutral"}, (400, "invalid_rating")),
        ({"fulfilled": True, "rating": "splendid"}, (400, "invalid_rating")),
        ({"fulfilled": False, "rating": "negative"}, (400, "invalid_rating")),
        ({**RETURNED, "reason": "BORED"}, (400, "invalid_reason")),
        ({**DELIVERED, "message": "x" * 161}, (400, "bad_request")),
    ],
)
async def test_refusals_of_feedback(market: Market, body: object, refusal: tuple[int, str]) -> None:
    seller, _, path, _ = await _paid_reservation(market)

    refused = await market.client.post(f"{path}/feedback", body, token=seller.token)

    assert refused.refusal == refusal


async def test_refusals_by_the_order_behind_the_feedback(market: Market) -> None:
    seller, buyer, path, _ = await _paid_reservation(market)
    stranger = await market.person("CURIOSA")
    foreign = await market.client.post(f"{path}/feedback", DELIVERED, token=stranger.token)
    assert foreign.refusal == (403, "forbidden")
    await market.client.post(f"{path}/feedback", DELIVERED, token=seller.token)
    second = await market.client.post(f"{path}/feedback", DELIVERED, token=seller.token)
    assert second.refusal == (400, "feedback_already_exists")

    plain = await market.order(buyer, (await market.item(seller))["id"])
    unpaid = await market.client.post(f"/orders/{plain['id']}/feedback", DELIVERED, token=buyer.token)
    assert unpaid.refusal == (400, "order_not_ratable")
    await market.pay(buyer, plain["id"])
    silent = await market.client.post(f"/orders/{plain['id']}/feedback", DELIVERED, token=seller.token)
    assert silent.refusal == (400, "bad_request")

    market.clock.advance(timedelta(days=22))
    late, later = await market.token(seller.id), await market.token(buyer.id)
    too_late = {**RETURNED, "message": "No vino", "reason": "BUYER_REGRETS"}
    refused = await market.client.post(f"/orders/{plain['id']}/feedback", too_late, token=late)
    assert refused.refusal == (400, "not_fulfilled_feedback_in_order_expired")
    refused = await market.client.post(
        f"/orders/{plain['id']}/feedback", {**DELIVERED, "message": "Todo bien"}, token=later
    )
    assert refused.refusal == (400, "feedback_expired")
