"""How one can pay, where, and what paying in parts costs (contract 6.5, 26.14)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from zoco.domain.money import Money
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import SITES

PAYMENT_TYPES: dict[str, str] = {
    "credit_card": "Credit card",
    "debit_card": "Debit card",
    "ticket": "Printed ticket",
    "atm": "ATM payment",
    "account_money": "Money in account",
    "prepaid_card": "Prepaid card",
    "bank_transfer": "Bank transfer",
}

# Instalments of the credit cards and what they add to the price (26.14).
CARD_RATES: dict[int, Decimal] = {
    1: Decimal(0),
    3: Decimal("0.0699"),
    6: Decimal("0.1299"),
    9: Decimal("0.1899"),
    12: Decimal("0.2499"),
}
_AT_ONCE: dict[int, Decimal] = {1: Decimal(0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """`site_ids` are where it is offered; `payable` whether an order can be paid with it here.

    The methods named after a site (`MLAMP`, `MLAVS`…) say what a seller accepts; only those of
    Mercado Pago (`visa`, `bolbradesco`…) move money.
    """

    id: str
    name: str
    payment_type: str
    site_ids: frozenset[str]
    payable: bool = True
    max_accreditation_days: int = 0

    @property
    def rates(self) -> dict[int, Decimal]:
        """Number of instalments -> what they add to the amount: `{3: Decimal("0.0699"), …}`."""
        return CARD_RATES if self.payable and self.payment_type == "credit_card" else _AT_ONCE

    @property
    def offline(self) -> bool:
        """Paid elsewhere, later: the payment waits for the provider's word."""
        return self.payment_type in {"ticket", "atm", "bank_transfer"}


_WITH_MERCADO_PAGO = frozenset(site.id for site in SITES.values() if site.mercado_pago)


def _card(method_id: str, name: str) -> PaymentMethod:
    return PaymentMethod(id=method_id, name=name, payment_type="credit_card", site_ids=_WITH_MERCADO_PAGO)


def _ticket(method_id: str, name: str, site_id: str, payment_type: str = "ticket") -> PaymentMethod:
    return PaymentMethod(
        id=method_id,
        name=name,
        payment_type=payment_type,
        site_ids=frozenset({site_id}),
        max_accreditation_days=3,
    )


_MERCADO_PAGO = (
    _card("visa", "Visa"),
    _card("master", "Mastercard"),
    _card("amex", "American Express"),
    PaymentMethod(
        id="account_money", name="Mercado Pago", payment_type="account_money", site_ids=_WITH_MERCADO_PAGO
    ),
    _ticket("bolbradesco", "Boleto", "MLB"),
    _ticket("pagofacil", "Pago Fácil", "MLA"),
    _ticket("rapipago", "Rapipago", "MLA"),
    _ticket("oxxo", "OXXO", "MLM"),
    _ticket("bancomer", "BBVA Bancomer", "MLM", "atm"),
    _ticket("servipag", "Servipag", "MLC"),
    _ticket("efecty", "Efecty", "MCO"),
    _ticket("abitab", "Abitab", "MLU"),
    _ticket("pagoefectivo_atm", "PagoEfectivo", "MPE", "atm"),
)

# Suffix -> name and type of the methods that carry their site in the id.
_MARKETPLACE = {
    "MP": ("Mercado Pago", "account_money"),
    "MC": ("Mastercard", "credit_card"),
    "VS": ("Visa", "credit_card"),
    "AM": ("American Express", "credit_card"),
    "DC": ("Diners Club", "credit_card"),
    "WT": ("Bank transfer", "bank_transfer"),
    "MO": ("Money order", "ticket"),
    "OT": ("Other", "ticket"),
}


def _marketplace_methods(site_id: str) -> list[PaymentMethod]:
    return [
        PaymentMethod(
            id=site_id + suffix, name=name, payment_type=kind, site_ids=frozenset({site_id}), payable=False
        )
        for suffix, (name, kind) in _MARKETPLACE.items()
        # Its presence is the test for an active Mercado Pago (contract 6.4).
        if suffix != "MP" or SITES[site_id].mercado_pago
    ]


METHODS: dict[str, PaymentMethod] = {
    one.id: one
    for one in [*_MERCADO_PAGO, *(one for site_id in SITES for one in _marketplace_methods(site_id))]
}


def method(method_id: str) -> PaymentMethod:
    try:
        return METHODS[method_id]
    except KeyError:
        raise Refused(Reason.PAYMENT_METHOD_NOT_FOUND, detail=method_id) from None


def methods_of(site_id: str) -> tuple[PaymentMethod, ...]:
    return tuple(one for one in METHODS.values() if site_id in one.site_ids)


def financed_total(amount: Money, method: PaymentMethod, installments: int) -> Money:
    """What the payer pays in all: 295.00 in three instalments is 315.62."""
    rate = method.rates.get(installments)
    if rate is None:
        raise Refused(Reason.INVALID_INSTALLMENTS, field="installments", detail=str(installments))
    return Money.rounded(amount.amount * (1 + rate), amount.currency)
