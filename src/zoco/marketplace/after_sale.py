"""After the sale: delivered or returned, and how it went (contract 11)."""

from __future__ import annotations

from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain import orders as order_readings
from zoco.domain.feedback import Feedback, Side
from zoco.domain.order_feedback import give_feedback as apply_feedback
from zoco.domain.order_feedback import new_feedback
from zoco.domain.orders import Order, feedback_visible_to
from zoco.domain.users import User
from zoco.marketplace.caller import Caller
from zoco.marketplace.changes import keep, locked_item
from zoco.marketplace.order_lookup import visible
from zoco.marketplace.views import FeedbackPairView, FeedbackView
from zoco.storage import orders, users


async def give_feedback(
    tx: Transaction,
    caller: Caller,
    order_id: int,
    *,
    fulfilled: bool,
    rating: str,
    message: str | None,
    reason: str | None,
    restock_item: bool | None,
    now: datetime,
) -> FeedbackView:
    """The caller's first word on the order: the seller delivers or returns, the buyer confirms (11.7)."""
    order = visible(await orders.get_for_update(tx, order_id), order_id, caller)
    feedback = new_feedback(
        feedback_id=await tx.next_id("feedback_id"),
        order=order,
        from_user_id=caller.user_id,
        fulfilled=fulfilled,
        rating=rating,
        message=message,
        reason=reason,
        restock_item=restock_item,
        now=now,
    )
    item = await locked_item(tx, order.line.item_id)
    change = apply_feedback(order, item, feedback, now)
    await keep(tx, change, order=order, item=item, now=now)
    people = await users.many(tx, {order.buyer_id, order.seller_id})
    kept = change.order.sale if feedback.side is Side.SALE else change.order.purchase
    return _view(change.order, kept or feedback, people, fulfilled_only=False)


async def feedback_of(tx: Transaction, caller: Caller, order_id: int, now: datetime) -> FeedbackPairView:
    """What both have said, as far as the caller may see it (11.6)."""
    order = visible(await orders.get(tx, order_id), order_id, caller)
    people = await users.many(tx, {order.buyer_id, order.seller_id})
    return FeedbackPairView(
        sale=_seen(order, Side.SALE, caller, people, now),
        purchase=_seen(order, Side.PURCHASE, caller, people, now),
    )


def _seen(
    order: Order, side: Side, caller: Caller, people: dict[int, User], now: datetime
) -> FeedbackView | None:
    feedback = order.sale if side is Side.SALE else order.purchase
    seen = feedback_visible_to(order, side, caller.user_id, now)
    if feedback is None or seen is order_readings.FeedbackView.NOTHING:
        return None
    fulfilled_only = seen is order_readings.FeedbackView.FULFILLED_ONLY
    return _view(order, feedback, people, fulfilled_only=fulfilled_only)


def _view(order: Order, feedback: Feedback, people: dict[int, User], *, fulfilled_only: bool) -> FeedbackView:
    return FeedbackView(
        feedback=feedback,
        order=order,
        author=people[feedback.from_id],
        receiver=people[feedback.to_id],
        fulfilled_only=fulfilled_only,
    )
