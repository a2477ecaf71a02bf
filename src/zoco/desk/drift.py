"""Quantities that our books cannot explain (6.6): looked at twice, then shown to a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from zoco.client import ClientError
from zoco.database.transaction import Transaction
from zoco.desk import stock_book
from zoco.desk.desk import Desk
from zoco.desk.keep import Unreadable
from zoco.desk.publish import look_up_sales, read_item
from zoco.desk.records import drifts, listings, log, products, stores, work
from zoco.desk.records.listings import Listing
from zoco.desk.records.log import json_object
from zoco.desk.records.products import Movement
from zoco.desk.tokens import NeedsReconnecting

_LOOK_AGAIN_AFTER: Final = timedelta(seconds=60)
_AT_ONCE: Final = 20


async def verify_listings(desk: Desk) -> int:
    """Read the listings again that showed something unexpected, or were written without an ETag."""
    now = desk.clock.now()

    async def claim(tx: Transaction) -> list[Listing]:
        due = await listings.due_for_verification(tx, now=now, limit=_AT_ONCE)
        for listing in due:
            # Who dies over it leaves it to the next round.
            await listings.verify_at(tx, listing.id, now + _LOOK_AGAIN_AFTER)
        return due

    due = await desk.database.write(claim)
    for listing in due:
        try:
            await _verify(desk, listing)
        except (ClientError, Unreadable, NeedsReconnecting):
            # It is due again in a minute; trouble with a store shows in its work.
            continue
    return len(due)


async def _verify(desk: Desk, listing: Listing) -> None:
    store = await desk.database.read(lambda tx: stores.get(tx, listing.store_id))
    if store is None:
        return
    await read_item(desk, store, listing.item_id)
    current = await desk.database.read(lambda tx: listings.get(tx, listing.id))
    # Where no ETag guarded our write, it may also have covered up a sale that nobody has told us of.
    if current is not None and (current.etag is None or current.actual != current.believed):
        await look_up_sales(desk, store, listing.item_id)
    now = desk.clock.now()

    async def conclude(tx: Transaction) -> None:
        seen = await listings.get(tx, listing.id)
        if seen is None or seen.product_id is None or seen.actual == seen.believed:
            await listings.verify_at(tx, listing.id, None)
            await drifts.resolve(tx, listing.id, resolution="explained", now=now)
        elif seen.push_state == "pending" or await work.unfinished(
            tx, store_id=seen.store_id, kind="order", now=now
        ):
            # The explanation is on the way: `verify_due` stands where the claim put it.
            return
        elif seen.etag is None and seen.target is not None:
            # Nothing guarded our last write, so what we see is its doing: write again.
            await listings.verify_at(tx, listing.id, None)
            await listings.want(tx, listing.id, target=seen.target, push=True, now=now)
            tx.signal("pushes")
        else:
            await listings.verify_at(tx, listing.id, None)
            await drifts.found(tx, seen.id, believed=seen.believed, actual=seen.actual, now=now)
            await log.tell_pages(
                tx, topic="stock", store_id=seen.store_id, subject=seen.product_id, kind="drift", now=now
            )

    await desk.database.write(conclude)


async def accept_shown(desk: Desk, listing_id: int, *, by: int) -> bool:
    """Settle a drift for the marketplace ("theirs"): what it shows is what there is, and the product is
    counted anew by it. False when there is nothing to settle."""
    now = desk.clock.now()

    async def accept(tx: Transaction) -> bool:
        listing = await listings.get(tx, listing_id)
        if listing is None or listing.product_id is None:
            return False
        await products.lock(tx, listing.product_id)
        if not await drifts.resolve(tx, listing_id, resolution="theirs", now=now):
            return False
        counted = (listing.actual + listing.buffer) * listing.units_per_sale
        await products.move(
            tx,
            Movement(
                product_id=listing.product_id,
                store_id=0,
                order_id=0,
                line=await tx.next_id("manual_movement_lines"),
                reason="count",
                quantity=counted - await products.on_hand(tx, listing.product_id),
                listing_id=listing_id,
                person_id=by,
                note=None,
                at=now,
            ),
            now=now,
        )
        await listings.set_believed(tx, listing_id, listing.actual)
        await stock_book.retarget(tx, listing.product_id, cause=None, now=now)
        await log.audit(
            tx,
            person_id=by,
            action="accept_shown",
            subject=f"product:{listing.product_id}",
            data=json_object(listing_id=listing_id, on_hand=counted),
            now=now,
        )
        return True

    return await desk.database.write(accept)
