"""Rows of feedback (contract 11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.domain.feedback import Feedback, Rating, Side
from zoco.storage.statements import upsert

_COLUMNS = (
    "id",
    "order_id",
    "side",
    "from_id",
    "to_id",
    "fulfilled",
    "rating",
    "reason",
    "message",
    "restock_item",
    "date_created",
    "date_last_updated",
    "visibility_date",
    "modified",
)
_CHANGING = (
    "fulfilled",
    "rating",
    "reason",
    "message",
    "restock_item",
    "date_last_updated",
    "visibility_date",
    "modified",
)
_SAVE = upsert("feedback", _COLUMNS, _CHANGING)


async def of_order(tx: Transaction, order_id: int) -> dict[Side, Feedback]:
    """What has been said of one order, by side."""
    rows = await tx.all("SELECT * FROM feedback WHERE order_id = :order_id", {"order_id": order_id})
    return {Side(row["side"]): _feedback(row) for row in rows}


async def of_orders(tx: Transaction, order_ids: Collection[int]) -> dict[tuple[int, Side], Feedback]:
    """What has been said of these orders, by order and side."""
    if not order_ids:
        return {}
    rows = await tx.all(
        f"SELECT * FROM feedback WHERE {tx.is_any('order_id', 'order_ids')}", {"order_ids": list(order_ids)}
    )
    return {(row["order_id"], Side(row["side"])): _feedback(row) for row in rows}


async def save(tx: Transaction, feedback: Iterable[Feedback]) -> None:
    """Add the new ones, change the known ones."""
    rows = [_values(given) for given in feedback]
    if rows:
        await tx.run_many(_SAVE, rows)


def _values(feedback: Feedback) -> Mapping[str, object]:
    return {
        "id": feedback.id,
        "order_id": feedback.order_id,
        "side": feedback.side.value,
        "from_id": feedback.from_id,
        "to_id": feedback.to_id,
        "fulfilled": int(feedback.fulfilled),
        "rating": feedback.rating.value,
        "reason": feedback.reason,
        "message": feedback.message,
        "restock_item": None if feedback.restock_item is None else int(feedback.restock_item),
        "date_created": to_micros(feedback.date_created),
        "date_last_updated": to_micros(feedback.date_last_updated),
        "visibility_date": to_micros(feedback.visibility_date),
        "modified": int(feedback.modified),
    }


def _feedback(row: Row) -> Feedback:
    return Feedback(
        id=row["id"],
        order_id=row["order_id"],
        side=Side(row["side"]),
        from_id=row["from_id"],
        to_id=row["to_id"],
        fulfilled=bool(row["fulfilled"]),
        rating=Rating(row["rating"]),
        reason=row["reason"],
        message=row["message"],
        restock_item=None if row["restock_item"] is None else bool(row["restock_item"]),
        date_created=from_micros(row["date_created"]),
        date_last_updated=from_micros(row["date_last_updated"]),
        visibility_date=from_micros(row["visibility_date"]),
        modified=bool(row["modified"]),
    )
