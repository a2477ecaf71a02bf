from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import a_buyer, a_seller, a_vehicle, an_item, ars, brl
from zoco.domain.categories import category
from zoco.domain.items import Item
from zoco.domain.money import Money
from zoco.domain.order_flow import is_mandatory, is_reservation, reservation_price
from zoco.domain.sites import site
from zoco.domain.users import User

PLAIN = an_item(site_id="MLC", category_id="MLC3530")
NO_MERCADO_PAGO = an_item(
    site_id="MLV", category_id="MLV1744", condition="new", official_store_id=1, tags=("immediate_payment",)
)


@pytest.mark.parametrize(
    ("mandatory", "item", "seller", "buyer"),
    [
        (False, PLAIN, a_seller(), a_buyer()),
        (True, replace(PLAIN, site_id="MLB", category_id="MLB3530"), a_seller(), a_buyer()),
        (True, an_item(condition="new"), a_seller(), a_buyer()),
        (False, an_item(condition="used"), a_seller(), a_buyer()),
        (True, an_item(site_id="MLM", category_id="MLM3530", condition="new"), a_seller(), a_buyer()),
        # The rule for new products is of Argentina and Mexico only.
        (False, replace(PLAIN, condition="new"), a_seller(), a_buyer()),
        (True, replace(PLAIN, official_store_id=1), a_seller(), a_buyer()),
        (True, replace(PLAIN, category_id="MLC1055"), a_seller(), a_buyer()),
        (True, PLAIN, a_seller(), a_buyer(immediate_payment_marked=True)),
        (True, PLAIN, a_seller(immediate_payment_marked=True), a_buyer()),
        (True, PLAIN, a_seller(immediate_payment_by_user=True), a_buyer()),
        (False, PLAIN, a_seller(), a_buyer(immediate_payment_by_user=True)),
        (True, replace(PLAIN, tags=("immediate_payment",)), a_seller(), a_buyer()),
        (True, replace(PLAIN, category_id="MLC1744"), a_seller(), a_buyer()),
        (False, NO_MERCADO_PAGO, a_seller(immediate_payment_marked=True), a_buyer()),
    ],
)
def test_when_an_order_must_be_paid_first(*, mandatory: bool, item: Item, seller: User, buyer: User) -> None:
    assert is_mandatory(site(item.site_id), category(item.category_id), item, seller, buyer) is mandatory


def test_vehicles_are_reserved_and_other_things_bought() -> None:
    assert is_reservation(category("MLB1744"), a_vehicle(reservation_price=None))
    assert not is_reservation(category("MLB3530"), a_vehicle())


def test_where_reservations_are_allowed_the_item_decides() -> None:
    boats = replace(category("MLB3530"), reservation_allowed="allowed")
    assert is_reservation(boats, a_vehicle(reservation_price=brl(499)))
    assert not is_reservation(boats, a_vehicle(reservation_price=None))


@pytest.mark.parametrize(
    ("item", "price"),
    [
        (a_vehicle(), brl(499)),
        (a_vehicle(reservation_price=None), brl(250)),
        (a_vehicle(reservation_price=None, price=brl(25_050, 50)), brl(250, 51)),
        (a_vehicle(reservation_price=None, price=brl(9_000)), brl(200)),
        (a_vehicle(reservation_price=None, price=brl(900_000)), brl(1_000)),
        (a_vehicle(reservation_price=None, site_id="MLA", price=ars(9_000_000)), ars(90_000)),
        (
            a_vehicle(reservation_price=None, site_id="MLC", price=Money(9_000_049, "CLP")),
            Money(90_000, "CLP"),
        ),
    ],
)
def test_what_a_reservation_costs(item: Item, price: Money) -> None:
    assert reservation_price(item) == price
