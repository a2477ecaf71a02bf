"""Products and what people do to their stock: counts, receipts, corrections, and links to listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from zoco.database.transaction import Transaction
from zoco.desk import stock_book
from zoco.desk.desk import Desk
from zoco.desk.publish import look_up_sales, read_item
from zoco.desk.records import listings, log, orders, products, stores
from zoco.desk.records.items import last_updated_of
from zoco.desk.records.listings import Listing
from zoco.desk.records.log import json_object
from zoco.desk.records.products import Movement
from zoco.resources.codec import decode
from zoco.resources.order import Order

Reason = Literal["count", "receipt", "correction"]


class UnknownRow(LookupError):
    """There is no such product, listing or store."""


class SkuTaken(ValueError):
    """Another product has this SKU."""


class NoSuchSku(ValueError):
    """No product has this SKU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Listings that name the same SKU, and the product that they seem to belong to (None: a new one)."""

    sku: str
    product_id: int | None
    listings: Sequence[Listing]


async def create(desk: Desk, *, sku: str, name: str, on_hand: int, by: int) -> int:
    """A new product with its first count; its id."""
    now = desk.clock.now()

    async def add(tx: Transaction) -> int:
        product_id = await products.add(tx, sku=sku, name=name, now=now)
        if product_id is None:
            raise SkuTaken(sku)
        await _move_by_hand(tx, product_id, reason="count", quantity=on_hand, note=None, by=by, now=now)
        return product_id

    return await desk.database.write(add)


async def correct(desk: Desk, product_id: int, *, reason: Reason, quantity: int, note: str, by: int) -> int:
    """A person's word on stock, with author, reason and time (6.8); what is on hand afterwards.

    A `count` says what there is, `receipt` and `correction` what is added (or, negative, taken).
    """
    now = desk.clock.now()

    async def move(tx: Transaction) -> int:
        if await products.get(tx, product_id) is None:
            raise UnknownRow(f"product {product_id}")
        await products.lock(tx, product_id)
        change = quantity - await products.on_hand(tx, product_id) if reason == "count" else quantity
        await _move_by_hand(tx, product_id, reason=reason, quantity=change, note=note, by=by, now=now)
        await stock_book.retarget(tx, product_id, cause=None, now=now)
        return await products.on_hand(tx, product_id)

    return await desk.database.write(move)


async def _move_by_hand(
    tx: Transaction,
    product_id: int,
    *,
    reason: Reason,
    quantity: int,
    note: str | None,
    by: int,
    now: datetime,
) -> None:
    await products.move(
        tx,
        Movement(
            product_id=product_id,
            store_id=0,
            order_id=0,
            line=await tx.next_id("manual_movement_lines"),
            reason=reason,
            quantity=quantity,
            listing_id=None,
            person_id=by,
            note=note,
            at=now,
        ),
        now=now,
    )
    await log.audit(
        tx,
        person_id=by,
        action=reason,
        subject=f"product:{product_id}",
        data=json_object(quantity=quantity, note=note),
        now=now,
    )


async def proposals(tx: Transaction) -> list[Proposal]:
    """What could be linked by SKU: listings without a product, by the SKU they name."""
    found: list[Proposal] = []
    unlinked = await listings.unlinked_with_sku(tx)
    for sku, group in groupby(unlinked, key=lambda listing: listing.sku or ""):
        product = await products.by_sku(tx, sku)
        found.append(
            Proposal(sku=sku, product_id=None if product is None else product.id, listings=list(group))
        )
    return found


async def link_proposal(desk: Desk, sku: str, *, by: int) -> int:
    """Link all listings that name a SKU to its product, made if need be; the product's id.

    A new product starts with the smallest quantity that any of the listings shows: who has less than
    he thinks disappoints nobody.
    """
    found = await desk.database.read(proposals)
    proposal = next((each for each in found if each.sku == sku), None)
    if proposal is None:
        raise UnknownRow(f"sku {sku}")
    for listing in proposal.listings:
        await _read_anew(desk, listing)
    now = desk.clock.now()

    async def connect(tx: Transaction) -> int:
        shown = [
            found for each in proposal.listings if (found := await listings.get(tx, each.id)) is not None
        ]
        product = await products.by_sku(tx, sku)
        product_id = None if product is None else product.id
        if product_id is None:
            product_id = await products.add(tx, sku=sku, name=shown[0].title, now=now)
            if product_id is None:
                raise SkuTaken(sku)
            on_hand = min(listing.actual for listing in shown)
            await _move_by_hand(tx, product_id, reason="count", quantity=on_hand, note=None, by=by, now=now)
        for listing in shown:
            if listing.product_id is None:
                rule = Rule(units_per_sale=1, buffer=0, follow=True)
                await _link_as_read(tx, listing.id, product_id, rule, by=by, now=now)
        return product_id

    return await desk.database.write(connect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a listing follows its product: a pack takes several units, a buffer is kept back."""

    units_per_sale: int
    buffer: int
    follow: bool


async def link(
    desk: Desk,
    listing_id: int,
    product_id: int,
    *,
    units_per_sale: int = 1,
    buffer: int = 0,
    follow: bool = True,
    by: int,
) -> None:
    """Say that a listing sells a product. From the item's last change on, its sales move the product's
    stock; the listing is read anew first, so that what it shows and what has been sold agree."""
    await _read_anew(desk, await _listing(desk, listing_id))
    now = desk.clock.now()
    rule = Rule(units_per_sale=units_per_sale, buffer=buffer, follow=follow)
    await desk.database.write(lambda tx: _link_as_read(tx, listing_id, product_id, rule, by=by, now=now))


