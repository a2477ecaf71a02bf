"""Rows of whom a seller does not sell to, and of whose questions he does not want (contract 10)."""

from __future__ import annotations

from zoco.database.transaction import Transaction


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
