from __future__ import annotations

import pytest

from tests.api.conftest import Market, Person, plain_item

YES = {"fulfilled": True, "rating": "positive"}
NO = {"fulfilled": False, "rating": "neutral"}


async def _paid_reservation(market: Market) -> tuple[Person, Person, str, str]:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    vehicle = await market.vehicle(seller)
    order = await market.order(buyer, vehicle["id"])
    await market.pay(buyer, order["id"])
    return seller, buyer, f"/orders/{order['id']}", f"/items/{vehicle['id']}"


async def _contradict(market: Market, seller: Person, buyer: Person, path: str) -> None:
    for person, word in ((seller, YES), (buyer, NO)):
        given = await market.client.post(f"{path}/feedback", word, token=person.token)
        assert given.status == 201


async def test_an_annulled_order_is_refunded_and_back_on_sale(market: Market) -> None:
    seller, buyer, path, item_path = await _paid_reservation(market)

    annulled = await market.client.operate(f"/operator{path}/invalidate", {"reason": "A stolen card"})

    assert (annulled.status, annulled.json["status"]) == (200, "invalid")
    assert annulled.json["payments"][0]["status"] == "refunded"
    seen = (await market.client.get(path, token=seller.token)).json
    assert seen == annulled.json
    assert seen["status_detail"] is None
    assert seen["cancel_detail"]["description"] == "A stolen card"
    # What is said of him is not for the buyer.
    assert (await market.client.get(path, token=buyer.token)).json["cancel_detail"] is None
    item = (await market.client.get(item_path)).json
    assert (item["status"], item["available_quantity"]) == ("active", 1)
    found = await market.client.get(
        f"/orders/search?seller={seller.id}&order.status=invalid", token=seller.token
    )
    assert found.json["paging"]["total"] == 1

    again = await market.client.operate(f"/operator{path}/invalidate", {"reason": "Again"})
    assert again.refusal == (409, "conflict")


async def test_an_annulled_hidden_order_stays_hidden(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    path = f"/orders/{order['id']}"

    annulled = await market.client.operate(f"/operator{path}/invalidate", {"reason": "A stolen card"})

    assert annulled.json["status"] == "invalid"
    assert (await market.client.get(path, token=seller.token)).refusal == (404, "order_not_found")
    assert (await market.client.get(path, token=buyer.token)).json["status"] == "invalid"


async def test_a_contradiction_is_settled_for_the_seller(market: Market) -> None:
    seller, buyer, path, _ = await _paid_reservation(market)
    await _contradict(market, seller, buyer, path)
    order = (await market.client.get(path, token=seller.token)).json
    collection = f"/collections/{order['payments'][0]['id']}"
    assert (await market.client.get(collection, token=seller.token)).json["released"] == "no"

    settled = await market.client.operate(f"/operator{path}/settle", {"to": "seller"})

    assert (settled.status, settled.json["status"]) == (200, "paid")
    assert (await market.client.get(collection, token=seller.token)).json["released"] == "yes"
    for to in ("seller", "buyer"):
        again = await market.client.operate(f"/operator{path}/settle", {"to": to})
        assert again.refusal == (409, "conflict")


async def test_a_contradiction_is_settled_for_the_buyer(market: Market) -> None:
    seller, buyer, path, item_path = await _paid_reservation(market)
    await _contradict(market, seller, buyer, path)

    settled = await market.client.operate(f"/operator{path}/settle", {"to": "buyer"})

    assert settled.json["status"] == "cancelled"
    assert settled.json["status_detail"]["code"] == "payment_refunded"
    assert settled.json["payments"][0]["status"] == "refunded"
    # The seller had reported it delivered.
    assert (await market.client.get(item_path)).json["available_quantity"] == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("call", "body", "refusal"),
    [
        ("invalidate", {}, (400, "bad_request")),
        ("invalidate", {"reason": ""}, (400, "bad_request")),
        ("invalidate", {"reason": 7}, (400, "bad_request")),
        ("invalidate", {"reason": "x" * 301}, (400, "bad_request")),
        ("settle", {}, (400, "bad_request")),
        ("settle", {"to": "me"}, (400, "bad_request")),
        ("settle", {"to": "seller"}, (409, "conflict")),
        ("settle", {"to": "buyer"}, (409, "conflict")),
    ],
)
async def test_refusals_of_the_rulings(
    market: Market, call: str, body: object, refusal: tuple[int, str]
) -> None:
    seller, _, path, _ = await _paid_reservation(market)

    assert (await market.client.operate(f"/operator{path}/{call}", body)).refusal == refusal
    good = {"reason": "A stolen card", "to": "seller"}
    missing = await market.client.operate(f"/operator/orders/5/{call}", good)
    assert missing.refusal == (404, "order_not_found")
    unlocked = await market.client.post(f"/operator{path}/{call}", good, token=seller.token)
    assert unlocked.refusal == (401, "unauthorized")
    assert (await market.client.get(path, token=seller.token)).json["status"] == "paid"


