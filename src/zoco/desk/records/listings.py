"""What can be sold where: an item of a store, or one variation of it, and the product behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from zoco.database.times import from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Parameters, Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`variation_id` is 0 for an item without variations.

    `believed` is what our books say the marketplace shows, `actual` what it showed when last read.
    `push_state`: idle, pending, refused.
    """

    id: int
    store_id: int
    item_id: str
    variation_id: int
    sku: str | None
    title: str
    item_status: str
    etag: str | None
    item_body: bytes
    product_id: int | None
    units_per_sale: int
    buffer: int
    follow: bool
    counted_from: datetime | None
    believed: int
    actual: int
    target: int | None
    push_state: str
    push_generation: int
    push_attempts: int
    push_leased: bool
    verify_due: datetime | None


_SELECT = """
    SELECT listings.id, listings.store_id, listings.item_id, listings.variation_id, listings.sku, items.title,
        items.status AS item_status, items.etag, items.body AS item_body, listings.product_id,
        listings.units_per_sale, listings.buffer, listings.follow, listings.counted_from, listings.believed,
        listings.actual, listings.target, listings.push_state, listings.push_generation,
        listings.push_attempts, listings.push_leased_until, listings.verify_due
    FROM listings JOIN items ON items.store_id = listings.store_id AND items.item_id = listings.item_id
"""


def _listing(row: Row) -> Listing:
    return Listing(
        id=row["id"],
        store_id=row["store_id"],
        item_id=row["item_id"],
        variation_id=row["variation_id"],
        sku=row["sku"],
        title=row["title"],
        item_status=row["item_status"],
        etag=row["etag"],
        item_body=bytes(row["item_body"]),
        product_id=row["product_id"],
        units_per_sale=row["units_per_sale"],
        buffer=row["buffer"],
        follow=bool(row["follow"]),
        counted_from=from_micros_or_none(row["counted_from"]),
        believed=row["believed"],
        actual=row["actual"],
        target=row["target"],
        push_state=row["push_state"],
        push_generation=row["push_generation"],
        push_attempts=row["push_attempts"],
        push_leased=row["push_leased_until"] is not None,
        verify_due=from_micros_or_none(row["verify_due"]),
    )


async def _select(tx: Transaction, condition: str, parameters: Parameters) -> list[Listing]:
    return [_listing(row) for row in await tx.all(f"{_SELECT} WHERE {condition}", parameters)]


async def get(tx: Transaction, listing_id: int) -> Listing | None:
    found = await _select(tx, "listings.id = :id", {"id": listing_id})
    return found[0] if found else None


async def of_item(tx: Transaction, store_id: int, item_id: str) -> list[Listing]:
    return await _select(
        tx,
        "listings.store_id = :store_id AND listings.item_id = :item_id ORDER BY listings.id",
        {"store_id": store_id, "item_id": item_id},
    )


async def of_variation(tx: Transaction, store_id: int, item_id: str, variation_id: int) -> Listing | None:
    found = await _select(
        tx,
        """
        listings.store_id = :store_id AND listings.item_id = :item_id
            AND listings.variation_id = :variation_id
        """,
        {"store_id": store_id, "item_id": item_id, "variation_id": variation_id},
    )
    return found[0] if found else None


async def of_product(tx: Transaction, product_id: int) -> list[Listing]:
    return await _select(
        tx,
        "listings.product_id = :product_id AND listings.removed = 0 ORDER BY listings.id",
        {"product_id": product_id},
    )


async def unlinked_with_sku(tx: Transaction) -> list[Listing]:
    """Listings of connected stores that name an SKU and belong to no product yet."""
    return await _select(
        tx,
        """
        listings.product_id IS NULL AND listings.sku IS NOT NULL AND listings.removed = 0
            AND listings.store_id IN (SELECT id FROM stores WHERE state = 'connected')
        ORDER BY listings.sku, listings.id
        """,
        {},
    )


async def see(
    tx: Transaction,
    *,
    store_id: int,
    item_id: str,
    variation_id: int,
    variation_name: str | None,
    sku: str | None,
    quantity: int,
    now: datetime,
) -> None:
    """The marketplace shows a listing with this quantity. What belongs to no product has no books of
    its own, so there what is shown is also what we believe."""
    await tx.run(
        """
        INSERT INTO listings (store_id, item_id, variation_id, variation_name, sku, believed, actual,
            actual_at)
        VALUES (:store_id, :item_id, :variation_id, :variation_name, :sku, :quantity, :quantity, :now)
        ON CONFLICT (store_id, item_id, variation_id) DO UPDATE SET
            variation_name = excluded.variation_name, sku = excluded.sku, actual = excluded.actual,
            actual_at = excluded.actual_at, removed = 0,
            believed = CASE WHEN listings.product_id IS NULL THEN excluded.actual ELSE listings.believed END
        """,
        {
            "store_id": store_id,
            "item_id": item_id,
            "variation_id": variation_id,
            "variation_name": variation_name,
            "sku": sku,
            "quantity": quantity,
            "now": to_micros(now),
        },
    )


