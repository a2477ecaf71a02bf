"""Keeping what a marketplace answered: orders, items and payments become rows, unless we know better."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from zoco.database.transaction import Transaction
from zoco.desk import stock_book
from zoco.desk.order_news import last_updated, news
from zoco.desk.records import drifts, items, listings, log, orders
from zoco.desk.records.items import ItemRow
from zoco.desk.records.log import json_object
from zoco.desk.records.orders import Collection, OrderRow, TimelineEntry
from zoco.desk.records.stores import Store
from zoco.domain.money import Money
from zoco.resources import payment as payments
from zoco.resources.codec import decode
from zoco.resources.item import Attribute, Item, Variation
from zoco.resources.order import Order, Party
from zoco.resources.scalars import parse_moment

# How long a difference may stand before we look again: its explanation may be on the way.
_VERIFY_AFTER: Final = timedelta(seconds=60)


class Unreadable(Exception):
    """An answer that decodes, and still makes no sense: an order without items, an unknown currency."""


async def keep_order(
    tx: Transaction, store: Store, order: Order, body: bytes, *, restocked: bool, source: str, now: datetime
) -> str:
    """Keep an order, its timeline, and what it does to stock.

    Answers what became of it: kept, unchanged, older, not_ours. `restocked` says whether the marketplace
    put the units of a cancelled order back on sale; it means nothing for any other order.
    """
    if order.seller.id != store.account_id:
        return "not_ours"
    row = order_row(store, order, body)
    known = await orders.known_for_update(tx, store.id, order.id)
    if known is None and not await orders.add(tx, row, now=now):
        known = await orders.known_for_update(tx, store.id, order.id)
    before = None
    if known is not None:
        if row.last_updated < known.last_updated:
            return "older"
        # A search prints the same order a little differently than the order's own address.
        if body == known.body or (row.last_updated == known.last_updated and source != "fetch"):
            return "unchanged"
        before = decode(known.body, Order, strict=False)
        await orders.save(tx, row, now=now)
    entries = news(before, order, source=source, now=now)
    booked = await stock_book.book_order(tx, store, order, restocked=restocked, now=now)
    entries += [
        TimelineEntry(
            at=store.there(now),
            seen_at=now,
            kind="stock_moved",
            actor="desk",
            data=json_object(reason=each.reason, quantity=each.quantity, product_id=each.product_id),
            source=None,
        )
        for each in booked
    ]
    await orders.add_to_timeline(tx, store.id, order.id, entries)
    await log.tell_pages(
        tx,
        topic="orders",
        store_id=store.id,
        subject=order.id,
        kind="created" if before is None else "changed",
        now=now,
    )
    return "kept"


def order_row(store: Store, order: Order, body: bytes) -> OrderRow:
    if not order.order_items:
        raise Unreadable(f"order {order.id} has no items")
    line = order.order_items[0]
    try:
        return OrderRow(
            store_id=store.id,
            order_id=order.id,
            body=body,
            status=order.status,
            tags=order.tags,
            date_created=parse_moment(order.date_created),
            date_closed=None if order.date_closed is None else parse_moment(order.date_closed),
            last_updated=last_updated(order),
            expiration_date=None if order.expiration_date is None else parse_moment(order.expiration_date),
            buyer_id=order.buyer.id,
            buyer_nickname=_text(order.buyer.nickname),
            buyer_name=_name(order.buyer),
            item_id=line.item.id,
            variation_id=line.item.variation_id,
            title=line.item.title,
            sku=line.item.seller_sku or line.item.seller_custom_field,
            quantity=sum(each.quantity for each in order.order_items),
            total=Money.rounded(order.total_amount, order.currency_id),
            paid=Money.rounded(order.paid_amount, order.currency_id),
            payments=len(order.payments),
        )
    except (ValueError, KeyError) as error:
        raise Unreadable(f"order {order.id}: {error}") from error


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _name(party: Party) -> str | None:
    parts = (_text(party.first_name), _text(party.last_name))
    return " ".join(part for part in parts if part) or None


async def keep_item(
    tx: Transaction, store: Store, item: Item, body: bytes, *, etag: str | None, now: datetime
) -> str:
    """Keep an item and the quantity that each of its listings shows. A quantity that differs from what
    our books say is looked at again a little later: mostly a sale that we are about to hear of."""
    if item.seller_id != store.account_id:
        return "not_ours"
    if not await items.keep(tx, item_row(store, item, body, etag), now=now):
        return "older"
    shown = shown_quantities(item)
    names = {variation.id: _variation_name(variation) for variation in item.variations}
    skus = {
        variation.id: _sku(variation.seller_custom_field, variation.attributes)
        for variation in item.variations
    }
    item_sku = _sku(item.seller_custom_field, item.attributes)
    for variation_id, quantity in sorted(shown.items()):
        await listings.see(
            tx,
            store_id=store.id,
            item_id=item.id,
            variation_id=variation_id,
            variation_name=names.get(variation_id),
            sku=skus.get(variation_id, item_sku),
            quantity=quantity,
            now=now,
        )
    for listing in await listings.of_item(tx, store.id, item.id):
        if listing.variation_id not in shown:
            await listings.mark_removed(tx, listing.id)
        elif listing.product_id is None:
            continue
        elif listing.actual == listing.believed:
            await drifts.resolve(tx, listing.id, resolution="explained", now=now)
        elif listing.push_state != "pending" and listing.verify_due is None:
            await listings.verify_at(tx, listing.id, now + _VERIFY_AFTER)
    await log.tell_pages(tx, topic="stock", store_id=store.id, subject=item.id, kind="item", now=now)
    return "kept"


def item_row(store: Store, item: Item, body: bytes, etag: str | None) -> ItemRow:
    changed = item.last_updated or item.date_created
    try:
        return ItemRow(
            store_id=store.id,
            item_id=item.id,
            title=item.title,
            status=item.status,
            sub_status=" ".join(item.sub_status),
            price=Money.rounded(item.price, item.currency_id),
            permalink=item.permalink,
            thumbnail=item.thumbnail,
            etag=etag,
            body=body,
            last_updated=_EPOCH if changed is None else parse_moment(changed),
        )
    except (ValueError, KeyError) as error:
        raise Unreadable(f"item {item.id}: {error}") from error


_EPOCH: Final = parse_moment("1970-01-01T00:00:00Z")


def shown_quantities(item: Item) -> dict[int, int]:
    """What each listing of an item shows, by variation id; 0 stands for the item itself."""
    if not item.variations:
        return {0: item.available_quantity}
    return {variation.id: variation.available_quantity for variation in item.variations}


def _variation_name(variation: Variation) -> str | None:
    return " · ".join(each.value_name for each in variation.attribute_combinations if each.value_name) or None


def _sku(custom_field: str | None, attributes: list[Attribute]) -> str | None:
    named = next((each.value_name for each in attributes if each.id == "SELLER_SKU"), None)
    return named or custom_field or None


async def keep_collection(
    tx: Transaction, store: Store, collection: payments.Collection, body: bytes, *, now: datetime
) -> str:
    if collection.collector.id != store.account_id:
        return "not_ours"
    changed = collection.last_modified or collection.date_created
    release = collection.money_release_date
    try:
        row = Collection(
            store_id=store.id,
            payment_id=collection.id,
            order_id=collection.order_id,
            body=body,
            status=collection.status,
            last_updated=parse_moment(changed),
            released=collection.released == "yes",
            money_release_date=None if release is None else parse_moment(release),
        )
    except ValueError as error:
        raise Unreadable(f"collection {collection.id}: {error}") from error
    if not await orders.keep_collection(tx, row):
        return "older"
    await log.tell_pages(
        tx, topic="orders", store_id=store.id, subject=collection.order_id, kind="payment", now=now
    )
    return "kept"
