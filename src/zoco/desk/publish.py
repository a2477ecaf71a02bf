"""Writing targets to listings, without putting back on sale what has just been sold (6.4, 6.5).

A push travels `claim → sales first → write → record`. The write carries the ETag last seen; when the
item has changed since, it is read again, the sales behind the change are looked up, and the target,
computed anew, is written once more. Every write is of an absolute number, so a push that nobody knows
the end of is simply made again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from time import perf_counter
from typing import Final

from msgspec import Raw, Struct

from zoco.client import (
    Answer,
    ClientError,
    Conflict,
    PreconditionFailed,
    Refused,
    TooManyRequests,
    Unauthorized,
)
from zoco.database.transaction import Transaction
from zoco.desk.calls import client_of, fetch, note
from zoco.desk.desk import Desk
from zoco.desk.follow_up import describe, restock_word, work_orders_first
from zoco.desk.keep import Unreadable, item_row, keep_item, keep_order, shown_quantities
from zoco.desk.patience import wait_after
from zoco.desk.records import drifts, items, listings, log, orders, products, stores
from zoco.desk.records.listings import Listing
from zoco.desk.records.log import json_object
from zoco.desk.records.orders import TimelineEntry
from zoco.desk.records.stores import Store
from zoco.desk.tokens import NeedsReconnecting
from zoco.observe import PushMade
from zoco.resources.codec import decode
from zoco.resources.item import Item, NewVariation
from zoco.resources.order import Order

PUSHES_AT_ONCE: Final = 8
_LEASE: Final = timedelta(minutes=2)
# Less than the lease, so that a push which is given up cannot meet its successor.
_PUSH_SECONDS_MAX: Final = 90.0
_SALES_FIRST: Final = timedelta(seconds=5)
_WRITES_MAX: Final = 4
_VERIFY_AFTER: Final = timedelta(seconds=60)
_SALES_LOOKED_UP: Final = 50
_PAGES_LOOKED_UP: Final = 20
# What may be let in later, unchanged; any other refusal is the marketplace's last word.
_PASSING_REFUSALS: Final = (TooManyRequests, Unauthorized, Conflict)


class Contested(Exception):
    """The item changed under our hands again and again."""


async def push_store(desk: Desk, store_id: int, *, limit: int = PUSHES_AT_ONCE) -> int:
    """Write up to `limit` listings of a store that show another quantity than they should; how many."""
    now = desk.clock.now()
    store = await desk.database.read(lambda tx: stores.get(tx, store_id))
    if store is None or store.state != "connected":
        return 0
    claimed = await desk.database.write(
        lambda tx: listings.claim_pushes(tx, store_id=store_id, limit=limit, now=now, lease=_LEASE)
    )
    if claimed:
        await work_orders_first(desk, store_id, within=_SALES_FIRST)
    async with asyncio.TaskGroup() as together:
        for listing_id in claimed:
            together.create_task(_push(desk, store, listing_id))
    return len(claimed)


async def push_again(desk: Desk, listing_id: int, *, by: int) -> bool:
    """Write a listing although the marketplace refused it, or shows what no sale explains ("ours").

    False when the listing is linked to no product.
    """
    now = desk.clock.now()

    async def again(tx: Transaction) -> bool:
        listing = await listings.get(tx, listing_id)
        if listing is None or listing.product_id is None or listing.target is None:
            return False
        await listings.want(tx, listing_id, target=listing.target, push=True, now=now)
        await log.audit(
            tx,
            person_id=by,
            action="push_again",
            subject=f"listing:{listing_id}",
            data=json_object(target=listing.target),
            now=now,
        )
        await _tell(tx, listing, "pending", now=now)
        tx.signal("pushes")
        return True

    return await desk.database.write(again)


async def _push(desk: Desk, store: Store, listing_id: int) -> None:
    started = perf_counter()
    outcome, reason = await _outcome(desk, store, listing_id)
    desk.observer.tell(
        PushMade(
            store=store.id,
            listing=listing_id,
            outcome=outcome,
            reason=reason,
            ms=round((perf_counter() - started) * 1000, 3),
        )
    )


async def _outcome(desk: Desk, store: Store, listing_id: int) -> tuple[str, str]:
    """Write the listing; what came of it, and why if it was not written."""
    try:
        async with asyncio.timeout(_PUSH_SECONDS_MAX):
            return await _write(desk, store, listing_id), ""
    except NeedsReconnecting:
        await desk.database.write(lambda tx: listings.release_push(tx, listing_id))
        return "released", "needs_reconnecting"
    except (ClientError, Unreadable, Contested, TimeoutError) as error:
        return await _record_failure(desk, listing_id, error), describe(error).reason


async def _write(desk: Desk, store: Store, listing_id: int) -> str:
    for _ in range(_WRITES_MAX):
        listing = await _wanted(desk, listing_id)
        if listing is not None and (listing.actual < listing.believed or listing.push_attempts > 0):
            # The marketplace shows less than we know of: a sale that we have not heard of yet? And where
            # nobody knows what an earlier try has written, what is shown hides no sale nor shows one.
            await look_up_sales(desk, store, listing.item_id)
            listing = await _wanted(desk, listing_id)
        if listing is None or listing.target is None:
            await desk.database.write(lambda tx: listings.release_push(tx, listing_id))
            return "not_needed"
        try:
            answer = await _put(desk, store, listing, listing.target)
        except PreconditionFailed:
            await read_item(desk, store, listing.item_id)
            continue
        await _record(desk, listing, sent=listing.target, answer=answer)
        return "written"
    raise Contested(f"the item changed {_WRITES_MAX} times while it was being written")


async def _wanted(desk: Desk, listing_id: int) -> Listing | None:
    """The listing, if it still has to be written."""
    listing = await desk.database.read(lambda tx: listings.get(tx, listing_id))
    return listing if listing is not None and listing.push_state == "pending" else None


async def _put(desk: Desk, store: Store, listing: Listing, quantity: int) -> Answer[Item]:
    client = await client_of(desk, store)
    if listing.variation_id == 0:
        answer = await client.items.update(
            listing.item_id, if_match=listing.etag, available_quantity=quantity
        )
    else:
        # A variation that is not named is deleted (contract 14.8), so all of them are.
        item = decode(listing.item_body, Item, strict=False)
        variations = [
            NewVariation(id=each.id, available_quantity=quantity)
            if each.id == listing.variation_id
            else NewVariation(id=each.id)
            for each in item.variations
        ]
        answer = await client.items.update(listing.item_id, if_match=listing.etag, variations=variations)
    await note(desk, store, answer)
    return answer


async def read_item(desk: Desk, store: Store, item_id: str) -> None:
    """Read an item, and keep it with its ETag."""
    answer = await fetch(desk, store, f"/items/{item_id}", Item)
    now = desk.clock.now()

    async def keep(tx: Transaction) -> None:
        at = await stores.get(tx, store.id)
        if at is not None:
            await keep_item(tx, at, answer.value, answer.body, etag=answer.etag, now=now)

    await desk.database.write(keep)


class _Found(Struct):
    """A page of a search, with each order as it came."""

    results: list[Raw]


async def look_up_sales(desk: Desk, store: Store, item_id: str) -> None:
    """Ask the marketplace for the newest sales of an item, instead of waiting to be told of them; older
    ones too, as long as there are unknown ones among them."""
    search = (
        f"/orders/search?seller={store.account_id}&item={item_id}&sort=date_desc&limit={_SALES_LOOKED_UP}"
    )
    for page in range(_PAGES_LOOKED_UP):
        answer = await fetch(desk, store, f"{search}&offset={page * _SALES_LOOKED_UP}", _Found)
        unknown = 0
        for raw in reversed(answer.value.results):
            body = bytes(raw)
            order = decode(body, Order, strict=False)
            unknown += await keep_found(desk, store, order, body, source="search") == "kept"
        if unknown == 0 or len(answer.value.results) < _SALES_LOOKED_UP:
            return


async def keep_found(desk: Desk, store: Store, order: Order, body: bytes, *, source: str) -> str:
    """Keep an order that a search found; what became of it, as `keep_order` says."""
    restocked = await restock_word(desk, store, order)
    now = desk.clock.now()

    async def keep(tx: Transaction) -> str:
        at = await stores.get(tx, store.id)
        if at is None:
            return "store_gone"
        return await keep_order(tx, at, order, body, restocked=restocked, source=source, now=now)

    return await desk.database.write(keep)


async def _record(desk: Desk, listing: Listing, *, sent: int, answer: Answer[Item]) -> None:
    now = desk.clock.now()
    shown = shown_quantities(answer.value).get(listing.variation_id, sent)

    async def record(tx: Transaction) -> None:
        if listing.product_id is not None:
            await products.lock(tx, listing.product_id)
        store = await stores.get(tx, listing.store_id)
        current = await listings.get(tx, listing.id)
        if store is None or current is None:
            return
        await items.keep(tx, item_row(store, answer.value, answer.body, answer.etag), now=now)
        again = current.target is not None and current.target != sent
        verify_due = None if answer.etag is not None else now + _VERIFY_AFTER
        await listings.record_written(
            tx, listing.id, quantity=shown, again=again, verify_due=verify_due, now=now
        )
        await drifts.resolve(tx, listing.id, resolution="ours", now=now)
        # What was wanted meanwhile and is the same number has been written as well.
        generation = listing.push_generation if again else current.push_generation
        for sale in await products.pushed(tx, listing.id, generation=generation, now=now):
            await orders.add_to_timeline(
                tx,
                sale.store_id,
                sale.order_id,
                [
                    TimelineEntry(
                        at=store.there(now),
                        seen_at=now,
                        kind="stock_pushed",
                        actor="desk",
                        data=json_object(listing_id=listing.id, store_id=listing.store_id, quantity=shown),
                        source=None,
                    )
                ],
            )
            await log.tell_pages(
                tx, topic="orders", store_id=sale.store_id, subject=sale.order_id, kind="pushed", now=now
            )
        await _tell(tx, listing, "pushed", now=now)
        if again:
            tx.signal("pushes")

    await desk.database.write(record)


async def _record_failure(
    desk: Desk, listing_id: int, error: ClientError | Unreadable | Contested | TimeoutError
) -> str:
    now = desk.clock.now()
    failure = describe(error)

    async def record(tx: Transaction) -> str:
        listing = await listings.get(tx, listing_id)
        if listing is None:
            return "not_needed"
        wait = wait_after(listing.push_attempts + 1, asked_seconds=failure.retry_after)
        if wait is None or (isinstance(error, Refused) and not isinstance(error, _PASSING_REFUSALS)):
            await listings.refuse_push(
                tx, listing_id, refusal=failure.reason, request=failure.request, answer=failure.answer
            )
            await _tell(tx, listing, "refused", now=now)
            return "refused"
        await listings.postpone_push(
            tx,
            listing_id,
            until=now + wait,
            refusal=failure.reason,
            request=failure.request,
            answer=failure.answer,
        )
        await _tell(tx, listing, "pending", now=now)
        return "postponed"

    return await desk.database.write(record)


async def _tell(tx: Transaction, listing: Listing, kind: str, *, now: datetime) -> None:
    subject = listing.item_id if listing.product_id is None else listing.product_id
    await log.tell_pages(tx, topic="stock", store_id=listing.store_id, subject=subject, kind=kind, now=now)
