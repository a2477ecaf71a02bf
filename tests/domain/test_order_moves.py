"""The table of legal moves, and what endings do beside changing the status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    a_feedback,
    a_hidden_order,
    a_paid_order,
    a_payment,
    a_reservation,
    a_vehicle,
    a_waiting_payment,
    an_item,
    an_order,
)
from zoco.domain.feedback import Rating
from zoco.domain.items import ItemStatus
from zoco.domain.order_endings import cancel, expire_unpaid, seller_banned
from zoco.domain.order_feedback import give_feedback
from zoco.domain.order_moves import MANDATORY_MOVES, OTHER_MOVES, move
from zoco.domain.order_payments import apply_payment
from zoco.domain.orders import Change, Order, OrderStatus
from zoco.domain.payments import PaymentStatus

LATER = NOW + timedelta(hours=5)
DEADLINE = NOW + timedelta(hours=72)

REQUIRED = OrderStatus.PAYMENT_REQUIRED
CONFIRMED = OrderStatus.CONFIRMED
PAID = OrderStatus.PAID
CANCELLED = OrderStatus.CANCELLED


@pytest.mark.parametrize("moves", [MANDATORY_MOVES, OTHER_MOVES], ids=["mandatory", "other"])
def test_nothing_leads_out_of_an_end_and_nothing_back_from_paid(
    moves: dict[OrderStatus, frozenset[OrderStatus]],
) -> None:
    assert moves[CANCELLED] == moves[OrderStatus.INVALID] == frozenset()
    assert moves[PAID] == {CANCELLED, OrderStatus.INVALID}


def test_neither_flow_knows_the_others_waiting_room() -> None:
    assert not any(CONFIRMED in targets for targets in MANDATORY_MOVES.values())
    assert not any(REQUIRED in targets for targets in OTHER_MOVES.values())


@pytest.mark.parametrize(
    ("order", "to"),
    [
        (a_paid_order(), REQUIRED),
        (a_reservation(), REQUIRED),
        (a_paid_order(), OrderStatus.PARTIALLY_PAID),
        (an_order(status=CANCELLED), PAID),
        (an_order(), REQUIRED),
        (a_hidden_order(), CONFIRMED),
    ],
)
def test_an_illegal_move_is_our_mistake(order: Order, to: OrderStatus) -> None:
    with pytest.raises(ValueError, match="cannot go from"):
        move(order, to)


def test_outside_the_mandatory_flow_date_closed_is_kept_when_the_order_is_paid() -> None:
    change = apply_payment(an_order(), an_item(), a_payment(), LATER)
    assert (change.order.date_closed, change.order.last_updated) == (NOW, LATER)


def test_a_returned_vehicle_is_on_sale_again() -> None:
    reserved = a_vehicle(
        available_quantity=0, sold_quantity=1, status=ItemStatus.PAUSED, sub_status=("out_of_stock",)
    )
    no = a_feedback(fulfilled=False, rating=Rating.NEUTRAL, restock_item=True)
    item = give_feedback(a_reservation(), reserved, no, LATER).item
    assert item is not None
    assert (item.status, item.sub_status) == (ItemStatus.ACTIVE, ())


@pytest.mark.parametrize(
    ("act", "detail"),
    [
        pytest.param(lambda order: expire_unpaid(order, DEADLINE), "expired", id="the deadline"),
        pytest.param(
            lambda order: cancel(order, an_item(), by_user_id=BUYER_ID, now=LATER), "by_payer", id="the buyer"
        ),
        pytest.param(lambda order: seller_banned(order, an_item(), LATER), "by_collector", id="the platform"),
    ],
)
def test_a_payment_in_process_says_who_called_it_off(act: Callable[[Order], Change], detail: str) -> None:
    order = act(a_hidden_order(status=OrderStatus.PAYMENT_IN_PROCESS, payments=(a_waiting_payment(),))).order
    assert [(one.status, one.status_detail) for one in order.payments] == [(PaymentStatus.CANCELLED, detail)]
