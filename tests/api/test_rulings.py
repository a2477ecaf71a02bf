from __future__ import annotations

import pytest

from tests.api.conftest import Market, Person

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
