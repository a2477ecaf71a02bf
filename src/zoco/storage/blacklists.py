"""Rows of whom a seller does not sell to, and of whose questions he does not want (contract 10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Transaction
from zoco.domain.blacklists import Blacklist, Entry
from zoco.storage.statements import insert

_TABLES = {Blacklist.ORDERS: "order_blacklist", Blacklist.QUESTIONS: "questions_blacklist"}
_COLUMNS = ("seller_id", "user_id", "date_created", "reason")


@dataclass(frozen=True, slots=True)
class EntryPage:
    total: int
    entries: Sequence[Entry]


async def is_blocked(tx: Transaction, *, seller_id: int, user_id: int) -> bool:
    row = await tx.one(
        "SELECT 1 FROM order_blacklist WHERE seller_id = :seller_id AND user_id = :user_id",
        {"seller_id": seller_id, "user_id": user_id},
    )
    return row is not None


async def is_blocked_for_questions(tx: Transaction, *, seller_id: int, user_id: int) -> bool:
    row = await tx.one(
        "SELECT 1 FROM questions_blacklist WHERE seller_id = :seller_id AND user_id = :user_id",
        {"seller_id": seller_id, "user_id": user_id},
    )
    return row is not None


async def put(tx: Transaction, blacklist: Blacklist, entry: Entry) -> None:
    """Who is on the list already stays since then; a reason that is given replaces the one before."""
    table = _TABLES[blacklist]
    await tx.run(
        f"""{insert(table, _COLUMNS)} ON CONFLICT (seller_id, user_id)
            DO UPDATE SET reason = COALESCE(excluded.reason, {table}.reason)""",
        {
            "seller_id": entry.seller_id,
            "user_id": entry.user_id,
            "date_created": to_micros(entry.date_created),
            "reason": entry.reason,
        },
    )


async def delete(tx: Transaction, blacklist: Blacklist, *, seller_id: int, user_id: int) -> bool:
    """False when he is not on the list."""
    deleted = await tx.run(
        f"DELETE FROM {_TABLES[blacklist]} WHERE seller_id = :seller_id AND user_id = :user_id",
        {"seller_id": seller_id, "user_id": user_id},
    )
    return deleted > 0


async def page(
    tx: Transaction,
    blacklist: Blacklist,
    seller_id: int,
    *,
    user_id: int | None = None,
    offset: int,
    limit: int,
) -> EntryPage:
    """A seller's list, or the entry of one user on it, in the order in which it was written."""
    where = "seller_id = :seller_id" + ("" if user_id is None else " AND user_id = :user_id")
    named = {"seller_id": seller_id} | ({} if user_id is None else {"user_id": user_id})
    table = _TABLES[blacklist]
    counted = await tx.all(f"SELECT COUNT(*) AS total FROM {table} WHERE {where}", named)
    rows = await tx.all(
        f"""SELECT * FROM {table} WHERE {where}
            ORDER BY date_created, user_id LIMIT :limit OFFSET :offset""",
        named | {"limit": limit, "offset": offset},
    )
    entries = [
        Entry(
            seller_id=row["seller_id"],
            user_id=row["user_id"],
            date_created=from_micros(row["date_created"]),
            reason=row["reason"],
        )
        for row in rows
    ]
    return EntryPage(counted[0]["total"], entries)
