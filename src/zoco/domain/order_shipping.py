"""Where the buyer wants his order sent, and what the carrier says of it (A-39)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from zoco.domain.events import ShippingNews
from zoco.domain.money import Money
from zoco.domain.order_moves import told
from zoco.domain.orders import DEAD, Change, Order
from zoco.domain.refusals import Reason, Refused
from zoco.domain.shipping import Shipping, ShippingStatus

COMMENTS_LENGTH_MAX = 500


def instruct(order: Order, *, receiver_address: str | None, comments: str | None, now: datetime) -> Change:
    """The buyer's instructions. None: as it is; empty comments take them away."""
    if receiver_address is None and comments is None:
        raise Refused(Reason.INVALID_FIELD, field="receiver_address", detail="or comments are needed")
    if comments is not None and len(comments) > COMMENTS_LENGTH_MAX:
        raise Refused(
            Reason.INVALID_FIELD, field="comments", detail=f"at most {COMMENTS_LENGTH_MAX} characters"
        )
    _check_shippable(order)
    known = order.shipping
    instructed = replace(
        known,
        receiver_address=known.receiver_address if receiver_address is None else receiver_address,
        comments=known.comments if comments is None else comments or None,
    )
    return _changed(order, instructed, order.shipping_cost, now)


def carrier_says(order: Order, *, status: str | None, cost: Money | None, now: datetime) -> Change:
    """The carrier's word: how far the goods are, and what their way costs. None: as it is."""
    if status is None and cost is None:
        raise Refused(Reason.INVALID_FIELD, field="status", detail="or cost are needed")
    if status is not None and status not in list(ShippingStatus):
        raise Refused(Reason.INVALID_FIELD, field="status", detail=status)
    if cost is not None and cost.minor < 0:
        raise Refused(Reason.INVALID_FIELD, field="cost", detail="less than nothing")
    _check_shippable(order)
    shipping = order.shipping if status is None else replace(order.shipping, status=ShippingStatus(status))
    return _changed(order, shipping, order.shipping_cost if cost is None else cost, now)


def _check_shippable(order: Order) -> None:
    # A vehicle changes hands as its two parties agree.
    if order.reservation or order.status in DEAD:
        raise Refused(Reason.SHIPPING_NOT_AVAILABLE, detail=f"order {order.id}")


def _changed(order: Order, shipping: Shipping, cost: Money, now: datetime) -> Change:
    """The same word twice changes nothing, and nobody hears of it."""
    begun = replace(shipping, date_created=shipping.date_created or now)
    if (begun, cost) == (order.shipping, order.shipping_cost):
        return Change(order)
    change = told(order, replace(order, shipping=begun, shipping_cost=cost, last_updated=now), None)
    news = ShippingNews(
        order_id=order.id,
        buyer_id=order.buyer_id,
        seller_id=None if order.hidden else order.seller_id,
    )
    return replace(change, events=(*change.events, news))