async def link_to_sku(desk: Desk, listing_id: int, sku: str, *, by: int) -> None:
    """`link`, with the product that has this SKU."""
    product = await desk.database.read(lambda tx: products.by_sku(tx, sku))
    if product is None:
        raise NoSuchSku(sku)
    await link(desk, listing_id, product.id, by=by)


async def link_new(desk: Desk, listing_id: int, *, by: int) -> int:
    """A new product with the SKU, title and quantity of a listing, as it is read anew; the product's id."""
    await _read_anew(desk, await _listing(desk, listing_id))
    now = desk.clock.now()

    async def connect(tx: Transaction) -> int:
        listing = await listings.get(tx, listing_id)
        assert listing is not None
        sku = listing.sku or listing.item_id
        product_id = await products.add(tx, sku=sku, name=listing.title, now=now)
        if product_id is None:
            raise SkuTaken(sku)
        await _move_by_hand(
            tx, product_id, reason="count", quantity=listing.actual, note=None, by=by, now=now
        )
        rule = Rule(units_per_sale=1, buffer=0, follow=True)
        await _link_as_read(tx, listing_id, product_id, rule, by=by, now=now)
        return product_id

    return await desk.database.write(connect)


async def _listing(desk: Desk, listing_id: int) -> Listing:
    listing = await desk.database.read(lambda tx: listings.get(tx, listing_id))
    if listing is None:
        raise UnknownRow(f"listing {listing_id}")
    return listing


async def _read_anew(desk: Desk, listing: Listing) -> None:
    store = await desk.database.read(lambda tx: stores.get(tx, listing.store_id))
    if store is None:
        raise UnknownRow(f"store {listing.store_id}")
    await read_item(desk, store, listing.item_id)
    await look_up_sales(desk, store, listing.item_id)


async def _link_as_read(
    tx: Transaction, listing_id: int, product_id: int, rule: Rule, *, by: int, now: datetime
) -> None:
    await products.lock(tx, product_id)
    listing = await listings.get(tx, listing_id)
    if listing is None or await products.get(tx, product_id) is None:
        raise UnknownRow(f"listing {listing_id} or product {product_id}")
    counted_from = await last_updated_of(tx, listing.store_id, listing.item_id)
    await listings.link(
        tx,
        listing_id,
        product_id=product_id,
        units_per_sale=rule.units_per_sale,
        buffer=rule.buffer,
        follow=rule.follow,
        counted_from=counted_from,
    )
    await _book_known_orders(tx, listing, counted_from=counted_from, now=now)
    await stock_book.retarget(tx, product_id, cause=None, now=now)
    await log.audit(
        tx,
        person_id=by,
        action="link",
        subject=f"product:{product_id}",
        data=json_object(
            listing_id=listing_id, units_per_sale=rule.units_per_sale, buffer=rule.buffer, follow=rule.follow
        ),
        now=now,
    )


async def _book_known_orders(
    tx: Transaction, listing: Listing, *, counted_from: datetime, now: datetime
) -> None:
    """Orders that came in between the item's reading and its link."""
    store = await stores.get(tx, listing.store_id)
    assert store is not None
    for body in await orders.bodies_of_item(tx, store.id, listing.item_id, closed_after=counted_from):
        order = decode(body, Order, strict=False)
        await stock_book.book_order(tx, store, order, restocked=True, now=now)


async def change_rule(
    desk: Desk, listing_id: int, *, units_per_sale: int, buffer: int, follow: bool, by: int
) -> None:
    """Change how a linked listing follows its product; sales to come count by the new rule."""
    now = desk.clock.now()

    async def change(tx: Transaction) -> None:
        listing = await listings.get(tx, listing_id)
        if listing is None or listing.product_id is None:
            raise UnknownRow(f"linked listing {listing_id}")
        await products.lock(tx, listing.product_id)
        await listings.set_rule(tx, listing_id, units_per_sale=units_per_sale, buffer=buffer, follow=follow)
        await stock_book.retarget(tx, listing.product_id, cause=None, now=now)
        await log.audit(
            tx,
            person_id=by,
            action="change_rule",
            subject=f"listing:{listing_id}",
            data=json_object(units_per_sale=units_per_sale, buffer=buffer, follow=follow),
            now=now,
        )

    await desk.database.write(change)


async def unlink(desk: Desk, listing_id: int, *, by: int) -> None:
    """Let a listing go its own way; what it has sold stays in the product's books."""
    now = desk.clock.now()

    async def disconnect(tx: Transaction) -> None:
        listing = await listings.get(tx, listing_id)
        if listing is None or listing.product_id is None:
            raise UnknownRow(f"linked listing {listing_id}")
        await products.lock(tx, listing.product_id)
        await listings.unlink(tx, listing_id)
        await log.audit(
            tx,
            person_id=by,
            action="unlink",
            subject=f"product:{listing.product_id}",
            data=json_object(listing_id=listing_id),
            now=now,
        )
        await log.tell_pages(
            tx, topic="stock", store_id=listing.store_id, subject=listing.product_id, kind="unlinked", now=now
        )

    await desk.database.write(disconnect)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversold:
    """A product with less than nothing, and the sales involved, newest first."""

    product: products.Product
    on_hand: int
    sales: Sequence[products.SaleRef]


async def oversold(tx: Transaction) -> list[Oversold]:
    """Products whose sales exceed what there was (6.7); of each, the newest sales that make up the lack."""
    found: list[Oversold] = []
    for product_id, on_hand in await products.below_zero(tx):
        product = await products.get(tx, product_id)
        assert product is not None
        sales: list[products.SaleRef] = []
        lacking = -on_hand
        for sale in await products.standing_sales(tx, product_id):
            if lacking <= 0:
                break
            sales.append(sale)
            lacking -= sale.units
        found.append(Oversold(product=product, on_hand=on_hand, sales=sales))
    return found
