"""The searches that the documents print, sent as they are printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.flows.world import Marketplace, Person, sell
from zoco.client import BadRequest, Forbidden, Unauthorized
from zoco.resources.page import OrderPage
from zoco.resources.user import NewUser


@dataclass(frozen=True, slots=True, kw_only=True)
class July:
    """One seller's orders of June to August 2015: one a month, and two that are not paid."""

    seller: Person
    buyer: Person
    june: int
    july: int
    august: int
    confirmed: int
    unpaid: int


@pytest.fixture
def start() -> datetime:
    return datetime(2015, 6, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
async def world(marketplace: Marketplace) -> July:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    buyer = await marketplace.person(NewUser(site_id="MLA"))
    used = await sell(seller, title="Bicicleta rodado 28", price=9000, quantity=9, condition="used")
    fresh = await sell(seller, title="Casco de ciclista", price=1200, quantity=9)

    async def sold(buyer: Person) -> int:
        order = await buyer.client.orders.place(item_id=used.id, quantity=1)
        await buyer.client.orders.pay(order.id, payment_method_id="visa")
        return order.id

    june = await sold(buyer)
    await marketplace.operator.advance_to(datetime(2015, 7, 15, 12, 0, tzinfo=UTC))
    july = await sold(await marketplace.signed_in(buyer.user))
    await marketplace.operator.advance_to(datetime(2015, 8, 2, 12, 0, tzinfo=UTC))
    buyer = await marketplace.signed_in(buyer.user)
    august = await sold(buyer)
    confirmed = await buyer.client.orders.place(item_id=used.id, quantity=1)
    unpaid = await buyer.client.orders.place(item_id=fresh.id, quantity=1)
    return July(
        seller=await marketplace.signed_in(seller.user),
        buyer=buyer,
        june=june,
        july=july,
        august=august,
        confirmed=confirmed.id,
        unpaid=unpaid.id,
    )


async def found(person: Person, path: str) -> list[int]:
    return [order.id for order in (await person.client.fetch(path, OrderPage)).value.results]


async def test_all_orders_of_a_seller_but_those_waiting_for_payment(world: July) -> None:
    expected = [world.june, world.july, world.august, world.confirmed]

    assert await found(world.seller, f"/orders/search?seller={world.seller.id}") == expected
    assert await found(world.buyer, f"/orders/search?buyer={world.buyer.id}") == expected


async def test_an_empty_seller_is_the_caller_and_dates_narrow(world: July) -> None:
    path = (
        "/orders/search?seller=&order.date_created.from=2015-07-01T00:00:00.000-00:00"
        "&order.date_created.to=2015-07-31T00:00:00.000-00:00"
    )

    assert await found(world.seller, path) == [world.july]


async def test_paid_orders(world: July) -> None:
    path = f"/orders/search?seller={world.seller.id}&order.status=paid"

    assert await found(world.seller, path) == [world.june, world.july, world.august]
    assert await found(world.seller, f"{path}&sort=date_desc") == [world.august, world.july, world.june]


async def test_an_answer_names_filters_sorts_and_page(world: July) -> None:
    path = f"/orders/search?seller={world.seller.id}&order.status=paid&sort=date_desc&limit=2"

    answer = json.loads((await world.seller.client.fetch(path, OrderPage)).body)

    assert answer["query"] == ""
    assert answer["paging"] == {"total": 3, "offset": 0, "limit": 2}
    assert answer["sort"] == {"id": "date_desc", "name": "Date descending"}
    assert answer["available_sorts"] == [{"id": "date_asc", "name": "Date ascending"}]
    (applied,) = [each for each in answer["filters"] if each["id"] == "order.status"]
    assert [value["id"] for value in applied["values"]] == ["paid"]
    available = {each["id"] for each in answer["available_filters"]}
    assert "order.status" not in available
    assert {"tags", "feedback.status", "shipping.status"} <= available
    assert answer["results"][0]["status_detail"] == {"code": None, "description": None}


async def test_the_available_filters_offer_paid(world: July) -> None:
    path = f"/orders/search?seller={world.seller.id}"

    answer = (await world.seller.client.fetch(path, OrderPage)).value

    (statuses,) = [each for each in answer.available_filters if each.id == "order.status"]
    counts = {value.id: value.results for value in statuses.values}
    assert (counts["paid"], counts["confirmed"], counts["payment_required"]) == (3, 1, 0)


async def test_recent_archived_and_pending(world: July) -> None:
    for person, party in [(world.seller, "seller"), (world.buyer, "buyer")]:
        query = f"{party}={person.id}"
        assert await found(person, f"/orders/search/recent?{query}") == [
            world.july,
            world.august,
            world.confirmed,
        ]
        assert await found(person, f"/orders/search/archived?{query}") == [world.june]
        assert await found(person, f"/orders/search/pending?{query}") == [world.confirmed]


async def test_somebody_elses_orders_are_not_to_be_searched(world: July) -> None:
    with pytest.raises(Forbidden) as refused:
        await found(world.buyer, f"/orders/search?seller={world.seller.id}")

    assert refused.value.error == "forbidden"


async def test_a_search_names_a_party_and_readable_dates(world: July) -> None:
    with pytest.raises(BadRequest):
        await found(world.seller, "/orders/search")
    with pytest.raises(BadRequest):
        await found(world.seller, "/orders/search?seller=&order.date_created.from=yesterday")


async def test_the_client_walks_all_pages(world: July) -> None:
    search = world.seller.client.orders.search_all(seller=world.seller.id, status=["paid", "confirmed"])

    assert [order.id async for order in search] == [world.june, world.july, world.august, world.confirmed]


async def test_without_a_token_there_is_nothing_to_find(marketplace: Marketplace) -> None:
    nobody = await marketplace.anonymous()

    with pytest.raises(Unauthorized):
        await nobody.fetch("/orders/search?seller=1", OrderPage)
