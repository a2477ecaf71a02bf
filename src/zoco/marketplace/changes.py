"""Keeping what a rule decided: the order, the listing, and the news of it, in one transaction."""

from __future__ import annotations

from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain.items import Item
from zoco.domain.orders import Change, Order
from zoco.domain.refusals import Reason, Refused
from zoco.notifications import feed
from zoco.storage import items, orders


async def locked_item(tx: Transaction, item_id: str) -> Item:
    """The listing with its row locked. Every other row is locked before it: stock is the scarce thing."""
    item = await items.get_for_update(tx, item_id)
    if item is None:
        raise Refused(Reason.ITEM_NOT_FOUND, detail=item_id)
    return item


async def keep(
    tx: Transaction, change: Change, *, order: Order, item: Item | None = None, now: datetime
) -> None:
    """Write what differs from `order` and `item`, as they were read under their locks, and tell of it."""
    await orders.save(tx, change.order, previous=order)
    if change.item is not None and item is not None:
        await items.save(tx, change.item, previous=item)
    await feed.record(tx, change.events, now)
