"""The operator's word about a user: marks, tags, stores, and the ban with what follows it (21.1, T19)."""

from __future__ import annotations

from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain.items import Item
from zoco.domain.order_endings import seller_banned
from zoco.domain.orders import Order
from zoco.domain.refusals import Reason, Refused
from zoco.domain.users import User, UserChange, changed
from zoco.marketplace.changes import keep, locked_item
from zoco.storage import bans, orders, users
from zoco.storage.bans import Ban


async def change_user(tx: Transaction, user_id: int, change: UserChange, now: datetime) -> User:
    """The user as the operator wants him. Banned, his orders are cancelled by `cancel_orders_of_banned`."""
    user = await users.get_for_update(tx, user_id)
    if user is None:
        raise Refused(Reason.USER_NOT_FOUND, detail=str(user_id))
    as_told = changed(user, change)
    await users.save(tx, as_told, previous=user)
    if as_told.banned and not user.banned:
        await bans.add(tx, user_id, now)
    if user.banned and not as_told.banned:
        await bans.delete(tx, user_id)
    return as_told


async def cancel_orders_of_banned(tx: Transaction, now: datetime, limit: int) -> int:
    """T19: cancel at most `limit` live orders of banned sellers; how many were looked at.

    Nobody buys of a banned seller, so his orders end; where the walk has come to is kept.
    """
    done = 0
    while done < limit:
        ban = await bans.oldest_for_update(tx)
        if ban is None:
            break
        done += await _cancel_next(tx, ban, now, limit - done)
    return done


async def _cancel_next(tx: Transaction, ban: Ban, now: datetime, limit: int) -> int:
    steps = await bans.next_orders(tx, ban, limit)
    # All orders are locked before the first listing: a buyer who pays locks one of each in this
    # order, so that nobody waits in a circle.
    locked = [await orders.get_for_update(tx, step.done_id) for step in steps]
    live = [order for order in locked if order is not None]
    listings = {id_: await locked_item(tx, id_) for id_ in sorted({order.line.item_id for order in live})}
    for order in live:
        listings[order.line.item_id] = await _cancel(tx, order, listings[order.line.item_id], now)
    if len(steps) < limit:
        await bans.delete(tx, ban.seller_id)
    else:
        await bans.save(tx, steps[-1])
    return len(steps)


async def _cancel(tx: Transaction, order: Order, item: Item, now: datetime) -> Item:
    """The listing as it is then: several of the orders may be of one."""
    change = seller_banned(order, item, now)
    await keep(tx, change, order=order, item=item, now=now)
    return change.item or item
