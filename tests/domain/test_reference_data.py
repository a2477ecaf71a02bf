"""Sites, categories and payment methods that every marketplace starts with (26.10, 26.14)."""

from __future__ import annotations

from random import Random

import pytest

from tests.builders import brl
from zoco.domain.categories import CATEGORIES, categories_of, category
from zoco.domain.ids import item_id, notification_id
from zoco.domain.money import DECIMAL_PLACES
from zoco.domain.payment_methods import METHODS, PAYMENT_TYPES, financed_total, method, methods_of
from zoco.domain.sites import SITES


def test_there_are_nineteen_sites_and_seven_have_mercado_pago() -> None:
    assert len(SITES) == 19
    with_mercado_pago = {one.id for one in SITES.values() if one.mercado_pago}
    assert with_mercado_pago == {"MLA", "MLB", "MLM", "MLC", "MCO", "MLU", "MPE"}


def test_every_currency_in_use_has_its_decimal_places() -> None:
    used = {one.default_currency for one in SITES.values()}
    used |= {currency for one in CATEGORIES.values() for currency in one.currencies}
    assert used <= set(DECIMAL_PLACES)


@pytest.mark.parametrize("site_id", SITES)
def test_every_site_has_cars_phones_and_others(site_id: str) -> None:
    cars, others, phones = (category(site_id + number) for number in ("1744", "3530", "1055"))
    assert [root.id for root in categories_of(site_id)] == [site_id + n for n in ("1743", "1953", "1051")]
    assert cars.path == (site_id + "1743", site_id + "1744")
    assert (cars.buying_modes, cars.reservation_allowed) == (("classified",), "mandatory")
    assert cars.required_attributes == ("BRAND", "MODEL", "VEHICLE_YEAR")
    assert (others.buying_modes, others.reservation_allowed) == (("buy_it_now",), "not_allowed")
    assert phones.immediate_payment == ("required" if SITES[site_id].mercado_pago else "optional")


def test_the_tree_holds_together() -> None:
    for one in CATEGORIES.values():
        assert one.path[-1] == one.id
        assert one.listing_allowed is one.leaf
        for child in one.children:
            assert CATEGORIES[child].parent_id == one.id


def test_cars_are_sold_in_dollars_too_in_argentina() -> None:
    assert category("MLA1744").currencies == ("USD", "ARS")
    assert category("MLB1744").currencies == ("BRL",)


def test_the_method_named_after_the_site_says_whether_mercado_pago_is_active() -> None:
    active = {site_id for site_id in SITES if any(one.id == site_id + "MP" for one in methods_of(site_id))}
    assert active == {"MLA", "MLB", "MLM", "MLC", "MCO", "MLU", "MPE"}


@pytest.mark.parametrize(
    ("site_id", "ticket"),
    [("MLB", "bolbradesco"), ("MLA", "pagofacil"), ("MLA", "rapipago"), ("MLM", "oxxo"), ("MCO", "efecty")],
)
def test_each_site_offers_its_own_tickets(site_id: str, ticket: str) -> None:
    assert ticket in {one.id for one in methods_of(site_id)}
    assert method(ticket).offline
    assert method(ticket).site_ids == {site_id}


def test_every_method_has_a_known_type() -> None:
    assert {one.payment_type for one in METHODS.values()} <= set(PAYMENT_TYPES)


@pytest.mark.parametrize(
    ("installments", "total"), [(1, (295, 0)), (3, (315, 62)), (6, (333, 32)), (9, (351, 2)), (12, (368, 72))]
)
def test_paying_295_in_instalments(installments: int, total: tuple[int, int]) -> None:
    assert financed_total(brl(295), method("visa"), installments) == brl(*total)


def test_item_ids_begin_with_their_site() -> None:
    assert item_id("MLB", 600034093) == "MLB600034093"


def test_notification_ids_are_24_hexadecimal_digits_and_a_function_of_the_seed() -> None:
    first = notification_id(Random(7))
    assert len(first) == 24
    assert int(first, 16) >= 0
    assert first == notification_id(Random(7)) != notification_id(Random(8))
