"""How orders end: called off by somebody, or because time has passed (contract 18, 26.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from zoco.domain.charges import FREE, Charge, shares
from zoco.domain.feedback import Side
from zoco.domain.items import Item
from zoco.domain.money import Money
from zoco.domain.order_moves import end, settle, told, with_payments
from zoco.domain.orders import (
    DEAD,
    UNPAID,
    Cause,
    Change,
    Order,
    OrderStatus,
    contradicted,
    deal_is_over,
    paid_amount,
    payment_deadline,
    rating_is_over,
    refused_by_buyer_alone,
    side_of,
)
from zoco.domain.refusals import Reason, Refused

REASON_LENGTH_MAX = 300


def cancel(order: Order, item: Item, *, by_user_id: int, now: datetime) -> Change:
    """The cancel call of 26.1 (T11, T16, T22, T23)."""
    if side_of(order, by_user_id) is Side.PURCHASE:
        allowed, cause = _buyer_may_cancel(order, now), Cause.BUYER_CANCELLED
    else:
        # A paid order the seller cancels through his feedback (11.7).
        allowed, cause = order.status in UNPAID, Cause.SELLER_CANCELLED
    if not allowed:
        raise Refused(Reason.ORDER_NOT_CANCELLABLE, detail=f"order {order.id} is {order.status}")
    return _cancelled(order, item, cause, now)


def _buyer_may_cancel(order: Order, now: datetime) -> bool:
    if order.status in UNPAID:
        return True
    # a reservation is the one paid order a buyer can still leave.
    leaving = order.status is OrderStatus.PAID and order.reservation
    return leaving and not order.delivered and not rating_is_over(order, now)


def expire_unpaid(order: Order, now: datetime) -> Change:
    """T8: nobody paid in time; what was paid in part goes back."""
    if not order.mandatory_flow or order.status not in UNPAID or now < payment_deadline(order):
        return Change(order)
    ended, _ = end(order, None, OrderStatus.CANCELLED, Cause.PAYMENT_EXPIRED, now, restock=False)
    return told(order, ended, None)


def expire(order: Order, now: datetime, *, fee_rate: Decimal = FREE) -> Change:
    """T18: the deadline to rate has passed; feedback is visible, and the money goes where it belongs.

    The seller is charged `fee_rate` of it, unless it ends here (A-40).
    """
    in_force = order.status in (OrderStatus.PAID, OrderStatus.CONFIRMED)
    if not in_force or order.expired or now < order.expiration_date:
        return Change(order)
    expired = replace(order, expired=True, last_updated=now)
    if order.status is OrderStatus.PAID and refused_by_buyer_alone(order):
        # 11.7: the seller never answered the buyer's "no". Without his word nothing returns to the shelf.
        ended, _ = end(expired, None, OrderStatus.CANCELLED, Cause.PAYMENT_REFUNDED, now, restock=False)
        return told(order, ended, None)
    return told(order, _charged(settle(expired, now), fee_rate, now), None)


def _charged(order: Order, fee_rate: Decimal, now: datetime) -> Order:
    # The seed says that a reservation costs its seller nothing.
    rate = FREE if order.reservation else fee_rate
    worth = paid_amount(order) if order.status is OrderStatus.PAID else order.total
    fee = Money.rounded(worth.amount * rate, worth.currency)
    paid = [one for one in order.payments if one.credited and one.net_amount]
    parts = shares(fee, [one.net_amount for one in paid])
    part_of = {one.id: part for one, part in zip(paid, parts, strict=True)}
    charged = replace(order, charge=Charge(rate, fee, now))
    return with_payments(charged, lambda one: replace(one, charged=part_of.get(one.id, one.charged)))


def seller_banned(order: Order, item: Item, now: datetime) -> Change:
    """T19: the platform parts with the seller. A deal that is over stays as it was."""
    if order.status in DEAD or deal_is_over(order):
        return Change(order)
    return _cancelled(order, item, Cause.SELLER_BANNED, now)


def invalidate(order: Order, item: Item, now: datetime, *, reason: str) -> Change:
    """T20: the buyer was malicious."""
    if not reason.strip() or len(reason) > REASON_LENGTH_MAX:
        raise Refused(Reason.INVALID_FIELD, field="reason", detail=f"1 to {REASON_LENGTH_MAX} characters")
    if order.status in DEAD:
        raise Refused(Reason.ORDER_IS_OVER, detail=f"order {order.id} is {order.status}")
    ended, returned = end(order, item, OrderStatus.INVALID, None, now, restock=True)
    return told(order, replace(ended, invalid_reason=reason), returned)


def end_contradiction(order: Order, item: Item, now: datetime, *, winner: Side) -> Change:
    """T26: the operator gives the money that is held to one of the two."""
    held = any(one.credited and one.date_released is None for one in order.payments)
    if order.status is not OrderStatus.PAID or not contradicted(order) or not held:
        raise Refused(Reason.NOT_CONTRADICTED, detail=f"order {order.id}")
    if winner is Side.PURCHASE:
        return _cancelled(order, item, Cause.PAYMENT_REFUNDED, now)
    return told(order, settle(replace(order, settled=True, last_updated=now), now), None)


def _cancelled(order: Order, item: Item, cause: Cause, now: datetime) -> Change:
    # What has been delivered is not on the shelf (T17 says so; the same holds for every other cause).
    ended, returned = end(order, item, OrderStatus.CANCELLED, cause, now, restock=not order.delivered)
    return told(order, ended, returned)