async def test_a_ban_is_answered_when_the_sellers_orders_are_cancelled(market: Market) -> None:
    seller, buyer, path, item_path = await _paid_reservation(market)

    banned = await market.client.operate(f"/operator/users/{seller.id}", {"site_status": "deactive"})

    assert banned.status == 200
    status = banned.json["status"]
    assert status["site_status"] == "deactive"
    assert [status[what]["allow"] for what in ("list", "buy", "sell")] == [False] * 3
    public = await market.client.get(f"/users/{seller.id}")
    assert public.json["status"] == {"site_status": "deactive"}
    order = (await market.client.get(path, token=buyer.token)).json
    assert (order["status"], order["status_detail"]["code"]) == ("cancelled", "seller_banned")
    assert order["payments"][0]["status"] == "refunded"
    item = (await market.client.get(item_path)).json
    assert (item["status"], item["available_quantity"]) == ("active", 1)
    body = {"order_items": [{"item_id": item["id"], "quantity": 1}]}
    refused = await market.client.post("/orders", body, token=buyer.token)
    assert refused.refusal == (400, "item_not_active")
    refused = await market.client.post("/orders", body, token=seller.token)
    assert refused.refusal == (403, "user_not_active")
    refused = await market.client.post("/items", plain_item(), token=seller.token)
    assert refused.refusal == (403, "user_not_active")

    back = await market.client.operate(f"/operator/users/{seller.id}", {"site_status": "active"})

    assert back.json["status"]["sell"]["allow"] is True
    assert (await market.client.post("/orders", body, token=buyer.token)).status == 201


async def test_a_user_is_marked_tagged_and_granted_stores(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA", site_id="MLA"), await market.person("COMPRADORA")
    used = {"category_id": "MLA3530", "currency_id": "ARS", "price": 1000, "condition": "used"}
    item = await market.item(seller, **used)
    assert (await market.order(buyer, item["id"]))["status"] == "confirmed"
    path = f"/operator/users/{seller.id}"
    shop = plain_item(**used, official_store_id=7)
    refused = await market.client.post("/items", shop, token=seller.token)
    assert refused.refusal == (400, "validation_error")

    ruled = await market.client.operate(
        path,
        {"immediate_payment": True, "tags": ["car_dealer", "car_dealer"], "official_store_ids": [7]},
    )

    assert ruled.json["status"]["immediate_payment"] is True
    assert ruled.json["tags"] == ["car_dealer"]
    assert (await market.order(buyer, item["id"]))["status"] == "payment_required"
    assert (await market.client.post("/items", shop, token=seller.token)).status == 201
    ruled = await market.client.operate(path, {"immediate_payment": False, "colour": "red"})
    assert ruled.json["status"]["immediate_payment"] is False
    assert ruled.json["tags"] == ["car_dealer"]
    assert ruled.json == (await market.client.get("/users/me", token=seller.token)).json


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"site_status": "banned"}, (400, "bad_request")),
        ({"site_status": 7}, (400, "bad_request")),
        ({"tags": "car_dealer"}, (400, "bad_request")),
        ({"tags": [""]}, (400, "bad_request")),
        ({"official_store_ids": [0]}, (400, "bad_request")),
        ({"immediate_payment": "perhaps"}, (400, "bad_request")),
    ],
)
async def test_what_cannot_be_said_of_a_user(market: Market, body: object, refusal: tuple[int, str]) -> None:
    seller = await market.person("VENDEDORA")

    assert (await market.client.operate(f"/operator/users/{seller.id}", body)).refusal == refusal
    missing = await market.client.operate("/operator/users/5", {"site_status": "deactive"})
    assert missing.refusal == (404, "not_found")
    unlocked = await market.client.post(f"/operator/users/{seller.id}", body, token=seller.token)
    assert unlocked.refusal == (401, "unauthorized")


async def test_an_item_under_review_is_not_sold(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    item = await market.item(seller)
    path = f"/operator/items/{item['id']}/review"

    reviewed = await market.client.operate(path, {"status": "under_review", "sub_status": "warning"})

    assert (reviewed.status, reviewed.json["status"], reviewed.json["sub_status"]) == (
        200,
        "under_review",
        ["warning"],
    )
    body = {"order_items": [{"item_id": item["id"], "quantity": 1}]}
    refused = await market.client.post("/orders", body, token=buyer.token)
    assert refused.refusal == (400, "item_not_active")
    refused = await market.client.put(f"/items/{item['id']}", {"status": "active"}, token=seller.token)
    assert refused.refusal == (400, "validation_error")

    await market.client.operate(path, {"status": "active"})
    assert (await market.client.post("/orders", body, token=buyer.token)).status == 201
    closed = await market.client.operate(path, {"status": "closed", "sub_status": ["suspended"]})
    assert (closed.json["status"], closed.json["sub_status"]) == ("closed", ["suspended"])
    for status, refusal in (
        ("active", (400, "validation_error")),
        ("paused", (400, "bad_request")),
        (None, (400, "bad_request")),
    ):
        assert (await market.client.operate(path, {"status": status})).refusal == refusal
    missing = await market.client.operate("/operator/items/MLB5/review", {"status": "active"})
    assert missing.refusal == (404, "not_found")
    unlocked = await market.client.post(path, {"status": "active"}, token=seller.token)
    assert unlocked.refusal == (401, "unauthorized")
