"""A sale in one store, and what becomes of the stock in the other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.conftest import NORTH, NORTH_ITEM, SOUTH, SOUTH_ITEM, Shop
from tests.hand_clock import HandClock
from zoco.desk import products


async def test_a_sale_takes_stock_and_the_other_store_is_written(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM, quantity=2)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert await shop.on_hand() == 8
    assert shop.marketplace.items[NORTH_ITEM].quantity == 8
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 8
    assert shop.marketplace.calls_of("PUT", f"/items/{SOUTH_ITEM}") == 0


async def test_five_notifications_of_one_sale_reordered_and_doubled_take_stock_once(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM, hidden=True)
    shop.marketplace.pay(order)
    for topic, identity in (
        ("orders", "c"), ("created_orders", "a"), ("payments", "d"), ("created_orders", "b"), ("orders", "c"),
    ):  # fmt: skip
        resource = "/collections/900" if topic == "payments" else f"/orders/{order}"
        await shop.tell(resource, user=SOUTH, topic=topic, identity=identity)
        await shop.settle()
    assert await shop.on_hand() == 9
    assert shop.marketplace.items[NORTH_ITEM].quantity == 9
    assert await shop.column("SELECT copies FROM inbox WHERE message_id = 'c'") == [2]


async def test_many_messages_about_one_order_are_one_fetch(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    for identity in ("a", "b", "c"):
        await shop.tell(f"/orders/{order}", user=SOUTH, identity=identity)
    await shop.follow_up()
    assert shop.marketplace.calls_of("GET", f"/orders/{order}") == 1
    assert await shop.column("SELECT outcome FROM inbox ORDER BY id") == ["kept", "kept", "kept"]
    assert await shop.column("SELECT count(*) FROM work") == [0]


async def test_a_cancellation_gives_back_exactly_once(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM, quantity=3)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="sold")
    await shop.settle()
    shop.marketplace.cancel(order)
    for identity in ("cancelled", "again"):
        await shop.tell(f"/orders/{order}", user=SOUTH, identity=identity)
        await shop.settle()
        shop.marketplace.touch(order)
    assert await shop.on_hand() == 10
    assert shop.marketplace.items[NORTH_ITEM].quantity == 10
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 10


async def test_a_sale_that_is_first_seen_cancelled_leaves_stock_as_it_was(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.cancel(order)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert await shop.column("SELECT reason FROM movements WHERE order_id <> 0 ORDER BY id") == [
        "sale",
        "cancellation",
    ]
    assert await shop.on_hand() == 10


@pytest.mark.parametrize(("restock", "on_hand"), [(True, 10), (False, 9)])
async def test_a_returned_reservation_gives_back_what_the_marketplace_restocked(
    shop: Shop, restock: bool, on_hand: int
) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM, reservation=True)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="sold")
    await shop.settle()
    shop.marketplace.cancel(order, restock=restock)
    shop.marketplace.orders[order].sale_feedback = {
        "id": 1, "date_created": shop.marketplace.orders[order].changed, "fulfilled": False,
        "rating": "neutral", "restock_item": restock,
    }  # fmt: skip
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="returned")
    await shop.settle()
    assert await shop.on_hand() == on_hand
    assert shop.marketplace.items[NORTH_ITEM].quantity == on_hand
    assert shop.marketplace.items[SOUTH_ITEM].quantity == on_hand


async def test_an_unpaid_order_of_the_mandatory_flow_waits_unseen_and_takes_nothing(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM, hidden=True)
    await shop.tell(f"/orders/{order}", user=SOUTH, topic="created_orders")
    await shop.settle()
    assert await shop.column("SELECT state FROM work") == ["hidden"]
    assert await shop.column("SELECT outcome FROM inbox") == ["hidden"]
    assert await shop.on_hand() == 10

    shop.marketplace.pay(order)
    await shop.tell(f"/orders/{order}", user=SOUTH, topic="orders")
    await shop.settle()
    assert await shop.on_hand() == 9
    assert await shop.column("SELECT count(*) FROM work") == [0]


async def test_both_stores_selling_at_once_are_both_counted(shop: Shop) -> None:
    south = shop.marketplace.sell(SOUTH_ITEM)
    north = shop.marketplace.sell(NORTH_ITEM, quantity=2)
    await shop.tell(f"/orders/{south}", user=SOUTH)
    await shop.tell(f"/orders/{north}", user=NORTH)
    await shop.settle()
    assert await shop.on_hand() == 7
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 7
    assert shop.marketplace.items[NORTH_ITEM].quantity == 7


async def test_a_burst_of_sales_is_written_once_per_listing(shop: Shop) -> None:
    for _ in range(4):
        order = shop.marketplace.sell(SOUTH_ITEM)
        await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    await shop.settle()
    assert shop.marketplace.calls_of("PUT", f"/items/{NORTH_ITEM}") == 1
    assert shop.marketplace.items[NORTH_ITEM].quantity == 6


async def test_older_news_does_not_replace_newer(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    before = shop.marketplace.orders[order].changed
    shop.marketplace.cancel(order)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="a")
    await shop.settle()
    shop.marketplace.orders[order].status, shop.marketplace.orders[order].changed = "paid", before
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="b")
    await shop.settle()
    assert await shop.column("SELECT status FROM orders") == ["cancelled"]
    assert await shop.column("SELECT outcome FROM inbox ORDER BY id") == ["kept", "older"]


async def test_fields_nobody_knows_are_kept_with_the_answer(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    (body,) = await shop.column("SELECT body FROM orders")
    assert b'"a_field_nobody_knows": {"kept": true}' in bytes(body)  # type: ignore[call-overload]


async def test_the_timeline_tells_the_story_of_a_sale(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM, hidden=True)
    shop.marketplace.pay(order)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert await shop.column("SELECT kind FROM order_timeline ORDER BY id") == [
        "created", "payment_added", "status_changed", "stock_moved", "notification", "stock_pushed",
    ]  # fmt: skip


async def test_latency_runs_from_the_sale_to_the_last_listing_written(shop: Shop, clock: HandClock) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    clock.advance(timedelta(seconds=3))
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    assert await shop.column("SELECT written_at FROM sale_pushes") == [None]
    await shop.settle()
    (micros,) = await shop.column("SELECT written_at - sold_at FROM sale_pushes")
    assert micros == 3_005_000


async def test_units_buffer_and_follow_make_the_target(shop: Shop) -> None:
    north = await shop.listing(shop.north, NORTH_ITEM)
    await products.change_rule(shop.desk, north.id, units_per_sale=3, buffer=1, follow=True, by=shop.person)
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 2
    order = shop.marketplace.sell(NORTH_ITEM)
    await shop.tell(f"/orders/{order}", user=NORTH)
    await shop.settle()
    assert await shop.on_hand() == 7
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 7
    assert shop.marketplace.items[NORTH_ITEM].quantity == 1
