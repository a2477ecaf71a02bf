"""Rows of feedback (contract 11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Transaction
from zoco.domain.feedback import Feedback, Rating, Side
from zoco.storage.statements import columns, upsert

COLUMNS = (
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
_SELECTED = columns(COLUMNS, of="feedback")
_SAVE = upsert("feedback", COLUMNS, _CHANGING)


async def of_order(tx: Transaction, order_id: int) -> dict[Side, Feedback]:
    """What has been said of one order, by side."""
    rows = await tx.all(
        f"SELECT {_SELECTED} FROM feedback WHERE order_id = :order_id", {"order_id": order_id}
    )
    return {Side(row["side"]): feedback_from(tuple(row)) for row in rows}


async def of_orders(tx: Transaction, order_ids: Collection[int]) -> dict[tuple[int, Side], Feedback]:
    """What has been said of these orders, by order and side."""
    if not order_ids:
        return {}
    rows = await tx.all(
        f"SELECT {_SELECTED} FROM feedback WHERE {tx.is_any('order_id', 'order_ids')}",
        {"order_ids": list(order_ids)},
    )
    return {(row["order_id"], Side(row["side"])): feedback_from(tuple(row)) for row in rows}


async def save(tx: Transaction, given: Iterable[Feedback]) -> None:
    """Add the new ones, change the known ones."""
    rows = [_values(one) for one in given]
    if rows:
        await tx.run_many(_SAVE, rows)


def _values(given: Feedback) -> Mapping[str, object]:
    return {
        "id": given.id,
        "order_id": given.order_id,
        "side": given.side.value,
        "from_id": given.from_id,
        "to_id": given.to_id,
        "fulfilled": int(given.fulfilled),
        "rating": given.rating.value,
        "reason": given.reason,
        "message": given.message,
        "restock_item": None if given.restock_item is None else int(given.restock_item),
        "date_created": to_micros(given.date_created),
        "date_last_updated": to_micros(given.date_last_updated),
        "visibility_date": to_micros(given.visibility_date),
        "modified": int(given.modified),
    }


def feedback_from(values: Sequence[Any]) -> Feedback:
    """The feedback with these values of `COLUMNS`."""
    (
        feedback_id,
        order_id,
        side,
        from_id,
        to_id,
        fulfilled,
        rating,
        reason,
        message,
        restock_item,
        date_created,
        date_last_updated,
        visibility_date,
        modified,
    ) = values
    return Feedback(
        id=feedback_id,
        order_id=order_id,
        side=Side(side),
        from_id=from_id,
        to_id=to_id,
        fulfilled=bool(fulfilled),
        rating=Rating(rating),
        reason=reason,
        message=message,
        restock_item=None if restock_item is None else bool(restock_item),
        date_created=from_micros(date_created),
        date_last_updated=from_micros(date_last_updated),
        visibility_date=from_micros(visibility_date),
        modified=bool(modified),
    )
