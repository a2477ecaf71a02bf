"""What the operator decides of an order: to annul it, or to end a contradiction (contract 21.1)."""

from __future__ import annotations

from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain.feedback import Side
from zoco.domain.order_endings import end_contradiction, invalidate
from zoco.domain.orders import Order, View
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.changes import keep, locked_item
from zoco.marketplace.views import OrderView
from zoco.storage import orders, users


async def annul(tx: Transaction, order_id: int, *, reason: str, now: datetime) -> OrderView:
    """T20: the buyer was malicious."""
    order = await _locked_order(tx, order_id)
    item = await locked_item(tx, order.line.item_id)
    change = invalidate(order, item, now, reason=reason)
    await keep(tx, change, order=order, item=item, now=now)
    return await _seen(tx, change.order)


async def settle(tx: Transaction, order_id: int, *, winner: Side, now: datetime) -> OrderView:
    """T26: the money that the parties contradict each other about goes to one of them."""
    order = await _locked_order(tx, order_id)
    item = await locked_item(tx, order.line.item_id)
    change = end_contradiction(order, item, now, winner=winner)
    await keep(tx, change, order=order, item=item, now=now)
    return await _seen(tx, change.order)


async def _locked_order(tx: Transaction, order_id: int) -> Order:
    order = await orders.get_for_update(tx, order_id)
    if order is None:
        raise Refused(Reason.ORDER_NOT_FOUND, detail=str(order_id))
    return order


async def _seen(tx: Transaction, order: Order) -> OrderView:
    """The operator sees what the seller sees, of a hidden order too."""
    people = await users.many(tx, {order.buyer_id, order.seller_id})
    return OrderView(
        order=order, buyer=people[order.buyer_id], seller=people[order.seller_id], view=View.SELLER
    )
