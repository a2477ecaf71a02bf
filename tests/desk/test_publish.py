"""Writing listings: against what was last seen, once per need, and never over a sale not heard of."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.desk.conftest import NORTH, NORTH_ITEM, SOUTH, SOUTH_ITEM, Shop, verify_all
from tests.hand_clock import HandClock
from zoco.desk import drift, products
from zoco.desk.first_reading import read_on
from zoco.desk.publish import push_again, push_store
from zoco.desk.records import drifts, listings


async def test_a_sale_nobody_told_of_is_found_before_the_listing_is_written(shop: Shop) -> None:
    """The unit that North has just sold must not be put back on sale there."""
    south = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.sell(NORTH_ITEM, quantity=2)
    await shop.tell(f"/orders/{south}", user=SOUTH)
    await shop.settle()
    assert await shop.on_hand() == 7
    assert shop.marketplace.items[NORTH_ITEM].quantity == 7
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 7


async def test_a_sale_between_our_reading_and_our_writing_is_not_resurrected(shop: Shop) -> None:
    south = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.just_before(
        "PUT", f"/items/{NORTH_ITEM}", lambda: shop.marketplace.sell(NORTH_ITEM) and None
    )
    await shop.tell(f"/orders/{south}", user=SOUTH)
    await shop.settle()
    assert await shop.on_hand() == 8
    assert shop.marketplace.items[NORTH_ITEM].quantity == 8


async def test_a_sale_that_only_the_item_shows_is_looked_up(shop: Shop) -> None:
    """The items message overtakes the orders message, and brings an ETag that would let a write in."""
    shop.marketplace.sell(NORTH_ITEM)
    await shop.tell(f"/items/{NORTH_ITEM}", user=NORTH, topic="items")
    await shop.follow_up()
    south = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{south}", user=SOUTH)
    await shop.settle()
    assert await shop.on_hand() == 8
    assert shop.marketplace.items[NORTH_ITEM].quantity == 8


async def test_without_etags_the_write_is_verified_and_corrected(shop: Shop, clock: HandClock) -> None:
    shop.marketplace.etags = False
    await shop.tell(f"/items/{NORTH_ITEM}", user=NORTH, topic="items")
    await shop.follow_up()
    south = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.just_before(
        "PUT", f"/items/{NORTH_ITEM}", lambda: shop.marketplace.sell(NORTH_ITEM) and None
    )
    await shop.tell(f"/orders/{south}", user=SOUTH)
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 9
    clock.advance(timedelta(seconds=61))
    await verify_all(shop.desk)
    await shop.settle()
    clock.advance(timedelta(seconds=61))
    await verify_all(shop.desk)
    await shop.settle()
    assert await shop.on_hand() == 8
    assert shop.marketplace.items[NORTH_ITEM].quantity == 8
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 8


async def test_what_a_store_has_told_of_its_sales_is_settled_before_it_is_written(shop: Shop) -> None:
    """Nothing but this guards the write where the marketplace knows no ETags."""
    shop.marketplace.etags = False
    await shop.tell(f"/items/{NORTH_ITEM}", user=NORTH, topic="items")
    south = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{south}", user=SOUTH)
    await shop.follow_up()
    north = shop.marketplace.sell(NORTH_ITEM)
    await shop.tell(f"/orders/{north}", user=NORTH)
    await push_store(shop.desk, shop.north)
    assert shop.marketplace.bodies == [(f"/items/{NORTH_ITEM}", {"available_quantity": 8})]


async def test_a_write_whose_outcome_nobody_knows_is_followed_by_another(
    shop: Shop, clock: HandClock
) -> None:
    """It was carried out, its answer was lost, and meanwhile the sale behind it has been cancelled."""
    order = shop.marketplace.sell(SOUTH_ITEM)
    write = "PUT", f"/items/{NORTH_ITEM}"
    shop.marketplace.just_before(*write, lambda: shop.marketplace.set_quantity(NORTH_ITEM, 9))
    shop.marketplace.fail_next(*write, 503)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="sold")
    await shop.settle()
    shop.marketplace.cancel(order)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="cancelled")
    clock.advance(timedelta(seconds=7))
    await shop.settle()
    assert await shop.on_hand() == 10
    assert shop.marketplace.items[NORTH_ITEM].quantity == 10


async def test_trouble_with_a_write_is_waited_out(shop: Shop, clock: HandClock) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.fail_next("PUT", f"/items/{NORTH_ITEM}", 503)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 10
    clock.advance(timedelta(seconds=6))
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 9


async def test_a_refusal_is_shown_and_a_person_can_try_again(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    refusal = b'{"message": "item is under review", "error": "bad_request", "status": 400, "cause": []}'
    shop.marketplace.fail_next("PUT", f"/items/{NORTH_ITEM}", 400, body=refusal)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert await shop.column("SELECT refusal_answer FROM listings WHERE push_state = 'refused'") == [
        refusal.decode()
    ]
    listing = await shop.listing(shop.north, NORTH_ITEM)
    assert await push_again(shop.desk, listing.id, by=shop.person)
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 9
    assert (await shop.listing(shop.north, NORTH_ITEM)).push_state == "idle"


async def test_a_variation_is_written_among_its_sisters(shop: Shop) -> None:
    shop.marketplace.list_item("MLB3", seller=NORTH, quantity=0, variations={71: 4, 72: 5})
    await shop.tell("/items/MLB3", user=NORTH, topic="items")
    await shop.follow_up()
    found = await shop.desk.database.read(lambda tx: listings.of_item(tx, shop.north, "MLB3"))
    await products.link(shop.desk, found[0].id, shop.product, by=shop.person)
    await shop.settle()
    assert shop.marketplace.items["MLB3"].variations == {71: 10, 72: 5}
    assert shop.marketplace.bodies[-1] == (
        "/items/MLB3", {"variations": [{"id": 71, "available_quantity": 10}, {"id": 72}]},
    )  # fmt: skip
    order = shop.marketplace.sell("MLB3", variation=71)
    await shop.tell(f"/orders/{order}", user=NORTH)
    await shop.settle()
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 9
    assert shop.marketplace.items["MLB3"].variations == {71: 9, 72: 5}


async def test_two_workers_write_a_listing_once(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    written = await asyncio.gather(push_store(shop.desk, shop.north), push_store(shop.desk, shop.north))
    assert sorted(written) == [0, 1]
    assert shop.marketplace.calls_of("PUT", f"/items/{NORTH_ITEM}") == 1


async def test_an_unlinked_listing_goes_its_own_way(shop: Shop) -> None:
    listing = await shop.listing(shop.north, NORTH_ITEM)
    await products.unlink(shop.desk, listing.id, by=shop.person)
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 10


async def test_sales_from_before_the_count_take_nothing_and_later_ones_do(shop: Shop) -> None:
    shop.marketplace.list_item("MLB4", seller=SOUTH, quantity=6)
    shop.marketplace.sell("MLB4")
    late = shop.marketplace.sell("MLB4", quantity=2)
    shop.marketplace.orders[late].hidden = True
    await shop.tell("/items/MLB4", user=SOUTH, topic="items")
    await shop.follow_up()
    product = await products.create(shop.desk, sku="NEW", name="New", on_hand=3, by=shop.person)
    listing = await shop.listing(shop.south, "MLB4")
    await products.link_to_sku(shop.desk, listing.id, "NEW", by=shop.person)
    shop.marketplace.sell("MLB4")
    await read_on(shop.desk)
    for order in list(shop.marketplace.orders):
        shop.marketplace.orders[order].hidden = False
        await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert await shop.column(f"SELECT sum(quantity) FROM movements WHERE product_id = {product}") == [2]


async def test_a_persons_count_is_written_everywhere_with_its_author(shop: Shop) -> None:
    assert await products.correct(
        shop.desk, shop.product, reason="count", quantity=4, note="shelf counted", by=shop.person
    ) == 4  # fmt: skip
    assert await products.correct(
        shop.desk, shop.product, reason="receipt", quantity=2, note="delivery", by=shop.person
    ) == 6  # fmt: skip
    await shop.settle()
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 6
    assert shop.marketplace.items[NORTH_ITEM].quantity == 6
    assert await shop.column("SELECT note FROM movements WHERE person_id IS NOT NULL ORDER BY id") == [
        None, "shelf counted", "delivery",
    ]  # fmt: skip


async def test_what_no_sale_explains_is_drift_and_ours_or_theirs_settles_it(
    shop: Shop, clock: HandClock
) -> None:
    shop.marketplace.set_quantity(NORTH_ITEM, 25)
    await shop.tell(f"/items/{NORTH_ITEM}", user=NORTH, topic="items", identity="a")
    await shop.settle()
    assert await shop.column("SELECT count(*) FROM drifts") == [0]
    clock.advance(timedelta(seconds=61))
    await verify_all(shop.desk)
    listing = await shop.listing(shop.north, NORTH_ITEM)
    (found,) = await shop.desk.database.read(lambda tx: drifts.of_listing(tx, listing.id))
    assert (found.believed, found.actual, found.resolution) == (10, 25, None)
    assert shop.marketplace.items[NORTH_ITEM].quantity == 25

    assert await drift.accept_shown(shop.desk, listing.id, by=shop.person)
    await shop.settle()
    assert await shop.on_hand() == 25
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 25

    shop.marketplace.set_quantity(NORTH_ITEM, 3)
    await shop.tell(f"/items/{NORTH_ITEM}", user=NORTH, topic="items", identity="b")
    await shop.settle()
    clock.advance(timedelta(seconds=61))
    await verify_all(shop.desk)
    assert await push_again(shop.desk, listing.id, by=shop.person)
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 25
    assert await shop.column("SELECT resolution FROM drifts ORDER BY id") == ["theirs", "ours"]


async def test_oversold_names_the_newest_sales_that_make_up_the_lack(shop: Shop) -> None:
    await products.correct(shop.desk, shop.product, reason="count", quantity=2, note="", by=shop.person)
    orders = [shop.marketplace.sell(SOUTH_ITEM) for _ in range(3)] + [
        shop.marketplace.sell(NORTH_ITEM, quantity=2)
    ]
    for order in orders:
        await shop.tell(f"/orders/{order}", user=shop.marketplace.orders[order].seller)
    await shop.settle()
    (found,) = await shop.desk.database.read(products.oversold)
    assert found.on_hand == -3
    assert [(sale.order_id, sale.units) for sale in found.sales] == [(orders[3], 2), (orders[2], 1)]
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 0


@pytest.mark.parametrize("account", [SOUTH, NORTH])
async def test_nothing_is_written_to_a_store_without_authorization(shop: Shop, account: int) -> None:
    item = NORTH_ITEM if account == NORTH else SOUTH_ITEM
    other = SOUTH_ITEM if account == NORTH else NORTH_ITEM
    await shop.desk.database.write(
        lambda tx: tx.run(
            "UPDATE stores SET state = 'reconnect_needed', access_token = NULL WHERE account_id = :id",
            {"id": account},
        )
    )
    order = shop.marketplace.sell(other)
    await shop.tell(f"/orders/{order}", user=shop.marketplace.orders[order].seller)
    await shop.settle()
    assert shop.marketplace.calls_of("PUT", f"/items/{item}") == 0
    assert await shop.column("SELECT push_state FROM listings WHERE push_state = 'pending'") == ["pending"]
