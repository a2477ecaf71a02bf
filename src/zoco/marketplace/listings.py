"""Selling: publishing a listing, changing it, looking it up (contract 14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain import item_review
from zoco.domain import listings as listing_rules
from zoco.domain.categories import category
from zoco.domain.events import ItemNews
from zoco.domain.ids import item_id as written_item_id
from zoco.domain.items import Item
from zoco.domain.listings import ItemChange, NewItem
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.accounts import user
from zoco.marketplace.caller import Caller
from zoco.marketplace.changes import locked_item
from zoco.notifications import feed
from zoco.storage import item_search, items
from zoco.storage.item_search import ItemQuery, ItemResults


async def publish(
    tx: Transaction, caller: Caller, new: NewItem, now: datetime, *, any_official_store: bool = False
) -> Item:
    """The caller puts an item on sale (14.3). In sandbox mode any official store is accepted (26.13)."""
    listing = listing_rules.publish(
        new,
        item_id=written_item_id(new.site_id, await tx.next_id("items_id")),
        seller=await user(tx, caller.user_id),
        category=category(new.category_id),
        variation_ids=await _variation_ids(tx, len(new.variations)),
        any_official_store=any_official_store,
        now=now,
    )
    await items.add(tx, listing)
    await feed.record(tx, [ItemNews(listing.id, listing.seller_id)], now)
    return listing


async def change(
    tx: Transaction, caller: Caller, item_id: str, change: ItemChange, *, if_match: int | None, now: datetime
) -> Item:
    """The seller changes his listing; with `if_match` only while its version is still that one (A-38)."""
    listing = await locked_item(tx, item_id)
    if listing.seller_id != caller.user_id:
        raise Refused(Reason.NOT_YOURS, detail=item_id)
    if if_match is not None and if_match != listing.version:
        raise Refused(Reason.STALE_VERSION, detail=str(listing.version))
    added = sum(1 for variation in change.variations or () if variation.id is None)
    changed, events = listing_rules.change(
        listing,
        change,
        category(listing.category_id),
        now,
        variation_ids=await _variation_ids(tx, added),
    )
    await items.save(tx, changed, previous=listing)
    await feed.record(tx, events, now)
    return changed


async def review(
    tx: Transaction, item_id: str, *, status: str, sub_status: Sequence[str], now: datetime
) -> Item:
    """The moderators' word: under review, back to active, closed (21.1)."""
    listing = await locked_item(tx, item_id)
    reviewed, events = item_review.review(listing, status, sub_status, now)
    await items.save(tx, reviewed, previous=listing)
    await feed.record(tx, events, now)
    return reviewed


async def item(tx: Transaction, item_id: str) -> Item:
    """A listing, whoever asks."""
    found = await items.get(tx, item_id)
    if found is None:
        raise Refused(Reason.ITEM_NOT_FOUND, detail=item_id)
    return found


async def items_by_id(tx: Transaction, item_ids: Sequence[str]) -> dict[str, Item]:
    """Those of the listings that exist, by id (multiget of 14.1)."""
    return await items.many(tx, item_ids)


async def own_items(tx: Transaction, caller: Caller, query: ItemQuery) -> ItemResults:
    """The ids of the caller's own listings (14.5); anybody else's are refused."""
    if query.seller_id != caller.user_id:
        raise Refused(Reason.NOT_YOURS, detail=str(query.seller_id))
    return await item_search.find(tx, query)


async def _variation_ids(tx: Transaction, count: int) -> list[int]:
    return [await tx.next_id("variations_id") for _ in range(count)]
