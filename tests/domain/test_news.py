"""Who hears of what (contract 17.7, A-37): the events that each act leaves for the feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    a_buyer,
    a_buyers_feedback,
    a_feedback,
    a_hidden_order,
    a_paid_order,
    a_payment,
    a_reservation,
    a_seller,
    a_vehicle,
    a_waiting_payment,
    an_item,
    an_order,
    ars,
)
from zoco.domain.categories import category
from zoco.domain.events import Event, FeedbackNews, ItemNews, OrderNews, PaymentNews, ShippingNews
from zoco.domain.feedback import Rating
from zoco.domain.items import Item
from zoco.domain.order_endings import cancel, expire, expire_unpaid
from zoco.domain.order_feedback import give_feedback
from zoco.domain.order_payments import apply_payment
from zoco.domain.order_placing import place
from zoco.domain.order_shipping import carrier_says, instruct
from zoco.domain.orders import Cause, Change, OrderStatus
from zoco.domain.payments import PaymentStatus
from zoco.domain.shipping import Shipping, ShippingStatus

LATER = NOW + timedelta(hours=5)
EXPIRATION = NOW + timedelta(days=21)

HALF = a_payment(id=7, transaction_amount=ars(400))
REST = a_payment(id=8, transaction_amount=ars(600))
REST_WAITING = a_waiting_payment(id=8, transaction_amount=ars(600))
REJECTED = replace(HALF, id=9, status=PaymentStatus.REJECTED)
NO = a_feedback(fulfilled=False, rating=Rating.NEUTRAL, restock_item=True)
BUYERS_NO = a_buyers_feedback(fulfilled=False, rating=Rating.NEUTRAL)
SOLD = an_item(available_quantity=2, sold_quantity=1)


def _placing(item: Item) -> Change:
    return place(
        order_id=1,
        buyer=a_buyer(),
        seller=a_seller(),
        item=item,
        category=category(item.category_id),
        quantity=1,
        variation_id=None,
        application_id=None,
        buyer_is_blocked=False,
        now=NOW,
    )


def _said(events: tuple[Event, ...]) -> list[str]:
    """The events in short: S for the seller, B for the buyer, and the id of a payment."""
    said = []
    for event in events:
        match event:
            case OrderNews():
                assert (event.seller_id, event.buyer_id) == (SELLER_ID, BUYER_ID)
                said.append(f"order {event.stage.value}")
            case PaymentNews():
                assert event.buyer_id in (BUYER_ID, None)
                assert event.seller_id in (SELLER_ID, None)
                heard_by = ("S" if event.seller_id else "") + ("B" if event.buyer_id else "")
                said.append(f"payment {heard_by} {event.payment_id}")
            case ItemNews():
                said.append(f"item {event.item_id}")
            case FeedbackNews():
                said.append("feedback")
            case ShippingNews():
                assert event.buyer_id == BUYER_ID
                assert event.seller_id in (SELLER_ID, None)
                said.append("shipping SB" if event.seller_id else "shipping B")
    return said


ROWS: list[tuple[str, Callable[[], Change], list[str]]] = [
    ("order created, mandatory flow", lambda: _placing(an_item(condition="new")), ["order hidden"]),
    ("order created, other flow", lambda: _placing(an_item()), ["order visible", "item MLA600034093"]),
    (
        "payment created while hidden",
        lambda: apply_payment(a_hidden_order(), an_item(), HALF, LATER),
        ["order hidden", "payment B 7"],
    ),
    (
        "payment rejected while hidden",
        lambda: apply_payment(a_hidden_order(), an_item(), REJECTED, LATER),
        ["order hidden", "payment B 9"],
    ),
    (
        "payment credited, paid",
        lambda: apply_payment(
            a_hidden_order(), an_item(), replace(HALF, transaction_amount=ars(1_000)), LATER
        ),
        ["order became_visible", "payment SB 7", "item MLA600034093"],
    ),
    (
        "the second of two credits: the seller hears of each once",
        lambda: apply_payment(
            a_hidden_order(status=OrderStatus.PARTIALLY_PAID, payments=(HALF, REST_WAITING)),
            an_item(),
            REST,
            LATER,
        ),
        ["order became_visible", "payment S 7", "payment SB 8", "item MLA600034093"],
    ),
    (
        "what was rejected before is not replayed to the seller",
        lambda: apply_payment(
            a_hidden_order(payments=(REJECTED,)),
            an_item(),
            a_payment(id=10),
            LATER,
        ),
        ["order became_visible", "payment SB 10", "item MLA600034093"],
    ),
    (
        "credited, but nothing is left",
        lambda: apply_payment(
            a_hidden_order(status=OrderStatus.PARTIALLY_PAID, payments=(HALF,)),
            an_item(available_quantity=0),
            REST,
            LATER,
        ),
        ["order hidden", "payment B 7", "payment B 8"],
    ),
    (
        "payment on a confirmed order",
        lambda: apply_payment(an_order(), SOLD, HALF, LATER),
        ["order visible", "payment SB 7"],
    ),
    (
        "order cancelled while hidden",
        lambda: cancel(
            a_hidden_order(status=OrderStatus.PARTIALLY_PAID, payments=(HALF,)),
            an_item(),
            by_user_id=BUYER_ID,
            now=LATER,
        ),
        ["order hidden", "payment B 7"],
    ),
    (
        "not paid in time",
        lambda: expire_unpaid(a_hidden_order(), NOW + timedelta(hours=72)),
        ["order hidden"],
    ),
    (
        "order cancelled later",
        lambda: cancel(an_order(payments=(HALF,)), SOLD, by_user_id=SELLER_ID, now=LATER),
        ["order visible", "payment SB 7", "item MLA600034093"],
    ),
    (
        "feedback, no money moves",
        lambda: give_feedback(a_reservation(), a_vehicle(), a_feedback(), LATER),
        ["order visible", "feedback"],
    ),
    (
        "both agree: money released, which the seller hears",
        lambda: give_feedback(a_reservation(sale=a_feedback()), a_vehicle(), a_buyers_feedback(), LATER),
        ["order visible", "payment S 20000001001", "feedback"],
    ),
    (
        "a vehicle returned",
        lambda: give_feedback(a_reservation(), a_vehicle(available_quantity=0, sold_quantity=1), NO, LATER),
        ["order visible", "payment SB 20000001001", "item MLB600034094", "feedback"],
    ),
    (
        "contradiction: nothing moves",
        lambda: give_feedback(
            a_reservation(sale=a_feedback(), delivered=True), a_vehicle(), BUYERS_NO, LATER
        ),
        ["order visible", "feedback"],
    ),
    (
        "expiration with release",
        lambda: expire(a_paid_order(), EXPIRATION),
        ["order visible", "payment S 20000001001"],
    ),
    (
        "expiration with a charge, of which the buyer hears nothing",
        lambda: expire(a_paid_order(), EXPIRATION, fee_rate=Decimal("0.1")),
        ["order visible", "payment S 20000001001"],
    ),
    (
        "expiration with a charge and nothing to release",
        lambda: expire(
            a_paid_order(sale=a_feedback(), purchase=BUYERS_NO), EXPIRATION, fee_rate=Decimal("0.1")
        ),
        ["order visible"],
    ),
    ("expiration without money", lambda: expire(an_order(), EXPIRATION), ["order visible"]),
    (
        "late credit on a dead hidden order",
        lambda: apply_payment(
            a_hidden_order(status=OrderStatus.CANCELLED, cause=Cause.PAYMENT_EXPIRED), an_item(), HALF, LATER
        ),
        ["order hidden", "payment B 7"],
    ),
    (
        "late credit on a dead visible order",
        lambda: apply_payment(
            an_order(status=OrderStatus.CANCELLED, cause=Cause.BUYER_CANCELLED), an_item(), HALF, LATER
        ),
        ["order visible", "payment SB 7"],
    ),
    (
        "the provider's word repeated",
        lambda: apply_payment(a_paid_order(), SOLD, a_payment(), LATER),
        [],
    ),
    (
        "shipping instructions",
        lambda: instruct(an_order(), receiver_address="{}", comments=None, now=LATER),
        ["order visible", "shipping SB"],
    ),
    (
        "shipping instructions while hidden",
        lambda: instruct(a_hidden_order(), receiver_address="{}", comments=None, now=LATER),
        ["order hidden", "shipping B"],
    ),
    (
        "the carrier's word",
        lambda: carrier_says(a_paid_order(), status="shipped", cost=None, now=LATER),
        ["order visible", "shipping SB"],
    ),
    (
        "the carrier's word repeated",
        lambda: carrier_says(
            a_paid_order(shipping=Shipping(status=ShippingStatus.SHIPPED, date_created=NOW)),
            status="shipped",
            cost=ars(0),
            now=LATER,
        ),
        [],
    ),
    ("not yet expired", lambda: expire(a_paid_order(), NOW), []),
    ("not yet overdue", lambda: expire_unpaid(a_hidden_order(), NOW), []),
]


@pytest.mark.parametrize(("act", "said"), [pytest.param(act, said, id=name) for name, act, said in ROWS])
def test_who_hears(act: Callable[[], Change], said: list[str]) -> None:
    assert _said(act().events) == said
