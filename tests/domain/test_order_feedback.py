from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    a_buyers_feedback,
    a_feedback,
    a_paid_order,
    a_reservation,
    a_vehicle,
    an_item,
)
from zoco.domain.feedback import REASONS, Feedback, Rating, Side
from zoco.domain.order_feedback import give_feedback, new_feedback
from zoco.domain.orders import Order, OrderStatus, contradicted

LATER = NOW + timedelta(hours=5)


def _rate(order: Order, **changes: Any) -> Feedback:
    act: dict[str, Any] = {
        "feedback_id": 9000000000001,
        "order": order,
        "from_user_id": SELLER_ID,
        "fulfilled": True,
        "rating": "positive",
        "message": None,
        "reason": None,
        "restock_item": None,
        "now": LATER,
    }
    return new_feedback(**(act | changes))


def test_the_seller_rates_the_sale_and_the_buyer_the_purchase() -> None:
    sale = _rate(a_reservation())
    purchase = _rate(a_reservation(), from_user_id=BUYER_ID)
    assert (sale.side, sale.from_id, sale.to_id) == (Side.SALE, SELLER_ID, BUYER_ID)
    assert (purchase.side, purchase.from_id, purchase.to_id) == (Side.PURCHASE, BUYER_ID, SELLER_ID)


@pytest.mark.parametrize(
    ("order", "fulfilled", "rating", "kept"),
    [
        (a_reservation(), True, "POSITIVE", Rating.POSITIVE),
        (a_reservation(), False, "neutral", Rating.NEUTRAL),
        (a_paid_order(), True, "positive", Rating.POSITIVE),
        (a_paid_order(), False, "Negative", Rating.NEGATIVE),
        (a_paid_order(), False, "neutral", Rating.NEUTRAL),
    ],
)
def test_ratings_that_fit(*, order: Order, fulfilled: bool, rating: str, kept: Rating) -> None:
    feedback = _rate(
        order, fulfilled=fulfilled, rating=rating, message="Obrigado", reason="BUYER_NOT_ENOUGH_MONEY"
    )
    assert feedback.rating is kept


@pytest.mark.parametrize("length", [1, 160])
def test_a_message_is_counted_in_characters_up_to_160(length: int) -> None:
    assert _rate(a_paid_order(), message="ñ" * length).message == "ñ" * length


@pytest.mark.parametrize(
    ("order", "wish", "restock"),
    [
        (a_reservation(), None, True),
        (a_reservation(), False, False),
        (a_paid_order(), None, False),
        (a_paid_order(), True, True),
    ],
)
def test_whether_the_unit_goes_back_to_the_shelf(*, order: Order, wish: bool | None, restock: bool) -> None:
    feedback = _rate(
        order,
        fulfilled=False,
        rating="neutral",
        message="Disculpe",
        reason="BUYER_REGRETS",
        restock_item=wish,
    )
    assert feedback.restock_item is restock


def test_restocking_is_not_the_buyers_to_decide() -> None:
    feedback = _rate(
        a_reservation(), from_user_id=BUYER_ID, fulfilled=False, rating="neutral", restock_item=True
    )
    assert feedback.restock_item is None


def test_each_role_has_its_own_reasons() -> None:
    assert "DUBIOUS_BUYER" in REASONS[Side.SALE] - REASONS[Side.PURCHASE]
    assert "BUYER_PAID_BUT_DID_NOT_RECEIVE" in REASONS[Side.PURCHASE] - REASONS[Side.SALE]
    assert (len(REASONS[Side.SALE]), len(REASONS[Side.PURCHASE])) == (28, 15)


def test_the_last_moment_to_rate_is_the_expiration_date_itself() -> None:
    expiration = NOW + timedelta(days=21)
    assert (
        _rate(a_reservation(), fulfilled=False, rating="neutral", now=expiration).date_created == expiration
    )


def test_feedback_becomes_visible_when_both_have_rated() -> None:
    order = give_feedback(a_reservation(), a_vehicle(), a_feedback(), NOW).order
    assert order.sale is not None
    assert order.sale.visibility_date == NOW + timedelta(days=21)
    order = give_feedback(order, a_vehicle(), a_buyers_feedback(), LATER).order
    assert order.sale is not None
    assert order.purchase is not None
    assert (order.sale.visibility_date, order.purchase.visibility_date) == (LATER, LATER)


def test_either_partys_yes_marks_the_order_delivered() -> None:
    assert give_feedback(a_paid_order(), an_item(), a_feedback(), LATER).order.delivered
    assert give_feedback(a_paid_order(), an_item(), a_buyers_feedback(), LATER).order.delivered


def test_the_buyers_yes_alone_does_not_pay_the_seller() -> None:
    order = give_feedback(a_reservation(), a_vehicle(), a_buyers_feedback(), LATER).order
    assert order.payments[0].date_released is None


def test_a_buyer_who_contradicts_the_seller_keeps_the_money_waiting() -> None:
    delivered = a_reservation(sale=a_feedback(), delivered=True)
    no = a_buyers_feedback(fulfilled=False, rating=Rating.NEUTRAL)
    order = give_feedback(delivered, a_vehicle(), no, LATER).order
    assert (order.status, contradicted(order)) == (OrderStatus.PAID, True)
    assert (order.payments[0].status, order.payments[0].date_released) == ("approved", None)


def test_the_buyers_no_on_another_order_waits_for_the_seller() -> None:
    no = a_buyers_feedback(fulfilled=False, rating=Rating.NEGATIVE)
    order = give_feedback(a_paid_order(), an_item(), no, LATER).order
    assert (order.status, order.payments[0].status) == (OrderStatus.PAID, "approved")


def test_a_seller_who_agrees_that_it_did_not_happen_gives_the_money_back() -> None:
    no = a_buyers_feedback(fulfilled=False, rating=Rating.NEGATIVE)
    sellers_no = a_feedback(fulfilled=False, rating=Rating.NEUTRAL, restock_item=False)
    order = give_feedback(a_paid_order(purchase=no), an_item(), sellers_no, LATER).order
    assert (order.status, order.payments[0].status) == (OrderStatus.CANCELLED, "refunded")
