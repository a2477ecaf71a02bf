"""Rows of banned sellers whose live orders are still to be cancelled (T19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros_or_none, to_micros
from zoco.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """`done_created` and `done_id` are those of the last order that was looked at; 0 before the first."""

    seller_id: int
    done_created: int
    done_id: int


async def add(tx: Transaction, seller_id: int, now: datetime) -> None:
    """Who is banned again is walked through again from the beginning."""
    await tx.run(
        """INSERT INTO bans (seller_id, date_created, done_created, done_id)
           VALUES (:seller_id, :now, 0, 0)
           ON CONFLICT (seller_id) DO UPDATE SET done_created = 0, done_id = 0""",
        {"seller_id": seller_id, "now": to_micros(now)},
    )


async def delete(tx: Transaction, seller_id: int) -> None:
    await tx.run("DELETE FROM bans WHERE seller_id = :seller_id", {"seller_id": seller_id})


async def oldest_for_update(tx: Transaction) -> Ban | None:
    row = await tx.one(f"SELECT * FROM bans ORDER BY date_created, seller_id LIMIT 1{tx.for_update}")
    if row is None:
        return None
    return Ban(seller_id=row["seller_id"], done_created=row["done_created"], done_id=row["done_id"])


async def next_orders(tx: Transaction, ban: Ban, limit: int) -> list[Ban]:
    """The ban as it will be after each of the seller's next orders: those that live, or hold money."""
    rows = await tx.all(
        """SELECT id, date_created FROM orders
           WHERE seller_id = :seller_id AND (date_created, id) > (:done_created, :done_id)
             AND status NOT IN ('cancelled', 'invalid')
             AND (expired = 0 OR EXISTS (
                 SELECT 1 FROM payments WHERE order_id = orders.id AND date_released IS NULL
                     AND status IN ('approved', 'in_mediation')))
           ORDER BY date_created, id LIMIT :limit""",
        {
            "seller_id": ban.seller_id,
            "done_created": ban.done_created,
            "done_id": ban.done_id,
            "limit": limit,
        },
    )
    return [Ban(seller_id=ban.seller_id, done_created=row["date_created"], done_id=row["id"]) for row in rows]


async def save(tx: Transaction, ban: Ban) -> None:
    await tx.run(
        "UPDATE bans SET done_created = :done_created, done_id = :done_id WHERE seller_id = :seller_id",
        {"seller_id": ban.seller_id, "done_created": ban.done_created, "done_id": ban.done_id},
    )


async def next_due(tx: Transaction) -> datetime | None:
    """A ban is due from the moment it is spoken."""
    row = await tx.one("SELECT MIN(date_created) AS moment FROM bans")
    return None if row is None else from_micros_or_none(row["moment"])
