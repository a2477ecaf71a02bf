from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, SELLER_ID, a_seller, a_variation, an_item, ars, brl
from zoco.domain.categories import category
from zoco.domain.events import ItemNews
from zoco.domain.items import Item, ItemStatus
from zoco.domain.listings import ItemChange, NewItem, NewVariation, VariationChange, change, publish
from zoco.domain.refusals import Reason, Refused

LATER = NOW + timedelta(hours=1)


def _publish(**changes: Any) -> Item:
    new: dict[str, Any] = {
        "site_id": "MLA",
        "category_id": "MLA3530",
        "title": " Afinador De Guitarra ",
        "price": ars(1_000),
        "available_quantity": 3,
        "buying_mode": "buy_it_now",
        "listing_type_id": "gold_special",
        "condition": "used",
    }
    any_official_store = changes.pop("any_official_store", False)
    seller = changes.pop("seller", a_seller())
    item = NewItem(**(new | changes))
    return publish(
        item,
        item_id="MLA600034093",
        seller=seller,
        category=category(item.category_id),
        variation_ids=range(71, 71 + len(item.variations)),
        any_official_store=any_official_store,
        now=NOW,
    )


def _change(item: Item, *, variation_ids: tuple[int, ...] = (), **changes: Any) -> Item:
    edited, events = change(
        item, ItemChange(**changes), category(item.category_id), LATER, variation_ids=variation_ids
    )
    assert events == (ItemNews(item_id=item.id, seller_id=SELLER_ID),)
    assert (edited.version, edited.last_updated) == (item.version + 1, LATER)
    return edited


def test_a_new_listing_is_on_sale_for_sixty_days() -> None:
    item = _publish()
    assert (item.status, item.title, item.seller_id) == (ItemStatus.ACTIVE, "Afinador De Guitarra", SELLER_ID)
    assert (item.available_quantity, item.initial_quantity, item.sold_quantity) == (3, 3, 0)
    assert (item.start_time, item.stop_time) == (NOW, NOW + timedelta(days=60))


def test_a_listing_with_variations_offers_their_sum_at_one_price() -> None:
    item = _publish(
        available_quantity=0,
        variations=(NewVariation(available_quantity=2), NewVariation(available_quantity=3, price=ars(1_000))),
    )
    assert [(one.id, one.available_quantity, one.price) for one in item.variations] == [
        (71, 2, ars(1_000)),
        (72, 3, ars(1_000)),
    ]
    assert (item.available_quantity, item.initial_quantity) == (5, 5)


def test_a_car_is_listed_once_with_its_reservation_price() -> None:
    car = _publish(
        site_id="MLB",
        category_id="MLB1744",
        price=brl(25_000),
        reservation_price=brl(499),
        available_quantity=1,
        buying_mode="classified",
        attribute_ids={"BRAND", "MODEL", "VEHICLE_YEAR", "DOORS"},
    )
    assert (car.available_quantity, car.reservation_price) == (1, brl(499))


def test_an_official_store_is_granted_or_the_world_is_a_sandbox() -> None:
    assert _publish(official_store_id=5, seller=a_seller(official_store_ids=(5,))).official_store_id == 5
    assert _publish(official_store_id=5, any_official_store=True).official_store_id == 5


def test_what_is_not_sent_stays_as_it_is() -> None:
    item = an_item(warranty="6 meses", seller_custom_field="AF-1", details='{"a": 1}')
    edited = _change(item, price=ars(900))
    assert (edited.price, edited.title, edited.available_quantity) == (ars(900), item.title, 3)
    assert (edited.warranty, edited.seller_custom_field, edited.details) == ("6 meses", "AF-1", '{"a": 1}')
    assert _change(item, warranty="").warranty is None


def test_setting_the_stock_to_zero_pauses_and_setting_it_again_brings_it_back() -> None:
    empty = _change(an_item(), available_quantity=0)
    assert (empty.status, empty.sub_status) == (ItemStatus.PAUSED, ("out_of_stock",))
    again = _change(empty, available_quantity=2)
    assert (again.status, again.sub_status, again.available_quantity) == (ItemStatus.ACTIVE, (), 2)


