from __future__ import annotations

from decimal import Decimal

import pytest

from zoco.domain.money import Money
from zoco.domain.refusals import Reason, Refused


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (Decimal(499), "BRL", 49_900),
        (Decimal("315.62"), "BRL", 31_562),
        (Decimal("1E+3"), "ARS", 100_000),
        (Decimal("7500.0"), "CLP", 7_500),
        (12, "COP", 12),
        (Decimal("-0.01"), "MXN", -1),
    ],
)
def test_an_amount_is_kept_in_minor_units(amount: Decimal | int, currency: str, minor: int) -> None:
    assert Money.of(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("money", "amount"),
    [(Money(31_562, "BRL"), "315.62"), (Money(49_900, "BRL"), "499.00"), (Money(7_500, "CLP"), "7500")],
)
def test_it_is_shown_in_major_units(money: Money, amount: str) -> None:
    assert str(money.amount) == amount


@pytest.mark.parametrize(
    ("computed", "currency", "minor"),
    [("315.6205", "BRL", 31_562), ("0.005", "BRL", 1), ("0.004", "BRL", 0), ("10.5", "CLP", 11)],
)
def test_a_computed_amount_is_rounded_half_up(computed: str, currency: str, minor: int) -> None:
    assert Money.rounded(Decimal(computed), currency) == Money(minor, currency)


def test_amounts_add_up_and_compare() -> None:
    assert Money(29_600, "BRL") + Money(29_500, "BRL") == Money(59_100, "BRL")
    assert Money(100, "BRL") - Money(30, "BRL") == Money(70, "BRL")
    assert Money(100, "BRL") * 3 == Money(300, "BRL")
    assert Money(99, "BRL") < Money(100, "BRL") <= Money(100, "BRL")
    assert not Money(0, "BRL")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="ARS and BRL do not mix"):
        Money(1, "ARS") + Money(1, "BRL")


def test_the_dearest_order_still_fits_the_database() -> None:
    dearest = Money.of(Decimal("99999999999.99"), "BRL")

    assert Money.rounded((dearest * 99_999).amount * Decimal("1.2499"), "BRL").minor < 2**63
    with pytest.raises(Refused) as refused:
        Money.of(Decimal("1E+11"), "BRL", field="price")
    assert (refused.value.reason, refused.value.field) == (Reason.INVALID_FIELD, "price")
