"""Amounts of money as JSON prints them."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from zoco.domain.money import Money
from zoco.resources.scalars import plain_number


def number(money: Money) -> Decimal:
    """`Money(31560, "BRL")` is 315.6."""
    return _number(money.minor, money.currency)


# An answer repeats its few amounts: total, paid, price, and each of a payment's.
@lru_cache(maxsize=4096)
def _number(minor: int, currency: str) -> Decimal:
    return plain_number(Money(minor, currency).amount)
