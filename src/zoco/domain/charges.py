"""What the marketplace charges a seller for an order: once, when it expires (A-40)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from zoco.domain.money import Money
from zoco.domain.sites import SITES

FREE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Charge:
    """`amount` was `rate` of what the order was worth on that date."""

    rate: Decimal
    amount: Money
    date_created: datetime


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Which part of an order each site charges: `FeeRates(Decimal("0.1")).of("MLB")` is a tenth."""

    otherwise: Decimal = FREE
    by_site: Mapping[str, Decimal] = field(default_factory=dict)

    def of(self, site_id: str) -> Decimal:
        return self.by_site.get(site_id, self.otherwise)


NO_FEES = FeeRates()


def read_rates(text: str) -> FeeRates:
    """Percentages for people: `11.5` for every site, or `MLB=11,MLA=13.5` and nothing elsewhere.

    Raises ValueError with what is wrong.
    """
    if "=" not in text:
        return FeeRates(_rate(text))
    by_site = {}
    for part in text.split(","):
        site_id, _, percent = part.partition("=")
        if site_id.strip() not in SITES:
            raise ValueError(f"{site_id.strip()!r} is no site")
        by_site[site_id.strip()] = _rate(percent)
    return FeeRates(FREE, by_site)


def _rate(percent: str) -> Decimal:
    try:
        rate = Decimal(percent.strip()) / 100
    except InvalidOperation:
        raise ValueError(f"{percent.strip()!r} is no percentage") from None
    if not rate.is_finite() or not 0 <= rate <= 1:
        raise ValueError(f"{percent.strip()} is not between 0 and 100")
    return rate


def shares(amount: Money, weights: list[Money]) -> list[Money]:
    """`amount` split as `weights` are, to the last cent: 10.00 by 1:1:1 is 3.33, 3.34, 3.33."""
    total = sum(weight.minor for weight in weights)
    parts, taken, weighed = [], 0, 0
    for weight in weights:
        weighed += weight.minor
        # Where each part ends is rounded, not how large it is: so the parts add up.
        end = (2 * amount.minor * weighed + total) // (2 * total)
        parts.append(Money(end - taken, amount.currency))
        taken = end
    return parts