async def mark_removed(tx: Transaction, listing_id: int) -> None:
    """A variation that its item does not have any more."""
    await tx.run(
        "UPDATE listings SET removed = 1, push_state = 'idle', verify_due = NULL WHERE id = :id",
        {"id": listing_id},
    )


async def link(
    tx: Transaction,
    listing_id: int,
    *,
    product_id: int,
    units_per_sale: int,
    buffer: int,
    follow: bool,
    counted_from: datetime,
) -> None:
    await tx.run(
        """
        UPDATE listings SET product_id = :product_id, units_per_sale = :units_per_sale, buffer = :buffer,
            follow = :follow, counted_from = :counted_from, believed = actual, target = NULL,
            push_state = 'idle', push_attempts = 0, refusal = NULL
        WHERE id = :id
        """,
        {
            "id": listing_id,
            "product_id": product_id,
            "units_per_sale": units_per_sale,
            "buffer": buffer,
            "follow": int(follow),
            "counted_from": to_micros(counted_from),
        },
    )


async def unlink(tx: Transaction, listing_id: int) -> None:
    await tx.run(
        """
        UPDATE listings SET product_id = NULL, target = NULL, counted_from = NULL, push_state = 'idle',
            push_generation = push_generation + 1, verify_due = NULL, refusal = NULL, believed = actual
        WHERE id = :id
        """,
        {"id": listing_id},
    )


async def set_rule(
    tx: Transaction, listing_id: int, *, units_per_sale: int, buffer: int, follow: bool
) -> None:
    """A listing that stops to follow forgets its target: what was still to be written is not."""
    await tx.run(
        """
        UPDATE listings SET units_per_sale = :units_per_sale, buffer = :buffer,
            follow = CAST(:follow AS SMALLINT),
            target = CASE WHEN CAST(:follow AS SMALLINT) = 1 THEN target ELSE NULL END,
            push_state = CASE WHEN CAST(:follow AS SMALLINT) = 1 THEN push_state ELSE 'idle' END,
            refusal = CASE WHEN CAST(:follow AS SMALLINT) = 1 THEN refusal ELSE NULL END
        WHERE id = :id
        """,
        {"id": listing_id, "units_per_sale": units_per_sale, "buffer": buffer, "follow": int(follow)},
    )


async def change_believed(tx: Transaction, listing_id: int, by: int) -> None:
    """The marketplace sold (or took back) by itself: it shows `by` more, without our writing."""
    await tx.run("UPDATE listings SET believed = believed + :by WHERE id = :id", {"id": listing_id, "by": by})


async def set_believed(tx: Transaction, listing_id: int, quantity: int) -> None:
    await tx.run(
        "UPDATE listings SET believed = :quantity WHERE id = :id", {"id": listing_id, "quantity": quantity}
    )


async def want(tx: Transaction, listing_id: int, *, target: int, push: bool, now: datetime) -> None:
    """Set what a listing should show, and whether it has to be written. What waits out a refusal or
    a `Retry-After` keeps waiting; only the newest target will be sent."""
    await tx.run(
        """
        UPDATE listings SET target = :target,
            push_generation = CASE WHEN :push = 1 THEN push_generation + 1 ELSE push_generation END,
            push_due = CASE WHEN :push = 1 AND push_state <> 'pending' THEN CAST(:now AS BIGINT)
                ELSE push_due END,
            push_attempts = CASE WHEN push_state = 'pending' THEN push_attempts ELSE 0 END,
            push_state = CASE WHEN :push = 1 THEN 'pending' ELSE 'idle' END,
            refusal = CASE WHEN :push = 1 THEN NULL ELSE refusal END
        WHERE id = :id
        """,
        {"id": listing_id, "target": target, "push": int(push), "now": to_micros(now)},
    )


