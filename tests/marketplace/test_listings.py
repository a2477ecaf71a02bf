"""Listings through their verbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ars, brl
from tests.marketplace.market import Market, Notice
from zoco.domain.items import Item, ItemStatus
from zoco.domain.listings import ItemChange, NewItem, NewVariation, VariationChange
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import listings
from zoco.marketplace.caller import Caller
from zoco.storage.item_search import ItemQuery

CAR = NewItem(
    site_id="MLB",
    category_id="MLB1744",
    title="Nissan March 1.6",
    price=brl(25_000),
    available_quantity=1,
    buying_mode="classified",
    listing_type_id="gold",
    condition="used",
    attribute_ids=frozenset({"BRAND", "MODEL", "VEHICLE_YEAR"}),
)
SHIRT = NewItem(
    site_id="MLA",
    category_id="MLA3530",
    title="Remera",
    price=ars(5_000),
    available_quantity=5,
    buying_mode="buy_it_now",
    listing_type_id="gold_special",
    condition="new",
    variations=(NewVariation(available_quantity=2), NewVariation(available_quantity=3)),
)


async def publish(market: Market, new: NewItem, *, any_official_store: bool = False) -> Item:
    return await market.database.write(
        lambda tx: listings.publish(tx, market.seller, new, market.now, any_official_store=any_official_store)
    )


async def change(
    market: Market, item: Item, wanted: ItemChange, *, by: Caller | None = None, if_match: int | None = None
) -> Item:
    return await market.database.write(
        lambda tx: listings.change(
            tx, by or market.seller, item.id, wanted, if_match=if_match, now=market.now
        )
    )


async def test_a_published_car_is_on_sale_for_sixty_days(market: Market) -> None:
    await market.subscribe("items")

    car = await publish(market, CAR)

    assert (car.seller_id, car.status) == (market.seller.user_id, ItemStatus.ACTIVE)
    assert car.id == "MLB600034093"
    assert car.stop_time == market.now + timedelta(days=60)
    assert await market.item(car) == car
    assert await market.notices() == [Notice(market.seller.user_id, "items", f"/items/{car.id}")]


async def test_variations_get_ids_and_keep_them(market: Market) -> None:
    shirt = await publish(market, SHIRT)
    first, second = shirt.variations
    assert (first.id, second.id, shirt.available_quantity) == (10000000001, 10000000002, 5)

    changed = await change(
        market,
        shirt,
        ItemChange(
            variations=(
                VariationChange(id=first.id, available_quantity=4),
                VariationChange(available_quantity=1),
            )
        ),
    )

    assert [one.id for one in changed.variations] == [first.id, 10000000003]
    assert (await market.item(shirt)) == changed
    assert changed.available_quantity == 5


async def test_an_official_store_must_be_granted_except_in_a_sandbox(market: Market) -> None:
    official = replace(CAR, official_store_id=7)

    with pytest.raises(Refused) as refused:
        await publish(market, official)
    assert refused.value.reason is Reason.OFFICIAL_STORE_NOT_GRANTED
    assert (await publish(market, official, any_official_store=True)).official_store_id == 7


async def test_stock_written_from_outside_pauses_and_reactivates(market: Market) -> None:
    item = await market.list_item(available_quantity=3)

    empty = await change(market, item, ItemChange(available_quantity=0))
    full = await change(market, item, ItemChange(available_quantity=2), if_match=empty.version)

    assert (empty.status, empty.sub_status) == (ItemStatus.PAUSED, ("out_of_stock",))
    assert (full.status, full.sub_status, full.version) == (ItemStatus.ACTIVE, (), 3)


async def test_refusals_of_a_change(market: Market) -> None:
    item = await market.list_item()
    nothing = replace(item, id="MLA1")

    for known, by, if_match, reason in (
        (nothing, market.seller, None, Reason.ITEM_NOT_FOUND),
        (item, market.buyer, None, Reason.NOT_YOURS),
        (item, market.seller, 9, Reason.STALE_VERSION),
    ):
        with pytest.raises(Refused) as refused:
            await change(market, known, ItemChange(available_quantity=1), by=by, if_match=if_match)
        assert refused.value.reason is reason
    assert await market.item(item) == item


async def test_looking_up_listings(market: Market) -> None:
    item = await market.list_item()
    query = ItemQuery(seller_id=market.seller.user_id)

    assert await market.database.read(lambda tx: listings.item(tx, item.id)) == item
    found = await market.database.read(lambda tx: listings.items_by_id(tx, [item.id, "MLA1"]))
    assert found == {item.id: item}
    own = await market.database.read(lambda tx: listings.own_items(tx, market.seller, query))
    assert (own.total, own.ids) == (1, [item.id])
    with pytest.raises(Refused) as refused:
        await market.database.read(lambda tx: listings.own_items(tx, market.buyer, query))
    assert refused.value.reason is Reason.NOT_YOURS
    with pytest.raises(Refused) as refused:
        await market.database.read(lambda tx: listings.item(tx, "MLA1"))
    assert refused.value.reason is Reason.ITEM_NOT_FOUND
