"""What the operator decides of an order: T19, T20, T26."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import (
    NOW,
    a_buyers_feedback,
    a_feedback,
    a_hidden_order,
    a_paid_order,
    a_payment,
    an_item,
    an_order,
    ars,
)
from zoco.domain.events import OrderNews, PaymentNews
from zoco.domain.feedback import Rating, Side
from zoco.domain.order_endings import end_contradiction, expire, invalidate, seller_banned
from zoco.domain.order_payments import apply_payment
from zoco.domain.orders import Cause, Order, OrderStatus, contradicted, paid_amount
from zoco.domain.payments import PaymentStatus

LATER = NOW + timedelta(hours=5)
EXPIRATION = NOW + timedelta(days=21)
SOLD = an_item(available_quantity=2, sold_quantity=1)
CONTRADICTED = a_paid_order(
    delivered=True, sale=a_feedback(), purchase=a_buyers_feedback(fulfilled=False, rating=Rating.NEUTRAL)
)
HALF = a_payment(transaction_amount=ars(400))


@pytest.mark.parametrize(
    ("order", "payments", "restocked"),
    [
        (an_order(), [], True),
        (a_paid_order(), ["refunded"], True),
        (a_hidden_order(status=OrderStatus.PARTIALLY_PAID, payments=(HALF,)), ["refunded"], False),
        (CONTRADICTED, ["refunded"], False),
        # Its money is still with the platform.
        (replace(CONTRADICTED, expired=True), ["refunded"], False),
    ],
)
def test_a_banned_sellers_live_orders_are_cancelled(
    order: Order, payments: list[str], restocked: bool
) -> None:
    change = seller_banned(order, SOLD, LATER)

    assert (change.order.status, change.order.cause) == (OrderStatus.CANCELLED, Cause.SELLER_BANNED)
    assert [payment.status.value for payment in change.order.payments] == payments
    assert change.order.date_closed == order.date_closed
    assert (change.item is not None) is restocked


@pytest.mark.parametrize(
    "order",
    [
        an_order(status=OrderStatus.CANCELLED, cause=Cause.BUYER_CANCELLED),
        an_order(status=OrderStatus.INVALID),
        expire(a_paid_order(), EXPIRATION).order,
        expire(an_order(), EXPIRATION).order,
        a_paid_order(sale=a_feedback(), purchase=a_buyers_feedback()),
        replace(CONTRADICTED, settled=True),
    ],
)
def test_what_is_over_stays_as_it_was(order: Order) -> None:
    change = seller_banned(order, SOLD, LATER)

    assert (change.order, change.item, change.events) == (order, None, ())


def test_an_annulled_order_keeps_the_reason() -> None:
    change = invalidate(a_paid_order(), SOLD, LATER, reason="A stolen card")

    order = change.order
    assert (order.status, order.cause, order.invalid_reason) == (OrderStatus.INVALID, None, "A stolen card")
    assert [payment.status for payment in order.payments] == [PaymentStatus.REFUNDED]
    assert change.item is not None
    assert change.item.available_quantity == 3


def test_a_contradiction_ends_with_the_sellers_money() -> None:
    change = end_contradiction(CONTRADICTED, SOLD, LATER, winner=Side.SALE)

    order = change.order
    assert (order.status, order.payments[0].date_released) == (OrderStatus.PAID, LATER)
    assert not contradicted(order)
    assert change.item is None
    assert [type(event) for event in change.events] == [OrderNews, PaymentNews]
    # What was decided stays decided.
    assert expire(order, EXPIRATION).order.payments[0].date_released == LATER


def test_disputed_money_follows_when_the_provider_has_decided() -> None:
    disputed = replace(CONTRADICTED, payments=(a_payment(status=PaymentStatus.IN_MEDIATION),))
    settled = end_contradiction(disputed, SOLD, LATER, winner=Side.SALE).order
    assert settled.payments[0].date_released is None

    order = apply_payment(settled, SOLD, a_payment(), LATER).order

    assert order.payments[0].date_released == LATER


def test_a_contradiction_ends_with_the_buyers_refund() -> None:
    change = end_contradiction(CONTRADICTED, SOLD, LATER, winner=Side.PURCHASE)

    order = change.order
    assert (order.status, order.cause) == (OrderStatus.CANCELLED, Cause.PAYMENT_REFUNDED)
    assert paid_amount(order) == ars(0)
    # What was delivered does not come back to the shelf by itself.
    assert change.item is None
