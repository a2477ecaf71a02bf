"""Amounts of money: a whole number of minor units, and the currency beside it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from zoco.domain.refusals import Reason, Refused

# Decimal places (contract 19); where /sites and the currency list disagree, /sites wins (C-20).
DECIMAL_PLACES = {
    "ARS": 2, "BRL": 2, "CLF": 2, "CLP": 0, "COP": 0, "CRC": 2, "DOP": 2, "EUR": 2, "MXN": 2, "PAB": 2,
    "PEN": 2, "USD": 2, "UYU": 2, "VES": 2, "VEF": 2, "GTQ": 2, "BOB": 2, "HNL": 0, "NIO": 0, "PYG": 0,
    "CUP": 2, "CUC": 2,
}  # fmt: skip

# Below 100 billion: with 99,999 units and the dearest instalments still an integer of 64 bits.
_DIGITS_MAX = 11


@dataclass(frozen=True, slots=True)
class Money:
    """`Money(49900, "BRL")` is R$ 499. Amounts of different currencies do not mix."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int, currency: str, *, field: str = "amount") -> Money:
        """From a decimal amount in major units; refused when finer than the currency allows (26.26).

        `field` is where the amount stood in what was sent.
        """
        if currency not in DECIMAL_PLACES:
            raise Refused(Reason.INVALID_CURRENCY, field="currency_id", detail=currency)
        # A number like 1e999999 fits a JSON body and no ledger.
        if Decimal(amount).adjusted() >= _DIGITS_MAX:
            raise Refused(Reason.INVALID_FIELD, field=field, detail="too large")
        scaled = Decimal(amount).scaleb(DECIMAL_PLACES[currency])
        if scaled != scaled.to_integral_value():
            raise Refused(Reason.AMOUNT_TOO_FINE, field=field)
        return cls(int(scaled), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """From a computed amount, rounded half up to the currency's decimals (contract 19)."""
        scaled = amount.scaleb(DECIMAL_PLACES[currency])
        return cls(int(scaled.quantize(Decimal(1), ROUND_HALF_UP)), currency)

    @property
    def amount(self) -> Decimal:
        """The decimal amount in major units: `Decimal("315.62")`."""
        return Decimal(self.minor).scaleb(-DECIMAL_PLACES[self.currency])

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, factor: int) -> Money:
        return Money(self.minor * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.minor
