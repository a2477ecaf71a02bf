"""Stock from the marketplace to the own shelf, and back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.flows.world import Callback, Marketplace, sell
from zoco.client import PreconditionFailed
from zoco.resources.item import Item
from zoco.resources.order import Order
from zoco.resources.user import NewUser


async def test_a_sale_tells_how_many_left_the_shelf(marketplace: Marketplace, callback: Callback) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    buyer = await marketplace.person(NewUser(site_id="MLA"))
    await marketplace.application(seller, callback, "orders,items", seller)
    item = await sell(seller, title="Mate de calabaza", price=1500, quantity=5, condition="used")
    await marketplace.deliver()
    callback.received.clear()

    await buyer.client.orders.place(item_id=item.id, quantity=3)
    await marketplace.deliver()

    (resource,) = callback.of_topic("orders", user_id=seller.id)
    sold = (await seller.client.fetch(resource, Order)).value.order_items[0]
    assert (sold.item.id, sold.quantity) == (item.id, 3)
    assert callback.of_topic("items", user_id=seller.id) == [f"/items/{item.id}"]
    left = await seller.client.items.get(item.id)
    assert (left.available_quantity, left.sold_quantity) == (2, 3)


async def test_a_sale_elsewhere_is_told_to_the_marketplace(marketplace: Marketplace) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    item = await sell(seller, title="Mate de calabaza", price=1500, quantity=5)

    answer = await seller.client.items.update(item.id, available_quantity=2)

    assert answer.status == 200
    assert answer.value.available_quantity == 2
    assert (await seller.client.items.get(item.id)).available_quantity == 2


async def test_an_empty_shelf_pauses_and_a_full_one_sells_again(marketplace: Marketplace) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    item = await sell(seller, title="Mate de calabaza", price=1500, quantity=5)

    empty = (await seller.client.items.update(item.id, available_quantity=0)).value
    full = (await seller.client.items.update(item.id, available_quantity=2)).value

    assert (empty.status, empty.sub_status) == ("paused", ["out_of_stock"])
    assert (full.status, full.sub_status, full.available_quantity) == ("active", [], 2)


async def test_a_write_computed_before_a_sale_changes_nothing(marketplace: Marketplace) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    buyer = await marketplace.person(NewUser(site_id="MLA"))
    item = await sell(seller, title="Mate de calabaza", price=1500, quantity=5, condition="used")
    seen = await seller.client.fetch(f"/items/{item.id}", Item)
    await buyer.client.orders.place(item_id=item.id, quantity=1)

    with pytest.raises(PreconditionFailed):
        await seller.client.items.update(item.id, if_match=seen.etag, available_quantity=5)

    again = await seller.client.fetch(f"/items/{item.id}", Item)
    assert again.value.available_quantity == 4
    written = await seller.client.items.update(item.id, if_match=again.etag, available_quantity=2)
    assert written.value.available_quantity == 2


async def test_a_listing_ends_after_sixty_days(marketplace: Marketplace, callback: Callback) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    await marketplace.application(seller, callback, "items", seller)
    item = await sell(seller, title="Mate de calabaza", price=1500, quantity=5)
    await marketplace.deliver()
    callback.received.clear()

    await marketplace.operator.advance(f"{timedelta(days=60).days}d")

    ended = await seller.client.items.get(item.id)
    assert (ended.status, ended.sub_status) == ("closed", ["expired"])
    assert callback.of_topic("items", user_id=seller.id) == [f"/items/{item.id}"]
