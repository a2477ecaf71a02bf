from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    a_buyer,
    a_seller,
    a_variation,
    a_vehicle,
    an_item,
    ars,
    brl,
)
from zoco.domain.categories import category
from zoco.domain.order_placing import place
from zoco.domain.orders import Change, OrderStatus


def _place(**changes: Any) -> Change:
    item = changes.pop("item", an_item())
    act: dict[str, Any] = {
        "order_id": 2000000000001001,
        "buyer": a_buyer(),
        "seller": a_seller(),
        "item": item,
        "category": category(item.category_id),
        "quantity": 1,
        "variation_id": None,
        "application_id": 77,
        "buyer_is_blocked": False,
        "now": NOW,
    }
    return place(**(act | changes))


def test_an_order_remembers_what_was_bought_as_it_was() -> None:
    item = an_item(warranty="6 meses", seller_custom_field="AF-1")
    order = _place(item=item, quantity=2).order
    assert (order.line.title, order.line.warranty, order.line.seller_custom_field) == (
        "Afinador De Guitarra",
        "6 meses",
        "AF-1",
    )
    assert (order.line.quantity, order.line.unit_price, order.total) == (2, ars(1_000), ars(2_000))
    assert (order.buyer_id, order.seller_id, order.application_id) == (BUYER_ID, SELLER_ID, 77)


def test_an_order_may_be_rated_for_21_days() -> None:
    assert _place().order.expiration_date == NOW + timedelta(days=21)


def test_a_vehicle_is_reserved_for_a_part_of_its_price() -> None:
    order = _place(item=a_vehicle()).order
    assert (order.reservation, order.mandatory_flow, order.hidden) == (True, True, True)
    assert (order.line.unit_price, order.line.full_unit_price, order.total) == (
        brl(499),
        brl(25_000),
        brl(499),
    )


def test_outside_the_mandatory_flow_an_order_is_confirmed_and_takes_its_stock() -> None:
    change = _place(quantity=3)
    assert (change.order.status, change.order.date_closed, change.order.stock_taken) == (
        OrderStatus.CONFIRMED,
        NOW,
        True,
    )
    assert change.item is not None
    assert (change.item.available_quantity, change.item.sold_quantity) == (0, 3)


def test_within_it_the_stock_is_left_until_it_is_paid() -> None:
    change = _place(item=an_item(condition="new"))
    assert (change.order.status, change.order.date_closed, change.order.stock_taken) == (
        OrderStatus.PAYMENT_REQUIRED,
        None,
        False,
    )
    assert change.item is None


def test_a_variation_is_named_by_what_tells_it_from_its_siblings() -> None:
    item = an_item(variations=(a_variation(), a_variation(id=2, price=ars(900))))
    change = _place(item=item, variation_id=10000000001)
    assert change.order.line.variation_id == 10000000001
    assert json.loads(change.order.line.variation_attributes) == [
        {"id": "COLOR", "name": "Color", "value_id": None, "value_name": "Rojo"}
    ]
    assert change.item is not None
    assert [one.available_quantity for one in change.item.variations] == [1, 2]


def test_test_users_deal_with_test_users() -> None:
    order = _place(buyer=a_buyer(tags=("test_user",)), seller=a_seller(tags=("test_user",))).order
    assert order.status is OrderStatus.CONFIRMED
