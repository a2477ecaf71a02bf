"""Stock, the books: movements written once, and the listings that they make wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.desk import stock
from zoco.desk.records import listings, log, products
from zoco.desk.records.listings import Listing
from zoco.desk.records.products import Movement
from zoco.desk.records.stores import Store
from zoco.resources.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """The sale that makes other listings wrong; `sold_at` by the desk's clock."""

    store_id: int
    order_id: int
    listing_id: int
    sold_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """One movement that an order made: its product, the signed units, and why."""

    product_id: int
    reason: str
    quantity: int


async def book_order(
    tx: Transaction, store: Store, order: Order, *, restocked: bool, now: datetime
) -> list[Booked]:
    """Take what the order sold and give back what it called off, each once however often it is booked.

    What comes back is what this call has moved: nothing, for an order that was booked before.
    """
    booked: list[Booked] = []
    sold_at = stock.sold_at(order)
    if sold_at is None:
        return booked
    for line in stock.sold_lines(order):
        listing = await listings.of_variation(tx, store.id, line.item_id, line.variation_id)
        if listing is not None:
            booked += await _take(tx, store, order, line, listing, sold_at, now)
        if stock.called_off(order):
            booked += await _give_back(tx, store, order, line, listing, restocked=restocked, now=now)
    return booked


async def _take(
    tx: Transaction,
    store: Store,
    order: Order,
    line: stock.SoldLine,
    listing: Listing,
    sold_at: datetime,
    now: datetime,
) -> list[Booked]:
    if listing.product_id is None or listing.counted_from is None or sold_at <= listing.counted_from:
        return []
    await products.lock(tx, listing.product_id)
    units = -line.quantity * listing.units_per_sale
    moved = await products.move(
        tx,
        Movement(
            product_id=listing.product_id,
            store_id=store.id,
            order_id=order.id,
            line=line.line,
            reason="sale",
            quantity=units,
            listing_id=listing.id,
            person_id=None,
            note=None,
            at=sold_at,
        ),
        now=now,
    )
    if not moved:
        return []
    # The marketplace lowered the listing itself when it sold.
    await listings.change_believed(tx, listing.id, -line.quantity)
    await listings.bring_verification_forward(tx, store.id, line.item_id, now=now)
    sale = Sale(store_id=store.id, order_id=order.id, listing_id=listing.id, sold_at=store.here(sold_at))
    await retarget(tx, listing.product_id, cause=sale, now=now)
    return [Booked(product_id=listing.product_id, reason="sale", quantity=units)]


async def _give_back(
    tx: Transaction,
    store: Store,
    order: Order,
    line: stock.SoldLine,
    listing: Listing | None,
    *,
    restocked: bool,
    now: datetime,
) -> list[Booked]:
    if not stock.gives_back(order, restocked=restocked):
        return []
    at = stock.called_off_at(order)
    # What was sold gives back to the product that it was taken from, whatever the listing is linked to today.
    sale = await products.sale(tx, store.id, order.id, line.line)
    if sale is not None:
        product_id, units = sale.product_id, -sale.quantity
    elif listing is not None and listing.product_id is not None and listing.counted_from is not None:
        # Sold before the product was counted, and so not in the count; called off after it.
        if at is None or at <= listing.counted_from:
            return []
        product_id, units = listing.product_id, line.quantity * listing.units_per_sale
    else:
        return []
    await products.lock(tx, product_id)
    moved = await products.move(
        tx,
        Movement(
            product_id=product_id,
            store_id=store.id,
            order_id=order.id,
            line=line.line,
            reason="cancellation",
            quantity=units,
            listing_id=None if listing is None else listing.id,
            person_id=None,
            note=None,
            at=at or store.there(now),
        ),
        now=now,
    )
    if not moved:
        return []
    if listing is not None and listing.product_id == product_id and restocked:
        await listings.change_believed(tx, listing.id, line.quantity)
    await retarget(tx, product_id, cause=None, now=now)
    return [Booked(product_id=product_id, reason="cancellation", quantity=units)]


async def retarget(tx: Transaction, product_id: int, *, cause: Sale | None, now: datetime) -> None:
    """Compute what each listing of a product should show, and have those written that show another
    quantity. The caller holds the product's lock."""
    on_hand = await products.on_hand(tx, product_id)
    for listing in await listings.of_product(tx, product_id):
        if listing.follow:
            await _retarget_listing(tx, listing, on_hand, cause, now)
    if on_hand < 0:
        await log.tell_pages(tx, topic="stock", store_id=None, subject=product_id, kind="oversold", now=now)
    await log.tell_pages(tx, topic="stock", store_id=None, subject=product_id, kind="changed", now=now)
    tx.signal("pushes")


async def _retarget_listing(
    tx: Transaction, listing: Listing, on_hand: int, cause: Sale | None, now: datetime
) -> None:
    target = stock.target(on_hand, units_per_sale=listing.units_per_sale, buffer=listing.buffer)
    # A write that may be under way, or whose outcome nobody knows, has to be followed by another.
    uncertain = listing.push_state == "pending" and (listing.push_leased or listing.push_attempts > 0)
    push = (target != listing.believed or uncertain) and listing.item_status != "closed"
    if target == listing.target and listing.push_state == ("pending" if push else "idle"):
        return
    if target == listing.target and listing.push_state == "refused":
        # The same again would be refused again; a person decides.
        return
    await listings.want(tx, listing.id, target=target, push=push, now=now)
    if not push:
        await products.pushed(tx, listing.id, generation=listing.push_generation, now=now)
    elif cause is not None and listing.id != cause.listing_id:
        await products.await_push(
            tx,
            store_id=cause.store_id,
            order_id=cause.order_id,
            listing_id=listing.id,
            generation=listing.push_generation + 1,
            sold_at=cause.sold_at,
        )
