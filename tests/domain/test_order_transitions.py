"""The order state machine, row by row as the contract numbers it (18, T1 to T25)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    a_buyer,
    a_buyers_feedback,
    a_feedback,
    a_hidden_order,
    a_line,
    a_paid_order,
    a_payment,
    a_reservation,
    a_seller,
    a_vehicle,
    a_waiting_payment,
    an_item,
    an_order,
    ars,
    brl,
)
from zoco.domain.categories import category
from zoco.domain.feedback import Feedback, Rating
from zoco.domain.items import Item, ItemStatus
from zoco.domain.money import Money
from zoco.domain.order_endings import cancel, expire, expire_unpaid, invalidate, seller_banned
from zoco.domain.order_feedback import give_feedback
from zoco.domain.order_payments import apply_payment
from zoco.domain.order_placing import place
from zoco.domain.orders import Cause, Change, Order, OrderStatus, View, paid_amount, sees
from zoco.domain.payments import Payment, PaymentStatus

LATER = NOW + timedelta(hours=5)
EXPIRATION = NOW + timedelta(days=21)
DEADLINE = NOW + timedelta(hours=72)

REQUIRED = OrderStatus.PAYMENT_REQUIRED
CONFIRMED = OrderStatus.CONFIRMED
IN_PROCESS = OrderStatus.PAYMENT_IN_PROCESS
PARTIAL = OrderStatus.PARTIALLY_PAID
PAID = OrderStatus.PAID
CANCELLED = OrderStatus.CANCELLED

# The listings after the one unit of these orders has been sold.
SOLD = an_item(available_quantity=2, sold_quantity=1)
SOLD_VEHICLE = a_vehicle(
    available_quantity=0, sold_quantity=1, status=ItemStatus.PAUSED, sub_status=("out_of_stock",)
)

WAITING = a_waiting_payment()
HALF = a_payment(id=7, transaction_amount=ars(400))
HALF_WAITING = a_waiting_payment(id=8, transaction_amount=ars(600))


def _rejected(payment: Payment) -> Payment:
    return replace(payment, status=PaymentStatus.REJECTED, status_detail="cc_rejected_other_reason")


def _refunded(payment: Payment) -> Payment:
    return replace(payment, status=PaymentStatus.REFUNDED, refunded_amount=payment.transaction_amount)


def _born(item: Item) -> Callable[[], Change]:
    return lambda: place(
        order_id=1,
        buyer=a_buyer(),
        seller=a_seller(),
        item=item,
        category=category(item.category_id),
        quantity=1,
        variation_id=None,
        application_id=None,
        buyer_is_blocked=False,
        now=LATER,
    )


def _paying(order: Order, payment: Payment, item: Item | None = None) -> Callable[[], Change]:
    at_hand = item or (an_item() if not order.stock_taken else SOLD)
    return lambda: apply_payment(order, at_hand, payment, LATER)


def _cancelling(order: Order, by: int, item: Item = SOLD) -> Callable[[], Change]:
    return lambda: cancel(order, item, by_user_id=by, now=LATER)


def _rating(order: Order, feedback: Feedback, item: Item = SOLD) -> Callable[[], Change]:
    return lambda: give_feedback(order, item, feedback, LATER)


SALE_NO = a_feedback(fulfilled=False, rating=Rating.NEUTRAL, restock_item=True)
SALE_NO_KEPT = replace(SALE_NO, restock_item=False)
PURCHASE_NO = a_buyers_feedback(fulfilled=False, rating=Rating.NEUTRAL)


NOTHING = ars(0)


@dataclass(frozen=True, kw_only=True)
class After:
    """What the row says of the order; `stock` is what the listing has (available, sold), None untouched."""

    status: OrderStatus
    cause: Cause | None = None
    closed: bool
    hidden: bool = False
    stock: tuple[int, int] | None = None
    paid: Money = NOTHING
    payments: str = ""


_EXPIRED_CONFIRMED = an_order(expired=True, sale=a_feedback(), purchase=a_buyers_feedback())

ROWS: list[tuple[str, Callable[[], Change], After]] = [
    ("T1", _born(an_item(condition="new")), After(status=REQUIRED, closed=False, hidden=True)),
    ("T1 reservation", _born(a_vehicle()), After(status=REQUIRED, closed=False, hidden=True, paid=brl(0))),
    ("T2", _born(an_item()), After(status=CONFIRMED, closed=True, stock=(2, 1))),
    (
        "T3",
        _paying(a_hidden_order(), WAITING),
        After(status=IN_PROCESS, closed=False, hidden=True, payments="in_process"),
    ),
    (
        "T4",
        _paying(a_hidden_order(), HALF),
        After(status=PARTIAL, closed=False, hidden=True, paid=ars(400), payments="approved"),
    ),
    (
        "T4 after T3",
        _paying(a_hidden_order(status=IN_PROCESS, payments=(HALF_WAITING,)), HALF),
        After(status=PARTIAL, closed=False, hidden=True, paid=ars(400), payments="in_process approved"),
    ),
    (
        "T5",
        _paying(a_hidden_order(), a_payment()),
        After(status=PAID, closed=True, stock=(2, 1), paid=ars(1_000), payments="approved"),
    ),
    (
        "T5 from payment_in_process",
        _paying(a_hidden_order(status=IN_PROCESS, payments=(WAITING,)), a_payment()),
        After(status=PAID, closed=True, stock=(2, 1), paid=ars(1_000), payments="approved"),
    ),
    (
        "T5 from partially_paid",
        _paying(
            a_hidden_order(status=PARTIAL, payments=(HALF, HALF_WAITING)),
            a_payment(id=8, transaction_amount=ars(600)),
        ),
        After(status=PAID, closed=True, stock=(2, 1), paid=ars(1_000), payments="approved approved"),
    ),
    (
        "T6 sold to somebody else",
        _paying(a_hidden_order(line=a_line(quantity=1)), a_payment(), an_item(available_quantity=0)),
        After(status=CANCELLED, cause=Cause.OUT_OF_STOCK, closed=False, hidden=True, payments="refunded"),
    ),
    (
        "T6 paused",
        _paying(a_hidden_order(), a_payment(), an_item(status=ItemStatus.PAUSED)),
        After(status=CANCELLED, cause=Cause.OUT_OF_STOCK, closed=False, hidden=True, payments="refunded"),
    ),
    (
        "T6 closed, paid in two parts",
        _paying(
            a_hidden_order(status=PARTIAL, payments=(HALF,)),
            a_payment(id=8, transaction_amount=ars(600)),
            an_item(status=ItemStatus.CLOSED),
        ),
        After(
            status=CANCELLED,
            cause=Cause.OUT_OF_STOCK,
            closed=False,
            hidden=True,
            payments="refunded refunded",
        ),
    ),
    (
        "T7 mandatory",
        _paying(a_hidden_order(status=IN_PROCESS, payments=(WAITING,)), _rejected(WAITING)),
        After(status=REQUIRED, closed=False, hidden=True, payments="rejected"),
    ),
    (
        "T7 other flow",
        _paying(an_order(status=IN_PROCESS, payments=(WAITING,)), _rejected(WAITING)),
        After(status=CONFIRMED, closed=True, payments="rejected"),
    ),
    (
        "T8",
        lambda: expire_unpaid(a_hidden_order(status=PARTIAL, payments=(HALF, HALF_WAITING)), DEADLINE),
        After(
            status=CANCELLED,
            cause=Cause.PAYMENT_EXPIRED,
            closed=False,
            hidden=True,
            payments="refunded cancelled",
        ),
    ),
    (
        "T8 not yet",
        lambda: expire_unpaid(a_hidden_order(), DEADLINE - timedelta(microseconds=1)),
        After(status=REQUIRED, closed=False, hidden=True),
    ),
    (
        "T8 outside the mandatory flow never",
        lambda: expire_unpaid(an_order(), DEADLINE),
        After(status=CONFIRMED, closed=True),
    ),
    (
        "T9",
        _paying(an_order(), WAITING),
        After(status=IN_PROCESS, closed=True, payments="in_process"),
    ),
    (
        "T10 in part",
        _paying(an_order(), HALF),
        After(status=PARTIAL, closed=True, paid=ars(400), payments="approved"),
    ),
    (
        "T10",
        _paying(an_order(), a_payment()),
        After(status=PAID, closed=True, paid=ars(1_000), payments="approved"),
    ),
    (
        "T10 on a listing that is closed by now",
        _paying(an_order(), a_payment(), an_item(status=ItemStatus.CLOSED, available_quantity=0)),
        After(status=PAID, closed=True, paid=ars(1_000), payments="approved"),
    ),
    (
        "T11",
        _cancelling(a_hidden_order(), BUYER_ID),
        After(status=CANCELLED, cause=Cause.BUYER_CANCELLED, closed=False, hidden=True),
    ),
    (
        "T12",
        _rating(a_reservation(), a_feedback()),
        After(status=PAID, closed=True, paid=brl(499), payments="approved"),
    ),
    (
        "T13",
        _rating(a_reservation(sale=a_feedback(), delivered=True), a_buyers_feedback()),
        After(status=PAID, closed=True, paid=brl(499), payments="approved released"),
    ),
    (
        "T14",
        _rating(a_reservation(), SALE_NO, SOLD_VEHICLE),
        After(
            status=CANCELLED,
            cause=Cause.RESERVATION_RETURNED,
            closed=True,
            stock=(1, 0),
            paid=brl(0),
            payments="refunded",
        ),
    ),
    (
        "T14 without restocking",
        _rating(a_reservation(), SALE_NO_KEPT, SOLD_VEHICLE),
        After(
            status=CANCELLED,
            cause=Cause.RESERVATION_RETURNED,
            closed=True,
            paid=brl(0),
            payments="refunded",
        ),
    ),
    (
        "T14 of a listing closed meanwhile",
        _rating(a_reservation(), SALE_NO, replace(SOLD_VEHICLE, status=ItemStatus.CLOSED)),
        After(
            status=CANCELLED,
            cause=Cause.RESERVATION_RETURNED,
            closed=True,
            paid=brl(0),
            payments="refunded",
        ),
    ),
    (
        "T16 by feedback",
        _rating(a_reservation(), PURCHASE_NO, SOLD_VEHICLE),
        After(
            status=CANCELLED,
            cause=Cause.BUYER_CANCELLED,
            closed=True,
            stock=(1, 0),
            paid=brl(0),
            payments="refunded",
        ),
    ),
    (
        "T16 by the cancel call, at the last moment",
        lambda: cancel(a_reservation(), SOLD_VEHICLE, by_user_id=BUYER_ID, now=EXPIRATION),
        After(
            status=CANCELLED,
            cause=Cause.BUYER_CANCELLED,
            closed=True,
            stock=(1, 0),
            paid=brl(0),
            payments="refunded",
        ),
    ),
    (
        "T17",
        _paying(a_paid_order(), _refunded(a_payment())),
        After(status=CANCELLED, cause=Cause.PAYMENT_REFUNDED, closed=True, stock=(3, 0), payments="refunded"),
    ),
    (
        "T17 one of two cards charged back",
        _paying(
            a_paid_order(payments=(HALF, a_payment(id=8, transaction_amount=ars(600)))),
            replace(_refunded(HALF), status=PaymentStatus.CHARGED_BACK, status_detail="settled"),
        ),
        After(
            status=CANCELLED,
            cause=Cause.PAYMENT_REFUNDED,
            closed=True,
            stock=(3, 0),
            payments="charged_back refunded",
        ),
    ),
    (
        "T17 after delivery",
        _paying(a_paid_order(delivered=True), _refunded(a_payment())),
        After(status=CANCELLED, cause=Cause.PAYMENT_REFUNDED, closed=True, payments="refunded"),
    ),
    (
        "T17 what the seller has already received is not taken from him unasked",
        _paying(
            a_paid_order(
                delivered=True,
                payments=(HALF, a_payment(id=8, transaction_amount=ars(600), date_released=NOW)),
            ),
            _refunded(HALF),
        ),
        After(
            status=CANCELLED,
            cause=Cause.PAYMENT_REFUNDED,
            closed=True,
            paid=ars(600),
            payments="refunded approved released",
        ),
    ),
    (
        "T18",
        lambda: expire(a_reservation(), EXPIRATION),
        After(status=PAID, closed=True, paid=brl(499), payments="approved released"),
    ),
    (
        "T18 delivered, the buyer silent",
        lambda: expire(a_reservation(sale=a_feedback(), delivered=True), EXPIRATION),
        After(status=PAID, closed=True, paid=brl(499), payments="approved released"),
    ),
    (
        "T18 contradicted",
        lambda: expire(a_reservation(sale=a_feedback(), purchase=PURCHASE_NO, delivered=True), EXPIRATION),
        After(status=PAID, closed=True, paid=brl(499), payments="approved"),
    ),
    (
        "T18 in mediation",
        lambda: expire(
            a_paid_order(payments=(a_payment(status=PaymentStatus.IN_MEDIATION),)),
            EXPIRATION,
        ),
        After(status=PAID, closed=True, paid=ars(1_000), payments="in_mediation"),
    ),
    (
        "T18 the buyer said no, the seller nothing (11.7)",
        lambda: expire(a_paid_order(purchase=PURCHASE_NO), EXPIRATION),
        After(status=CANCELLED, cause=Cause.PAYMENT_REFUNDED, closed=True, payments="refunded"),
    ),
    ("T18 unpaid", lambda: expire(an_order(), EXPIRATION), After(status=CONFIRMED, closed=True)),
    (
        "T18 not yet",
        lambda: expire(a_paid_order(), EXPIRATION - timedelta(microseconds=1)),
        After(status=PAID, closed=True, paid=ars(1_000), payments="approved"),
    ),
    (
        "T19",
        lambda: seller_banned(a_paid_order(), SOLD, LATER),
        After(status=CANCELLED, cause=Cause.SELLER_BANNED, closed=True, stock=(3, 0), payments="refunded"),
    ),
    (
        "T20",
        lambda: invalidate(a_paid_order(delivered=True), SOLD, LATER, reason="Malicious"),
        After(status=OrderStatus.INVALID, closed=True, stock=(3, 0), payments="refunded"),
    ),
    (
        "T21 late credit",
        _paying(
            a_hidden_order(status=CANCELLED, cause=Cause.PAYMENT_EXPIRED, payments=(_rejected(WAITING),)),
            a_payment(),
        ),
        After(status=CANCELLED, cause=Cause.PAYMENT_EXPIRED, closed=False, hidden=True, payments="refunded"),
    ),
    (
        "T21 nothing ends twice",
        lambda: seller_banned(
            an_order(status=CANCELLED, cause=Cause.BUYER_CANCELLED, stock_returned=True), an_item(), LATER
        ),
        After(status=CANCELLED, cause=Cause.BUYER_CANCELLED, closed=True),
    ),
    (
        "T22 by the buyer",
        _cancelling(an_order(status=PARTIAL, payments=(HALF, HALF_WAITING)), BUYER_ID),
        After(
            status=CANCELLED,
            cause=Cause.BUYER_CANCELLED,
            closed=True,
            stock=(3, 0),
            payments="refunded cancelled",
        ),
    ),
    (
        "T22 by the seller",
        _cancelling(an_order(), SELLER_ID),
        After(status=CANCELLED, cause=Cause.SELLER_CANCELLED, closed=True, stock=(3, 0)),
    ),
    (
        "T22 what was delivered is not on the shelf",
        _cancelling(an_order(delivered=True), SELLER_ID),
        After(status=CANCELLED, cause=Cause.SELLER_CANCELLED, closed=True),
    ),
    (
        "T23",
        _cancelling(a_hidden_order(status=PARTIAL, payments=(HALF,)), BUYER_ID),
        After(status=CANCELLED, cause=Cause.BUYER_CANCELLED, closed=False, hidden=True, payments="refunded"),
    ),
    (
        "T24",
        _rating(a_paid_order(), SALE_NO),
        After(status=CANCELLED, cause=Cause.SELLER_CANCELLED, closed=True, stock=(3, 0), payments="refunded"),
    ),
    (
        "T24 the shelf stays as it is",
        _rating(a_paid_order(), SALE_NO_KEPT),
        After(status=CANCELLED, cause=Cause.SELLER_CANCELLED, closed=True, payments="refunded"),
    ),
    (
        "T24 unpaid (11.7)",
        _rating(an_order(), SALE_NO_KEPT),
        After(status=CANCELLED, cause=Cause.SELLER_CANCELLED, closed=True),
    ),
    (
        "T25",
        _paying(
            a_paid_order(),
            a_payment(refunded_amount=ars(300), status_detail="partially_refunded"),
        ),
        After(status=PAID, closed=True, paid=ars(700), payments="approved"),
    ),
    (
        "paid at last, after both had said it came to pass",
        _paying(_EXPIRED_CONFIRMED, a_payment()),
        After(status=PAID, closed=True, paid=ars(1_000), payments="approved released"),
    ),
]


@pytest.mark.parametrize(("act", "after"), [pytest.param(act, after, id=row) for row, act, after in ROWS])
def test_a_transition(act: Callable[[], Change], after: After) -> None:
    change = act()
    order, item = change.order, change.item
    seen = After(
        status=order.status,
        cause=order.cause,
        closed=order.date_closed is not None,
        hidden=sees(order, SELLER_ID) is View.NOBODY,
        stock=None if item is None else (item.available_quantity, item.sold_quantity),
        paid=paid_amount(order),
        payments=" ".join(_word(one) for one in order.payments),
    )
    assert seen == after


def _word(payment: Payment) -> str:
    return f"{payment.status} released" if payment.date_released is not None else str(payment.status)
