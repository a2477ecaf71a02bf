from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.conftest import Market
from zoco.resources.scalars import order_moment
from zoco.storage import blacklists

LISTS = ["order_blacklist", "questions_blacklist"]


@pytest.mark.parametrize("name", LISTS)
async def test_a_user_is_put_on_a_list_and_taken_off(market: Market, name: str) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    path = f"/users/{seller.id}/{name}"
    assert (await market.client.get(path, token=seller.token)).json == []

    put = await market.client.post(
        path, {"user_id": str(buyer.id), "reason": "Never came", "colour": "red"}, token=seller.token
    )

    change = {"user_id": seller.id, "blocked_user_id": buyer.id}
    assert (put.status, put.json) == (200, change)
    entry = {
        "user": {"id": buyer.id, "nickname": "COMPRADORA"},
        "date_created": order_moment(market.clock.now()),
        "reason": "Never came",
    }
    assert (await market.client.get(path, token=seller.token)).json == [entry]

    taken = await market.client.delete(f"{path}/{buyer.id}", token=seller.token)

    assert (taken.status, taken.json) == (200, change)
    assert (await market.client.get(path, token=seller.token)).json == []
    again = await market.client.delete(f"{path}/{buyer.id}", token=seller.token)
    assert again.refusal == (404, "not_found")


async def test_twice_is_once_and_only_the_reason_is_new(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    path = f"/users/{seller.id}/order_blacklist"
    first = order_moment(market.clock.now())
    for reason in (None, "Never came", None, ""):
        put = await market.client.post(path, {"user_id": buyer.id, "reason": reason}, token=seller.token)
        assert put.status == 200
        market.clock.advance(timedelta(minutes=1))

    [entry] = (await market.client.get(path, token=seller.token)).json

    assert (entry["date_created"], entry["reason"]) == (first, "Never came")


async def test_who_is_blocked_cannot_order_until_he_is_off_the_list(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    item = await market.item(seller)
    before = await market.order(buyer, item["id"])
    path = f"/users/{seller.id}/order_blacklist"
    await market.client.post(path, {"user_id": buyer.id}, token=seller.token)
    body = {"order_items": [{"item_id": item["id"], "quantity": 1}]}

    refused = await market.client.post("/orders", body, token=buyer.token)

    assert refused.refusal == (403, "buyer_blocked")
    paid = await market.pay(buyer, before["id"])
    assert paid["status"] == "approved"
    await market.client.delete(f"{path}/{buyer.id}", token=seller.token)
    assert (await market.client.post("/orders", body, token=buyer.token)).status == 201


async def test_each_list_is_its_own(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    item = await market.item(seller)
    await market.client.post(
        f"/users/{seller.id}/questions_blacklist", {"user_id": buyer.id}, token=seller.token
    )

    assert (await market.order(buyer, item["id"]))["status"] == "payment_required"
    parties = {"seller_id": seller.id, "user_id": buyer.id}
    assert await market.database.read(lambda tx: blacklists.is_blocked_for_questions(tx, **parties))
    assert not await market.database.read(lambda tx: blacklists.is_blocked(tx, **parties))
    mirrored = {"seller_id": buyer.id, "user_id": seller.id}
    assert not await market.database.read(lambda tx: blacklists.is_blocked_for_questions(tx, **mirrored))


async def test_lists_are_paged_in_the_order_in_which_they_were_written(market: Market) -> None:
    seller = await market.person("VENDEDORA")
    path, search = f"/users/{seller.id}/order_blacklist", f"/block-api/search/users/{seller.id}"
    ids, moments = [], []
    for number in range(12):
        ids.append((await market.person(f"COMPRADORA{number}")).id)
        moments.append(order_moment(market.clock.now()))
        await market.client.post(path, {"user_id": ids[-1]}, token=seller.token)
        market.clock.advance(timedelta(seconds=1))

    async def listed(query: str) -> list[int]:
        page = await market.client.get(f"{path}{query}", token=seller.token)
        return [entry["user"]["id"] for entry in page.json]

    assert await listed("") == ids
    assert await listed("?offset=10&limit=50") == ids[10:]
    assert await listed("?offset=3&limit=2") == ids[3:5]
    found = (await market.client.get(search, token=seller.token)).json
    assert found["paging"] == {"total": 12, "offset": 0, "limit": 10}
    assert found["users"] == [
        {"id": user_id, "blocked_at": moment} for user_id, moment in zip(ids[:10], moments[:10], strict=True)
    ]
    one = await market.client.get(f"{search}?user_blocked={ids[4]}&limit=5000", token=seller.token)
    assert one.json == {
        "users": [{"id": ids[4], "blocked_at": moments[4]}],
        "paging": {"total": 1, "offset": 0, "limit": 1000},
    }
    other = await market.client.get(f"{search}?type=blocked_by_questions", token=seller.token)
    assert other.json == {"users": [], "paging": {"total": 0, "offset": 0, "limit": 10}}


async def test_refusals_of_the_lists(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    client = market.client
    search = f"/block-api/search/users/{seller.id}"
    for name in LISTS:
        path, foreign = f"/users/{seller.id}/{name}", f"/users/{buyer.id}/{name}"
        someone = {"user_id": buyer.id}
        for reply, refusal in (
            (await client.post(path, {"user_id": 5}, token=seller.token), (404, "user_not_found")),
            (await client.post(path, {"user_id": seller.id}, token=seller.token), (400, "bad_request")),
            (await client.post(path, {}, token=seller.token), (400, "bad_request")),
            (await client.post(path, {"user_id": "x"}, token=seller.token), (400, "bad_request")),
            (
                await client.post(path, {**someone, "reason": "x" * 301}, token=seller.token),
                (400, "bad_request"),
            ),
            (await client.post(foreign, someone, token=seller.token), (403, "forbidden")),
            (await client.post(path, someone), (401, "unauthorized")),
            (await client.get(foreign, token=seller.token), (403, "forbidden")),
            (await client.get(f"{path}?limit=0", token=seller.token), (400, "bad_request")),
            (await client.get(f"{path}?offset=-1", token=seller.token), (400, "bad_request")),
            (await client.delete(f"{foreign}/{seller.id}", token=seller.token), (403, "forbidden")),
            (await client.delete(f"{path}/{buyer.id}", token=seller.token), (404, "not_found")),
            (await client.delete(f"{path}/nobody", token=seller.token), (404, "not_found")),
            (await client.get(search, token=buyer.token), (403, "forbidden")),
            (await client.get(f"{search}?type=blocked", token=seller.token), (400, "bad_request")),
        ):
            assert reply.refusal == refusal
        assert (await client.get(path, token=seller.token)).json == []
