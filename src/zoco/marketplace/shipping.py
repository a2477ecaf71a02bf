"""Shipping: the buyer's instructions, the carrier's word, and how far an order is (A-39)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from zoco.database.transaction import Transaction
from zoco.domain.money import Money
from zoco.domain.order_shipping import carrier_says as apply_carriers_word
from zoco.domain.order_shipping import instruct as apply_instructions
from zoco.domain.orders import Order
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.marketplace.changes import keep
from zoco.marketplace.order_lookup import visible
from zoco.storage import orders


async def shipping_of(tx: Transaction, caller: Caller, order_id: int) -> Order:
    """The order whose `shipping` the caller may see: either party's, as soon as it is visible."""
    return visible(await orders.get(tx, order_id), order_id, caller)


async def instruct(
    tx: Transaction,
    caller: Caller,
    order_id: int,
    *,
    receiver_address: str | None,
    comments: str | None,
    now: datetime,
) -> Order:
    """The buyer says where his order is to go; what is None stays as it is."""
    order = visible(await orders.get_for_update(tx, order_id), order_id, caller)
    if order.buyer_id != caller.user_id:
        raise Refused(Reason.NOT_YOURS, detail=str(order_id))
    change = apply_instructions(order, receiver_address=receiver_address, comments=comments, now=now)
    await keep(tx, change, order=order, now=now)
    return change.order


async def carrier_says(
    tx: Transaction, order_id: int, *, status: str | None, cost: Decimal | None, now: datetime
) -> Order:
    """The carrier's word, given by the operator; `cost` is in the order's currency."""
    order = await orders.get_for_update(tx, order_id)
    if order is None:
        raise Refused(Reason.ORDER_NOT_FOUND, detail=str(order_id))
    amount = None if cost is None else Money.of(cost, order.total.currency, field="cost")
    change = apply_carriers_word(order, status=status, cost=amount, now=now)
    await keep(tx, change, order=order, now=now)
    return change.order
