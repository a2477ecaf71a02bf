"""How many questions each seller has of each status, kept beside the questions (contract 15.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from zoco.database.transaction import Transaction
from zoco.domain.questions import QuestionStatus


async def change(tx: Transaction, seller_id: int, changes: Mapping[QuestionStatus, int]) -> None:
    """Add to the totals, always in the same order, so that two who change several do not block each other."""
    rows = [
        {"seller_id": seller_id, "status": status.value, "added": added}
        for status, added in sorted(changes.items())
        if added
    ]
    if rows:
        await tx.run_many(
            """INSERT INTO question_totals (seller_id, status, total) VALUES (:seller_id, :status, :added)
               ON CONFLICT (seller_id, status)
               DO UPDATE SET total = question_totals.total + excluded.total""",
            rows,
        )


async def total(tx: Transaction, seller_id: int, statuses: Collection[str]) -> int:
    """The sum over these statuses, over all of them when none is named."""
    rows = await tx.all(
        "SELECT status, total FROM question_totals WHERE seller_id = :seller_id", {"seller_id": seller_id}
    )
    return sum(row["total"] for row in rows if not statuses or row["status"] in statuses)
