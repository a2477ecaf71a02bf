from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Market, plain_item


async def test_an_item_is_published_with_what_was_sent(market: Market) -> None:
    seller = await market.person("VENDEDORA", city="Curitiba", state="Paraná")

    published = await market.client.post(
        "/items",
        plain_item(
            pictures=[{"source": "https://shop.example/1.jpg"}],
            attributes=[{"id": "BRAND", "value_name": "Luz"}],
            seller_custom_field="LAMP-1",
            warranty="6 meses",
        ),
        token=seller.token,
    )

    assert published.status == 201
    assert published.headers["etag"] == '"1"'
    item = published.json
    assert item["id"].startswith("MLB")
    assert item["seller_id"] == seller.id
    assert str(item["price"]) == "120.5"
    assert (item["available_quantity"], item["initial_quantity"], item["sold_quantity"]) == (5, 5, 0)
    assert item["status"] == "active"
    assert item["thumbnail"] == "https://shop.example/1.jpg"
    assert item["attributes"][0]["value_name"] == "Luz"
    assert item["seller_custom_field"] == "LAMP-1"
    curitiba = {
        "city": {"name": "Curitiba"},
        "state": {"name": "Paraná"},
        "country": {"id": "BR", "name": "Brasil"},
    }
    assert (item["location"], item["seller_address"]) == (curitiba, curitiba)
    assert item["start_time"] == "2026-03-02T12:00:00.000Z"
    assert item["stop_time"] == "2026-05-01T12:00:00.000Z"
    read = await market.client.get(f"/items/{item['id']}")
    assert read.json == item
    assert read.headers["cache-control"] == "no-cache"


async def test_stock_is_written_absolutely(market: Market) -> None:
    seller = await market.person("VENDEDORA")
    item = await market.item(seller, subtitle="con foco", warranty="6 meses")

    changed = await market.client.put(f"/items/{item['id']}", {"available_quantity": 2}, token=seller.token)

    assert changed.status == 200
    assert changed.json["available_quantity"] == 2
    assert changed.json["subtitle"] == "con foco"
    assert changed.json["warranty"] == "6 meses"
    empty = await market.client.put(f"/items/{item['id']}", {"available_quantity": 0}, token=seller.token)
    assert (empty.json["status"], empty.json["sub_status"]) == ("paused", ["out_of_stock"])
    bare = await market.client.put(
        f"/items/{item['id']}", {"warranty": None, "subtitle": None}, token=seller.token
    )
    assert (bare.json["warranty"], bare.json["subtitle"]) == (None, None)


async def test_a_stale_if_match_changes_nothing(market: Market) -> None:
    seller = await market.person("VENDEDORA")
    path = f"/items/{(await market.item(seller))['id']}"
    await market.client.put(path, {"available_quantity": 4}, token=seller.token, headers={"If-Match": '"1"'})

    for tag in ('"1"', "another"):
        stale = await market.client.put(
            path, {"available_quantity": 9}, token=seller.token, headers={"If-Match": tag}
        )
        assert stale.refusal == (412, "precondition_failed")
        assert stale.headers["etag"] == '"2"'
    current = await market.client.get(path)
    assert current.json["available_quantity"] == 4
    unchanged = await market.client.get(path, headers={"If-None-Match": current.headers["etag"]})
    assert (unchanged.status, unchanged.body) == (304, b"")
    fresh = await market.client.put(
        path, {"available_quantity": 9}, token=seller.token, headers={"If-Match": current.headers["etag"]}
    )
    assert fresh.status == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "red"}, "body.invalid_fields"),
        ({"id": "MLB5"}, "body.invalid_fields"),
        ({"price": "p"}, "body.invalid_field_types"),
        ({"title": None}, "body.invalid_field_types"),
        ({"category_id": "MLB404"}, "item.category_id.invalid"),
        ({"category_id": "MLB1743", "buying_mode": "classified"}, "item.category_id.invalid"),
        ({"title": "x" * 61}, "item.title.length.invalid"),
        ({"price": 0}, "item.price.invalid"),
        ({"currency_id": "XXX"}, "item.currency_id.invalid"),
        ({"available_quantity": -1}, "item.available_quantity.invalid"),
        ({"official_store_id": 1}, "item.official_store_id.invalid"),
        (
            {"category_id": "MLB1744", "buying_mode": "classified", "available_quantity": 1},
            "item.attributes.missing_required",
        ),
    ],
)
async def test_refusals_of_publishing(market: Market, changes: dict[str, Any], code: str) -> None:
    seller = await market.person("VENDEDORA")

    refused = await market.client.post("/items", plain_item(**changes), token=seller.token)

    assert refused.refusal == (400, "validation_error")
    assert refused.json["cause"][0]["code"] == code
    assert refused.json["cause"][0]["type"] == "error"


async def test_what_is_required_is_named(market: Market) -> None:
    seller = await market.person("VENDEDORA")

    refused = await market.client.post("/items", {}, token=seller.token)

    assert refused.refusal == (400, "validation_error")
    assert refused.json["message"] == "body.required_fields"
    assert refused.json["cause"][0]["references"] == ["item.title"]


async def test_a_sandbox_grants_every_official_store(open_market: Callable[[bool], Market]) -> None:
    market = open_market(True)
    seller = await market.person("VENDEDORA")

    item = await market.item(seller, official_store_id=7)

    assert item["official_store_id"] == 7


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"status": "sold"}, (400, "validation_error")),
        ({"status": "closed", "available_quantity": -5}, (400, "validation_error")),
        ({"price": 10.001}, (400, "bad_request")),
        ({"available_quantity": 2.5}, (400, "validation_error")),
        ({"available_quantity": 10**19}, (400, "validation_error")),
    ],
)
async def test_refusals_of_changing(market: Market, change: object, refusal: tuple[int, str]) -> None:
    seller = await market.person("VENDEDORA")
    item = await market.item(seller)

    refused = await market.client.put(f"/items/{item['id']}", change, token=seller.token)

    assert refused.refusal == refusal


