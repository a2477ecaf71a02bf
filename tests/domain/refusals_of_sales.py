"""How the rules say no to what happens to an order, a listing or a user after they are there.

Rows for `test_refusals`: what is refused, and an act that is refused so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    a_buyers_feedback,
    a_feedback,
    a_paid_order,
    a_payment,
    a_reservation,
    a_user,
    an_item,
    an_order,
    ars,
)
from zoco.domain.blacklists import new_entry
from zoco.domain.feedback import Rating, Side
from zoco.domain.item_review import review
from zoco.domain.items import Item, ItemStatus
from zoco.domain.money import Money
from zoco.domain.notes import check_text
from zoco.domain.order_endings import end_contradiction, invalidate
from zoco.domain.order_shipping import carrier_says, instruct
from zoco.domain.orders import Order, OrderStatus
from zoco.domain.refusals import Reason
from zoco.domain.users import UserChange, changed

_CONTRADICTED = a_paid_order(
    delivered=True, sale=a_feedback(), purchase=a_buyers_feedback(fulfilled=False, rating=Rating.NEUTRAL)
)


def _invalidate(order: Order, reason: str = "Malicious") -> Callable[[], object]:
    return lambda: invalidate(order, an_item(), NOW, reason=reason)


def _settle(order: Order) -> Callable[[], object]:
    return lambda: end_contradiction(order, an_item(), NOW, winner=Side.PURCHASE)


DECIDING = [
    (Reason.INVALID_FIELD, _invalidate(an_order(status=OrderStatus.INVALID), reason=" ")),
    (Reason.INVALID_FIELD, _invalidate(an_order(status=OrderStatus.INVALID), reason="x" * 301)),
    (Reason.ORDER_IS_OVER, _invalidate(an_order(status=OrderStatus.INVALID))),
    (Reason.ORDER_IS_OVER, _invalidate(an_order(status=OrderStatus.CANCELLED))),
    (Reason.NOT_CONTRADICTED, _settle(a_paid_order())),
    (Reason.NOT_CONTRADICTED, _settle(a_paid_order(sale=a_feedback()))),
    (Reason.NOT_CONTRADICTED, _settle(replace(_CONTRADICTED, status=OrderStatus.CONFIRMED, payments=()))),
    (Reason.NOT_CONTRADICTED, _settle(replace(_CONTRADICTED, status=OrderStatus.CANCELLED))),
    (Reason.NOT_CONTRADICTED, _settle(replace(_CONTRADICTED, settled=True))),
    # The seller has it already.
    (Reason.NOT_CONTRADICTED, _settle(replace(_CONTRADICTED, payments=(a_payment(date_released=NOW),)))),
]


def _instruct(order: Order, address: str | None = "{}", comments: str | None = None) -> Callable[[], object]:
    return lambda: instruct(order, receiver_address=address, comments=comments, now=NOW)


def _carry(order: Order, status: str | None = "shipped", cost: Money | None = None) -> Callable[[], object]:
    return lambda: carrier_says(order, status=status, cost=cost, now=NOW)


SHIPPING = [
    (Reason.INVALID_FIELD, _instruct(a_reservation(), address=None)),
    (Reason.INVALID_FIELD, _instruct(a_reservation(), comments="x" * 501)),
    (Reason.INVALID_FIELD, _carry(a_reservation(), status=None)),
    (Reason.INVALID_FIELD, _carry(a_reservation(), status="lost")),
    (Reason.INVALID_FIELD, _carry(a_reservation(), cost=ars(-1))),
    (Reason.SHIPPING_NOT_AVAILABLE, _instruct(a_reservation())),
    (Reason.SHIPPING_NOT_AVAILABLE, _instruct(an_order(status=OrderStatus.CANCELLED))),
    (Reason.SHIPPING_NOT_AVAILABLE, _carry(a_reservation())),
    (Reason.SHIPPING_NOT_AVAILABLE, _carry(an_order(status=OrderStatus.INVALID))),
]


def _review(item: Item, status: str, *sub_status: str) -> Callable[[], object]:
    return lambda: review(item, status, sub_status, NOW)


REVIEWING = [
    (Reason.INVALID_FIELD, _review(an_item(status=ItemStatus.CLOSED), "paused")),
    (Reason.INVALID_FIELD, _review(an_item(status=ItemStatus.CLOSED), "active", "warning")),
    (Reason.INVALID_FIELD, _review(an_item(status=ItemStatus.CLOSED), "under_review", "expired")),
    (Reason.INVALID_FIELD, _review(an_item(), "closed", "suspended", "warning")),
    (Reason.ITEM_CLOSED, _review(an_item(status=ItemStatus.CLOSED), "active")),
    (Reason.ITEM_CLOSED, _review(an_item(status=ItemStatus.CLOSED), "under_review")),
    (Reason.INVALID_STATUS_CHANGE, _review(an_item(status=ItemStatus.PAUSED), "active")),
]


def _tell(**changes: Any) -> Callable[[], object]:
    return lambda: changed(a_user(), UserChange(**changes))


TELLING = [
    (Reason.INVALID_FIELD, _tell(site_status="banned")),
    (Reason.INVALID_FIELD, _tell(tags=("",))),
    (Reason.INVALID_FIELD, _tell(tags=("x" * 65,))),
    (Reason.INVALID_FIELD, _tell(tags=tuple(f"tag{number}" for number in range(51)))),
    (Reason.INVALID_FIELD, _tell(official_store_ids=(1, 0))),
]

NOTING: list[tuple[Reason, Callable[[], object]]] = [
    (Reason.NOTE_EMPTY, lambda: check_text("")),
    (Reason.NOTE_EMPTY, lambda: check_text(" " * 301)),
    (Reason.NOTE_TOO_LONG, lambda: check_text("\U0001f697" * 301)),
]


def _blocking(user_id: int, reason: str) -> Callable[[], object]:
    return lambda: new_entry(seller_id=SELLER_ID, user_id=user_id, reason=reason, now=NOW)


BLOCKING = [
    (Reason.SELF_BLOCK, _blocking(SELLER_ID, "x" * 301)),
    (Reason.INVALID_FIELD, _blocking(BUYER_ID, "x" * 301)),
]
