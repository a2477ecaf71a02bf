"""What the seller is charged, when, and how the payments share it (A-40)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import (
    NOW,
    a_buyers_feedback,
    a_feedback,
    a_paid_order,
    a_payment,
    a_reservation,
    an_order,
    ars,
)
from zoco.domain.charges import Charge, FeeRates, read_rates, shares
from zoco.domain.feedback import Rating
from zoco.domain.money import Money
from zoco.domain.order_endings import expire
from zoco.domain.orders import Order, OrderStatus, sale_fee
from zoco.domain.payments import PaymentStatus, give_back

EXPIRATION = NOW + timedelta(days=21)
TENTH = Decimal("0.1")
BUYERS_NO = a_buyers_feedback(fulfilled=False, rating=Rating.NEUTRAL)
REJECTED = a_payment(id=3, status=PaymentStatus.REJECTED)


@pytest.mark.parametrize(
    ("text", "mlb", "mla"),
    [
        ("0", "0", "0"),
        ("11.5", "0.115", "0.115"),
        ("MLB=11, MLA = 13.5", "0.11", "0.135"),
        ("MLB=100", "1", "0"),
    ],
)
def test_rates_are_read_as_percentages(text: str, mlb: str, mla: str) -> None:
    rates = read_rates(text)

    assert (rates.of("MLB"), rates.of("MLA")) == (Decimal(mlb), Decimal(mla))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "'' is no percentage"),
        ("ten", "'ten' is no percentage"),
        ("NaN", "NaN is not between 0 and 100"),
        ("-1", "-1 is not between 0 and 100"),
        ("100.1", "100.1 is not between 0 and 100"),
        ("MLX=5", "'MLX' is no site"),
        ("MLB=5,", "'' is no site"),
        ("MLB=", "'' is no percentage"),
    ],
)
def test_what_is_no_rate(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_rates(text)


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (1_000, [1, 1, 1], [333, 334, 333]),
        (1, [1, 1], [1, 0]),
        (0, [5, 7], [0, 0]),
        (59, [296, 295], [30, 29]),
        (10, [], []),
    ],
)
def test_shares_add_up_to_the_cent(amount: int, weights: list[int], parts: list[int]) -> None:
    split = shares(Money(amount, "BRL"), [Money(weight, "BRL") for weight in weights])

    assert [part.minor for part in split] == parts


@pytest.mark.parametrize(
    ("order", "charged", "of_payments"),
    [
        (a_paid_order(), ars(100), [ars(100)]),
        # Paid otherwise, or not at all: a sale all the same.
        (an_order(quantity=2), ars(200), []),
        (a_paid_order(payments=(a_payment(refunded_amount=ars(300)),)), ars(70), [ars(70)]),
        (
            a_paid_order(
                payments=(
                    a_payment(id=1, transaction_amount=ars(400)),
                    REJECTED,
                    a_payment(id=2, transaction_amount=ars(600), status=PaymentStatus.IN_MEDIATION),
                )
            ),
            ars(100),
            [ars(40), None, ars(60)],
        ),
        # Contradicted: the money waits, the charge does not.
        (a_paid_order(sale=a_feedback(), purchase=BUYERS_NO), ars(100), [ars(100)]),
        (a_reservation(), Money(0, "BRL"), [Money(0, "BRL")]),
    ],
)
def test_an_order_is_charged_when_it_expires(
    order: Order, charged: Money, of_payments: list[Money | None]
) -> None:
    expired = expire(order, EXPIRATION, fee_rate=TENTH).order

    assert expired.charge == Charge(Decimal(0) if order.reservation else TENTH, charged, EXPIRATION)
    assert [payment.charged for payment in expired.payments] == of_payments
    assert sale_fee(order) == Money(0, charged.currency)
    assert sale_fee(expired) == charged
    # And never again.
    assert expire(expired, EXPIRATION + timedelta(days=1), fee_rate=TENTH).order is expired


@pytest.mark.parametrize(
    "order",
    [
        an_order(status=OrderStatus.CANCELLED),
        an_order(status=OrderStatus.INVALID),
        # The buyer said no, the seller nothing: it is cancelled in that moment (11.7).
        a_paid_order(purchase=BUYERS_NO),
    ],
)
def test_what_is_cancelled_is_not_charged(order: Order) -> None:
    assert expire(order, EXPIRATION, fee_rate=TENTH).order.charge is None


def test_nothing_is_charged_before_the_deadline() -> None:
    early = EXPIRATION - timedelta(microseconds=1)

    assert expire(a_paid_order(), early, fee_rate=TENTH).order.charge is None


def test_without_a_rate_the_charge_is_nothing() -> None:
    expired = expire(a_paid_order(), EXPIRATION, fee_rate=FeeRates().of("MLA")).order

    assert expired.charge == Charge(Decimal(0), ars(0), EXPIRATION)


def test_what_the_seller_does_not_get_costs_him_nothing() -> None:
    [payment] = expire(a_paid_order(), EXPIRATION, fee_rate=TENTH).order.payments
    assert payment.marketplace_fee == ars(100)

    assert give_back(payment, EXPIRATION).marketplace_fee == ars(0)
    charged = an_order(status=OrderStatus.CANCELLED, charge=Charge(TENTH, ars(100), EXPIRATION))
    assert sale_fee(charged) == ars(0)