async def test_only_its_seller_changes_an_item_and_nobody_a_closed_one(market: Market) -> None:
    seller, other = await market.person("VENDEDORA"), await market.person("OTRA")
    path = f"/items/{(await market.item(seller))['id']}"

    assert (await market.client.put(path, {"price": 1}, token=other.token)).refusal == (403, "forbidden")
    missing = await market.client.put("/items/MLB1", {"price": 1}, token=seller.token)
    assert missing.refusal == (404, "not_found")
    closed = await market.client.put(path, {"status": "closed"}, token=seller.token)
    assert closed.json["status"] == "closed"
    refused = await market.client.put(path, {"status": "active"}, token=seller.token)
    assert refused.refusal == (400, "validation_error")


async def test_what_was_sold_keeps_its_title(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    item = await market.item(seller)
    await market.pay(buyer, (await market.order(buyer, item["id"]))["id"])

    refused = await market.client.put(f"/items/{item['id']}", {"title": "Otra"}, token=seller.token)

    assert refused.refusal == (400, "validation_error")
    assert refused.json["cause"][0]["code"] == "field_not_updatable"


async def test_many_items_each_with_its_own_code(market: Market) -> None:
    seller = await market.person("VENDEDORA")
    item = await market.item(seller)

    found = await market.client.get(f"/items?ids={item['id']},MLB1&attributes=id,price")

    assert [entry["code"] for entry in found.json] == [200, 404]
    assert set(found.json[0]["body"]) == {"id", "price"}
    too_many = await market.client.get(f"/items?ids={','.join(['MLB1'] * 21)}")
    assert too_many.refusal == (400, "bad_request")
    assert (await market.client.get("/items")).refusal == (400, "bad_request")


async def test_a_seller_finds_his_own_items(market: Market) -> None:
    seller, other = await market.person("VENDEDORA"), await market.person("OTRA")
    dear = await market.item(seller, price=900)
    cheap = await market.item(seller, price=9, seller_custom_field="A-1")
    path = f"/users/{seller.id}/items/search"

    found = (await market.client.get(f"{path}?orders=price_asc&limit=500", token=seller.token)).json
    assert found["seller_id"] == str(seller.id)
    assert found["paging"] == {"total": 2, "offset": 0, "limit": 100}
    assert found["results"] == [cheap["id"], dear["id"]]
    by_sku = (await market.client.get(f"{path}?sku=A-1", token=seller.token)).json
    assert by_sku["results"] == [cheap["id"]]
    assert (await market.client.get(path, token=other.token)).refusal == (403, "forbidden")
    unsorted = await market.client.get(f"{path}?orders=beauty", token=seller.token)
    assert unsorted.refusal == (400, "bad_request")


async def test_the_error_of_a_missing_item_is_whole_whatever_fields_are_asked_for(market: Market) -> None:
    item = await market.item(await market.person("VENDEDORA"))

    found, missing = (await market.client.get(f"/items?ids={item['id']},MLB1&attributes=id")).json

    assert found == {"code": 200, "body": {"id": item["id"]}}
    assert (missing["code"], missing["body"]["error"]) == (404, "not_found")


@pytest.mark.parametrize("field", ["shipping", "location", "seller_contact", "pictures", "description"])
async def test_what_no_rule_reads_has_its_shape_all_the_same(market: Market, field: str) -> None:
    seller = await market.person("VENDEDORA")

    refused = await market.client.post("/items", plain_item(**{field: 5}), token=seller.token)

    assert refused.refusal == (400, "validation_error")
    assert refused.json["cause"][0]["references"] == [f"item.{field}"]


async def test_an_amount_is_refused_under_the_name_of_its_field(market: Market) -> None:
    seller = await market.person("VENDEDORA")

    refused = await market.client.post("/items", plain_item(price=1.001), token=seller.token)

    assert refused.refusal == (400, "bad_request")
    assert refused.json["cause"][0]["code"] == "price.invalid"


async def test_mercado_pago_is_accepted_where_it_is(market: Market) -> None:
    here, there = await market.person("AQUI"), await market.person("ALLA", site_id="MEC")

    assert (await market.item(here))["accepts_mercadopago"] is True
    abroad = await market.item(there, category_id="MEC3530", currency_id="USD")
    assert abroad["accepts_mercadopago"] is False


async def test_two_writers_of_different_fields_both_keep_theirs(market: Market) -> None:
    seller = await market.person("VENDEDORA")
    path = f"/items/{(await market.item(seller))['id']}"

    for number in range(5):
        wanted = {"subtitle": f"con foco {number}"}, {"video_id": f"video {number}"}
        await asyncio.gather(*(market.client.put(path, one, token=seller.token) for one in wanted))

        kept = (await market.client.get(path)).json
        assert (kept["subtitle"], kept["video_id"]) == (f"con foco {number}", f"video {number}")


async def test_a_search_for_more_than_anybody_types_is_refused(market: Market) -> None:
    seller = await market.person("VENDEDORA")

    reply = await market.client.get(
        f"/users/{seller.id}/items/search?sub_status={'a' * 60_000}", token=seller.token
    )

    assert reply.refusal == (400, "bad_request")
    assert reply.json["cause"][0]["code"] == "sub_status.invalid"
