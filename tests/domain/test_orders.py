"""What can be read from an order: who sees it, what is owed, its tags, where searches find it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    STRANGER_ID,
    a_buyers_feedback,
    a_feedback,
    a_hidden_order,
    a_line,
    a_paid_order,
    a_payment,
    a_reservation,
    a_waiting_payment,
    an_order,
    ars,
    brl,
)
from zoco.domain.feedback import Feedback, Rating, Side
from zoco.domain.money import Money
from zoco.domain.orders import (
    FeedbackView,
    Order,
    OrderStatus,
    View,
    covered,
    feedback_visible_to,
    fulfilled,
    is_archived,
    is_pending,
    is_recent,
    owed,
    paid_amount,
    payment_deadline,
    sees,
    tags,
)
from zoco.domain.payments import PaymentStatus

EXPIRATION = NOW + timedelta(days=21)
BOTH_RATED = {"sale": a_feedback(visibility_date=NOW), "purchase": a_buyers_feedback(visibility_date=NOW)}
BUYERS_NO = a_buyers_feedback(fulfilled=False, rating=Rating.NEUTRAL)


@pytest.mark.parametrize(
    ("order", "buyer", "seller", "stranger"),
    [
        (a_hidden_order(), View.BUYER_HIDDEN, View.NOBODY, View.NOBODY),
        (
            a_hidden_order(status=OrderStatus.PAYMENT_IN_PROCESS),
            View.BUYER_HIDDEN,
            View.NOBODY,
            View.NOBODY,
        ),
        (a_hidden_order(status=OrderStatus.PARTIALLY_PAID), View.BUYER_HIDDEN, View.NOBODY, View.NOBODY),
        # Hidden stays hidden when it is cancelled (T6, T23).
        (a_hidden_order(status=OrderStatus.CANCELLED), View.BUYER_HIDDEN, View.NOBODY, View.NOBODY),
        (a_reservation(), View.BUYER, View.SELLER, View.STRANGER),
        (a_reservation(status=OrderStatus.CANCELLED), View.BUYER, View.SELLER, View.STRANGER),
        (an_order(), View.BUYER, View.SELLER, View.STRANGER),
        (an_order(status=OrderStatus.PAYMENT_IN_PROCESS), View.BUYER, View.SELLER, View.STRANGER),
    ],
)
def test_who_sees_an_order(order: Order, buyer: View, seller: View, stranger: View) -> None:
    assert (sees(order, BUYER_ID), sees(order, SELLER_ID), sees(order, STRANGER_ID)) == (
        buyer,
        seller,
        stranger,
    )


def test_two_cards_of_296_and_295_make_591_whatever_the_financing_costs() -> None:
    order = a_reservation(
        line=a_line(unit_price=brl(591)),
        payments=(
            a_payment(id=1, transaction_amount=brl(296)),
            a_payment(id=2, transaction_amount=brl(295), total_paid_amount=brl(315, 62), installments=3),
        ),
    )
    assert (order.total, paid_amount(order), covered(order)) == (brl(591), brl(591), True)


def test_the_total_counts_units_and_no_shipping() -> None:
    assert an_order(quantity=3, shipping_cost=ars(250)).total == ars(3_000)


@pytest.mark.parametrize(
    ("order", "rest"),
    [
        (an_order(), ars(1_000)),
        (an_order(payments=(a_payment(transaction_amount=ars(400)),)), ars(600)),
        (an_order(payments=(a_waiting_payment(transaction_amount=ars(400)),)), ars(600)),
        (an_order(payments=(a_payment(status=PaymentStatus.REJECTED),)), ars(1_000)),
        (an_order(payments=(a_payment(transaction_amount=ars(400), refunded_amount=ars(100)),)), ars(700)),
        (a_paid_order(), ars(0)),
        # A partial refund leaves the order paid, and nobody owes it again (T25).
        (a_paid_order(payments=(a_payment(refunded_amount=ars(300)),)), ars(0)),
        (an_order(status=OrderStatus.CANCELLED), ars(0)),
    ],
)
def test_what_is_owed(order: Order, rest: Money) -> None:
    assert owed(order) == rest


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        (a_hidden_order(reservation=True), ("reservation", "not_paid", "not_delivered")),
        (a_reservation(), ("reservation", "paid", "not_delivered")),
        (a_reservation(delivered=True), ("reservation", "paid", "delivered")),
        (a_reservation(status=OrderStatus.CANCELLED), ("reservation", "not_paid", "not_delivered")),
        (an_order(), ("not_paid", "not_delivered")),
    ],
)
def test_tags(order: Order, shown: tuple[str, ...]) -> None:
    assert tags(order) == shown


@pytest.mark.parametrize(
    ("order", "came_to_pass"),
    [
        (a_paid_order(), None),
        (a_paid_order(sale=a_feedback()), True),
        (a_paid_order(sale=a_feedback(), purchase=a_buyers_feedback()), True),
        (a_paid_order(sale=a_feedback(), purchase=BUYERS_NO), False),
        # The seller may not learn of the buyer's "no" before it is visible.
        (a_paid_order(purchase=BUYERS_NO), None),
        (a_paid_order(purchase=BUYERS_NO, expired=True), False),
        (a_reservation(purchase=BUYERS_NO, status=OrderStatus.CANCELLED), False),
    ],
)
def test_whether_it_came_to_pass(order: Order, came_to_pass: bool | None) -> None:
    assert fulfilled(order) is came_to_pass


NOTHING, PART, ALL = FeedbackView.NOTHING, FeedbackView.FULFILLED_ONLY, FeedbackView.ALL


@pytest.mark.parametrize(
    ("given", "reservation", "viewer", "now", "view"),
    [
        (a_feedback(), False, SELLER_ID, NOW, ALL),
        (a_feedback(), False, BUYER_ID, NOW, NOTHING),
        (a_feedback(), True, BUYER_ID, NOW, PART),
        (a_feedback(), True, BUYER_ID, EXPIRATION, ALL),
        (a_feedback(), False, BUYER_ID, EXPIRATION - timedelta(microseconds=1), NOTHING),
        (a_feedback(), False, BUYER_ID, EXPIRATION, ALL),
        (a_feedback(), False, STRANGER_ID, EXPIRATION, NOTHING),
        (a_buyers_feedback(), False, BUYER_ID, NOW, ALL),
        (a_buyers_feedback(), True, SELLER_ID, NOW, NOTHING),
        (a_buyers_feedback(), True, SELLER_ID, EXPIRATION, ALL),
    ],
)
def test_how_much_of_a_feedback_somebody_sees(
    *, given: Feedback, reservation: bool, viewer: int, now: datetime, view: FeedbackView
) -> None:
    order = a_paid_order(
        reservation=reservation,
        sale=given if given.side is Side.SALE else None,
        purchase=given if given.side is Side.PURCHASE else None,
    )
    assert feedback_visible_to(order, given.side, viewer, now) is view


def test_of_a_feedback_nobody_has_given_there_is_nothing_to_see() -> None:
    assert feedback_visible_to(a_paid_order(), Side.SALE, SELLER_ID, NOW) is NOTHING


@pytest.mark.parametrize(
    ("order", "now", "sections"),
    [
        (a_hidden_order(), NOW, {"buyer": "", "seller": ""}),
        (
            a_hidden_order(status=OrderStatus.PARTIALLY_PAID),
            NOW,
            {"buyer": "recent pending", "seller": ""},
        ),
        (an_order(), NOW, {"buyer": "recent pending", "seller": "recent pending"}),
        (a_paid_order(), NOW, {"buyer": "recent", "seller": "recent"}),
        (a_paid_order(), EXPIRATION, {"buyer": "archived", "seller": "archived"}),
        (a_paid_order(delivered=True), NOW, {"buyer": "recent", "seller": "recent"}),
        (a_paid_order(**BOTH_RATED), NOW, {"buyer": "archived", "seller": "archived"}),
        (a_reservation(), NOW, {"buyer": "recent", "seller": "recent"}),
        # Delivered and not rated by the buyer: in neither.
        (a_reservation(delivered=True, sale=a_feedback()), NOW, {"buyer": "", "seller": ""}),
        (a_reservation(delivered=True, **BOTH_RATED), NOW, {"buyer": "archived", "seller": "archived"}),
        (a_reservation(status=OrderStatus.CANCELLED), NOW, {"buyer": "recent", "seller": "recent"}),
    ],
)
def test_where_searches_find_an_order(order: Order, now: datetime, sections: dict[str, str]) -> None:
    found = {}
    for name, viewer in (("buyer", BUYER_ID), ("seller", SELLER_ID)):
        inside = {
            "recent": is_recent(order, viewer, now),
            "archived": is_archived(order, viewer, now),
            "pending": is_pending(order, viewer),
        }
        found[name] = " ".join(section for section, there in inside.items() if there)
    assert found == sections
    assert not is_recent(order, STRANGER_ID, now)


def test_an_order_must_be_paid_within_72_hours() -> None:
    assert payment_deadline(a_hidden_order()) == NOW + timedelta(hours=72)
