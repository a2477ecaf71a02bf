"""What buyer and seller say of an order, and what it does to it (contract 11; T12 to T16, T24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from zoco.domain.events import FeedbackNews
from zoco.domain.feedback import MESSAGE_LENGTH_MAX, REASONS, Feedback, Rating, Side
from zoco.domain.items import Item
from zoco.domain.order_moves import end, settle, told
from zoco.domain.orders import Cause, Change, Order, OrderStatus, rating_is_over, side_of
from zoco.domain.refusals import Reason, Refused


def new_feedback(
    *,
    feedback_id: int,
    order: Order,
    from_user_id: int,
    fulfilled: bool,
    rating: str,
    message: str | None,
    reason: str | None,
    restock_item: bool | None,
    now: datetime,
) -> Feedback:
    """A party's first feedback on `order`, checked (11.2, 11.4); `give_feedback` then tells the order."""
    side = side_of(order, from_user_id)
    _check_moment(order, side, fulfilled=fulfilled, now=now)
    rated = _rating(order, rating, fulfilled=fulfilled)
    _check_reason(order, side, reason, fulfilled=fulfilled)
    _check_message(order, message)
    return Feedback(
        id=feedback_id,
        order_id=order.id,
        side=side,
        from_id=from_user_id,
        to_id=order.buyer_id if side is Side.SALE else order.seller_id,
        fulfilled=fulfilled,
        rating=rated,
        reason=reason,
        message=message,
        restock_item=_restock(order, wish=restock_item) if side is Side.SALE and not fulfilled else None,
        date_created=now,
        date_last_updated=now,
        visibility_date=order.expiration_date,
    )


def _check_moment(order: Order, side: Side, *, fulfilled: bool, now: datetime) -> None:
    if order.status not in (OrderStatus.PAID, OrderStatus.CONFIRMED):
        raise Refused(Reason.ORDER_NOT_RATABLE, detail=f"order {order.id} is {order.status}")
    if (order.sale if side is Side.SALE else order.purchase) is not None:
        raise Refused(Reason.FEEDBACK_ALREADY_EXISTS)
    if rating_is_over(order, now):
        # C-34: no first rating by either party after the deadline; the documented code is kept (T15).
        raise Refused(Reason.FEEDBACK_EXPIRED if fulfilled else Reason.NOT_FULFILLED_FEEDBACK_EXPIRED)


def _rating(order: Order, rating: str, *, fulfilled: bool) -> Rating:
    """Positive if and only if fulfilled; a reservation is never rated negative (A-22, C-23)."""
    if fulfilled:
        fitting = [Rating.POSITIVE]
    else:
        fitting = [Rating.NEUTRAL] if order.reservation else [Rating.NEUTRAL, Rating.NEGATIVE]
    # The old documents send capitals.
    if rating.lower() not in fitting:
        raise Refused(Reason.INVALID_RATING, field="rating", detail=rating)
    return Rating(rating.lower())


def _check_reason(order: Order, side: Side, reason: str | None, *, fulfilled: bool) -> None:
    # C-22: neither of the seed's bodies for reservations has a reason or a message.
    missing = reason is None and not fulfilled and not order.reservation
    if missing or (reason is not None and reason not in REASONS[side]):
        raise Refused(Reason.INVALID_REASON, field="reason", detail=reason or "")


def _check_message(order: Order, message: str | None) -> None:
    if not order.reservation and not (message or "").strip():
        raise Refused(Reason.MESSAGE_REQUIRED, field="message")
    if message is not None and len(message) > MESSAGE_LENGTH_MAX:
        raise Refused(Reason.MESSAGE_TOO_LONG, field="message", detail=f"{len(message)} characters")


def _restock(order: Order, *, wish: bool | None) -> bool:
    """A vehicle that comes back is on sale again unless the seller says no (A-22); other goods stay out."""
    return order.reservation if wish is None else wish


def give_feedback(order: Order, item: Item, feedback: Feedback, now: datetime) -> Change:
    """The order after a first feedback of one party (11.7)."""
    rated = _with_feedback(replace(order, last_updated=now), feedback, now)
    returned = None
    if feedback.fulfilled:
        # 4.4: either party's word makes it delivered.
        rated = settle(replace(rated, delivered=True), now)
    elif feedback.side is Side.SALE:
        cause = Cause.RESERVATION_RETURNED if order.reservation else Cause.SELLER_CANCELLED
        rated, returned = end(
            rated, item, OrderStatus.CANCELLED, cause, now, restock=bool(feedback.restock_item)
        )
    elif order.reservation and not order.delivered:
        # T16. After the seller's report it would be a contradiction, and the money waits.
        rated, returned = end(rated, item, OrderStatus.CANCELLED, Cause.BUYER_CANCELLED, now, restock=True)
    change = told(order, rated, returned)
    news = FeedbackNews(order_id=order.id, seller_id=order.seller_id, buyer_id=order.buyer_id)
    return replace(change, events=(*change.events, news))


def _with_feedback(order: Order, feedback: Feedback, now: datetime) -> Order:
    sale = feedback if feedback.side is Side.SALE else order.sale
    purchase = feedback if feedback.side is Side.PURCHASE else order.purchase
    if sale is not None and purchase is not None:
        # Both have rated: each sees the other's from this moment on (11.6).
        sale, purchase = replace(sale, visibility_date=now), replace(purchase, visibility_date=now)
    return replace(order, sale=sale, purchase=purchase)
