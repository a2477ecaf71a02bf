"""Amounts as JSON prints them."""

from __future__ import annotations

import pytest

from zoco.api.presenters.amounts import number
from zoco.domain.money import Money
from zoco.resources.codec import encode


@pytest.mark.parametrize(
    ("money", "printed"),
    [
        (Money(49900, "BRL"), b"499"),
        (Money(31562, "BRL"), b"315.62"),
        (Money(31560, "BRL"), b"315.6"),
        (Money(5, "ARS"), b"0.05"),
        (Money(0, "BRL"), b"0"),
        (Money(49900, "CLP"), b"49900"),
        (Money(100_000_000_000, "BRL"), b"1000000000"),
    ],
)
def test_an_amount_is_a_number_without_idle_zeros(money: Money, printed: bytes) -> None:
    assert encode(number(money)) == printed
