"""One order, or a page of orders, as this caller may see them (contract 3.4, 5)."""

from __future__ import annotations

from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain.order_search import OrderQuery
from zoco.domain.orders import Order, View, sees
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.marketplace.views import OrderResults, OrderView
from zoco.storage import order_search, orders, users


async def one_order(tx: Transaction, caller: Caller, order_id: int) -> OrderView:
    """The order as the caller sees it; what is hidden from him does not exist for him (26.2)."""
    found = await orders.get_with_parties(tx, order_id)
    if found is None:
        raise Refused(Reason.ORDER_NOT_FOUND, detail=str(order_id))
    order, buyer, seller = found
    return OrderView(order=order, buyer=buyer, seller=seller, view=_view(order, caller))


async def search(tx: Transaction, caller: Caller, query: OrderQuery, now: datetime) -> OrderResults:
    """A page of the caller's sales or purchases, with the exact total and a count for each listed value.

    Refused when neither party of the query is the caller (5.3).
    """
    if caller.user_id not in (query.seller_id, query.buyer_id):
        raise Refused(Reason.NOT_YOURS, field="buyer" if query.seller_id is None else "seller")
    found = await order_search.find(tx, query, viewer_id=caller.user_id, now=now)
    parties = {party for order in found.orders for party in (order.buyer_id, order.seller_id)}
    people = await users.parties(tx, parties)
    views = [
        OrderView(
            order=order,
            buyer=people[order.buyer_id],
            seller=people[order.seller_id],
            view=sees(order, caller.user_id),
        )
        for order in found.orders
    ]
    return OrderResults(total=found.total, orders=views, counts=found.counts)


def visible(order: Order | None, order_id: int, caller: Caller) -> Order:
    """The order itself, if the caller may know of it and is one of its parties."""
    if order is None:
        raise Refused(Reason.ORDER_NOT_FOUND, detail=str(order_id))
    _view(order, caller)
    return order


def _view(order: Order, caller: Caller) -> View:
    """As which of its parties the caller sees the order; refused to everybody else."""
    view = sees(order, caller.user_id)
    if view is View.NOBODY:
        raise Refused(Reason.ORDER_NOT_FOUND, detail=str(order.id))
    if view is View.STRANGER:
        raise Refused(Reason.NOT_A_PARTY, detail=str(order.id))
    return view


async def seen_by(tx: Transaction, order: Order, caller: Caller) -> OrderView:
    """An order that the caller may see, with its parties."""
    people = await users.parties(tx, {order.buyer_id, order.seller_id})
    return OrderView(
        order=order,
        buyer=people[order.buyer_id],
        seller=people[order.seller_id],
        view=sees(order, caller.user_id),
    )