async def claim_pushes(
    tx: Transaction, *, store_id: int, limit: int, now: datetime, lease: timedelta
) -> list[int]:
    """Listings of a store that are due to be written, longest waiting first, leased to the caller.

    A lease that has run out was of a try that nobody knows the end of: it counts as one that failed, but
    however many died over it, once.
    """
    rows = await tx.all(
        f"""
        SELECT id FROM listings
        WHERE store_id = :store_id AND push_state = 'pending' AND push_due <= :now
            AND (push_leased_until IS NULL OR push_leased_until <= :now)
        ORDER BY push_due, id LIMIT :limit {tx.skip_locked}
        """,
        {"store_id": store_id, "limit": limit, "now": to_micros(now)},
    )
    ids = [int(row["id"]) for row in rows]
    await tx.run_many(
        """
        UPDATE listings SET push_leased_until = :until,
            push_attempts = CASE WHEN push_leased_until IS NOT NULL AND push_attempts = 0 THEN 1
                ELSE push_attempts END
        WHERE id = :id
        """,
        [{"id": listing_id, "until": to_micros(now + lease)} for listing_id in ids],
    )
    return ids


async def stores_with_due_pushes(tx: Transaction, now: datetime) -> list[int]:
    rows = await tx.all(
        """
        SELECT DISTINCT listings.store_id FROM listings JOIN stores ON stores.id = listings.store_id
        WHERE listings.push_state = 'pending' AND listings.push_due <= :now AND stores.state = 'connected'
            AND (listings.push_leased_until IS NULL OR listings.push_leased_until <= :now)
        """,
        {"now": to_micros(now)},
    )
    return [row["store_id"] for row in rows]


async def record_written(
    tx: Transaction,
    listing_id: int,
    *,
    quantity: int,
    again: bool,
    verify_due: datetime | None,
    now: datetime,
) -> None:
    """The marketplace shows `quantity` because we wrote it; `again` when something newer is wanted."""
    await tx.run(
        """
        UPDATE listings SET believed = :quantity, actual = :quantity, actual_at = :now, pushed_at = :now,
            push_state = CASE WHEN :again = 1 THEN 'pending' ELSE 'idle' END,
            push_due = CASE WHEN :again = 1 THEN CAST(:now AS BIGINT) ELSE NULL END,
            push_leased_until = NULL, push_attempts = 0, refusal = NULL, refusal_request = NULL,
            refusal_answer = NULL, verify_due = :verify_due
        WHERE id = :id
        """,
        {
            "id": listing_id,
            "quantity": quantity,
            "again": int(again),
            "verify_due": to_micros_or_none(verify_due),
            "now": to_micros(now),
        },
    )


async def postpone_push(
    tx: Transaction, listing_id: int, *, until: datetime, refusal: str, request: str, answer: str
) -> None:
    await tx.run(
        """
        UPDATE listings SET push_leased_until = NULL, push_attempts = push_attempts + 1, push_due = :until,
            refusal = :refusal, refusal_request = :request, refusal_answer = :answer
        WHERE id = :id
        """,
        {
            "id": listing_id,
            "until": to_micros(until),
            "refusal": refusal,
            "request": request,
            "answer": answer,
        },
    )


async def refuse_push(tx: Transaction, listing_id: int, *, refusal: str, request: str, answer: str) -> None:
    await tx.run(
        """
        UPDATE listings SET push_leased_until = NULL, push_attempts = push_attempts + 1,
            push_state = 'refused', refusal = :refusal, refusal_request = :request, refusal_answer = :answer
        WHERE id = :id
        """,
        {"id": listing_id, "refusal": refusal, "request": request, "answer": answer},
    )


async def release_push(tx: Transaction, listing_id: int) -> None:
    await tx.run("UPDATE listings SET push_leased_until = NULL WHERE id = :id", {"id": listing_id})


async def verify_at(tx: Transaction, listing_id: int, moment: datetime | None) -> None:
    await tx.run(
        "UPDATE listings SET verify_due = :moment WHERE id = :id",
        {"id": listing_id, "moment": to_micros_or_none(moment)},
    )


async def due_for_verification(tx: Transaction, *, now: datetime, limit: int) -> list[Listing]:
    return await _select(
        tx,
        """
        listings.verify_due <= :now AND listings.store_id IN (SELECT id FROM stores WHERE state = 'connected')
        ORDER BY listings.verify_due LIMIT :limit
        """,
        {"now": to_micros(now), "limit": limit},
    )


async def bring_verification_forward(tx: Transaction, store_id: int, item_id: str, *, now: datetime) -> None:
    """A sale of the item has come to light: read it again at once instead of later (6.5)."""
    await tx.run(
        """
        UPDATE listings SET verify_due = :now
        WHERE store_id = :store_id AND item_id = :item_id AND verify_due > :now
        """,
        {"store_id": store_id, "item_id": item_id, "now": to_micros(now)},
    )