def test_what_the_seller_has_paused_only_he_brings_back() -> None:
    paused = _change(an_item(), status="paused")
    assert (paused.status, paused.sub_status) == (ItemStatus.PAUSED, ("paused_by_seller",))
    assert _change(paused, available_quantity=9).status is ItemStatus.PAUSED
    assert _change(paused, status="active").status is ItemStatus.ACTIVE


def test_pausing_a_sold_out_listing_keeps_it_off_the_air_when_restocked() -> None:
    sold_out = an_item(available_quantity=0, status=ItemStatus.PAUSED, sub_status=("out_of_stock",))
    paused = _change(sold_out, status="paused")
    assert _change(paused, available_quantity=1).status is ItemStatus.PAUSED
    assert _change(sold_out, status="active", available_quantity=1).status is ItemStatus.ACTIVE


def test_the_initial_quantity_follows_raises_by_hand_only() -> None:
    item = an_item(available_quantity=1, initial_quantity=3, sold_quantity=2)
    assert _change(item, available_quantity=5).initial_quantity == 7
    assert _change(item, available_quantity=0).initial_quantity == 3


def test_a_listing_under_review_can_be_closed_by_its_seller() -> None:
    assert _change(an_item(status=ItemStatus.UNDER_REVIEW), status="closed").status is ItemStatus.CLOSED


def test_a_closed_listing_can_only_be_deleted() -> None:
    assert _change(an_item(status=ItemStatus.CLOSED), deleted=True).sub_status == ("deleted",)


def test_with_sales_the_title_is_frozen_but_may_be_sent_back_unchanged() -> None:
    item = an_item(sold_quantity=1)
    assert _change(item, title=item.title, price=ars(900)).price == ars(900)


def test_variations_that_are_not_listed_are_deleted_and_new_ones_added() -> None:
    item = an_item(
        variations=(a_variation(id=1, available_quantity=2), a_variation(id=2, available_quantity=1))
    )
    edited = _change(
        item,
        variation_ids=(3,),
        variations=(VariationChange(id=2, available_quantity=4), VariationChange(available_quantity=6)),
    )
    assert [(one.id, one.available_quantity) for one in edited.variations] == [(2, 4), (3, 6)]
    assert edited.available_quantity == 10


def test_deleting_all_variations_leaves_what_is_sent_or_nothing() -> None:
    item = an_item(variations=(a_variation(available_quantity=3),))
    assert _change(item, variations=()).available_quantity == 0
    assert _change(item, variations=(), available_quantity=2).available_quantity == 2


def test_a_new_price_is_the_price_of_every_variation() -> None:
    item = an_item(variations=(a_variation(id=1), a_variation(id=2)))
    assert {one.price for one in _change(item, price=ars(800)).variations} == {ars(800)}


def test_the_combination_of_a_sold_variation_is_frozen_but_may_be_sent_back() -> None:
    red = '{"attribute_combinations": [{"id": "COLOR", "name": "Color", "value_name": "Rojo"}]}'
    blue = '{"attribute_combinations": [{"id": "COLOR", "value_name": "Azul"}]}'
    photo = '{"attribute_combinations": [{"id": "COLOR", "value_name": "Rojo"}], "picture_ids": ["7"]}'
    sold, unsold = a_variation(id=1, sold_quantity=1, details=red), a_variation(id=2, details=red)
    item = an_item(sold_quantity=1, variations=(sold, unsold))

    edited = _change(
        item, variations=(VariationChange(id=1, details=photo), VariationChange(id=2, details=blue))
    )

    assert [one.details for one in edited.variations] == [photo, blue]
    with pytest.raises(Refused) as refused:
        _change(item, variations=(VariationChange(id=1, details=blue), VariationChange(id=2)))
    assert (refused.value.reason, refused.value.field) == (Reason.FIELD_FROZEN, "variations")
