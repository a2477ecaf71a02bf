"""Rows of messages between the parties of an order (contract 16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Row, Transaction
from zoco.domain.messages import Message
from zoco.storage.statements import insert

_COLUMNS = (
    "id",
    "order_id",
    "site_id",
    "application_id",
    "seller_id",
    "from_id",
    "to_id",
    "text",
    "is_first",
    "date_created",
    "date_read",
)
_ADD = insert("messages", _COLUMNS)


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages of one conversation somebody has not read."""

    order_id: int
    seller_id: int
    count: int


async def many(tx: Transaction, message_ids: Collection[str]) -> dict[str, Message]:
    """Those of these messages that exist, by id."""
    if not message_ids:
        return {}
    rows = await tx.all(f"SELECT * FROM messages WHERE {tx.is_any('id', 'ids')}", {"ids": list(message_ids)})
    return {row["id"]: _message(row) for row in rows}


async def add(tx: Transaction, message: Message) -> None:
    await tx.run(_ADD, _values(message))


async def any_of_order(tx: Transaction, order_id: int) -> bool:
    row = await tx.one("SELECT 1 FROM messages WHERE order_id = :order_id LIMIT 1", {"order_id": order_id})
    return row is not None


async def of_order(tx: Transaction, order_id: int, *, offset: int, limit: int) -> tuple[int, list[Message]]:
    """How many messages a conversation has, and a page of them, newest first."""
    counted = await tx.all(
        "SELECT COUNT(*) AS total FROM messages WHERE order_id = :order_id", {"order_id": order_id}
    )
    rows = await tx.all(
        "SELECT * FROM messages WHERE order_id = :order_id ORDER BY seq DESC LIMIT :limit OFFSET :offset",
        {"order_id": order_id, "limit": limit, "offset": offset},
    )
    return counted[0]["total"], [_message(row) for row in rows]


async def mark_read(
    tx: Transaction, message_ids: Collection[str], *, reader_id: int, now: datetime
) -> list[Message]:
    """Mark those that were written to the reader and that he had not read; which they were, oldest first."""
    rows = await tx.all(
        f"""UPDATE messages SET date_read = :now
            WHERE {tx.is_any("id", "ids")} AND to_id = :reader_id AND date_read IS NULL
            RETURNING *""",
        {"ids": list(message_ids), "reader_id": reader_id, "now": to_micros(now)},
    )
    return [_message(row) for row in sorted(rows, key=lambda row: row["seq"])]


async def unread(tx: Transaction, user_id: int, *, as_seller: bool, limit: int) -> list[Unread]:
    """The conversations with something to read for this person, as seller or as buyer."""
    role = "=" if as_seller else "<>"
    rows = await tx.all(
        f"""SELECT order_id, MIN(seller_id) AS seller_id, COUNT(*) AS waiting FROM messages
            WHERE to_id = :user_id AND date_read IS NULL AND seller_id {role} :user_id
            GROUP BY order_id ORDER BY order_id LIMIT :limit""",
        {"user_id": user_id, "limit": limit},
    )
    return [Unread(row["order_id"], row["seller_id"], row["waiting"]) for row in rows]


async def count_unread(tx: Transaction, user_id: int, order_id: int) -> int:
    rows = await tx.all(
        """SELECT COUNT(*) AS waiting FROM messages
           WHERE to_id = :user_id AND order_id = :order_id AND date_read IS NULL""",
        {"user_id": user_id, "order_id": order_id},
    )
    waiting: int = rows[0]["waiting"]
    return waiting


def _message(row: Row) -> Message:
    return Message(
        id=row["id"],
        order_id=row["order_id"],
        site_id=row["site_id"],
        application_id=row["application_id"],
        seller_id=row["seller_id"],
        from_id=row["from_id"],
        to_id=row["to_id"],
        text=row["text"],
        is_first=bool(row["is_first"]),
        date_created=from_micros(row["date_created"]),
        date_read=from_micros_or_none(row["date_read"]),
    )


def _values(message: Message) -> Mapping[str, object]:
    return {
        "id": message.id,
        "order_id": message.order_id,
        "site_id": message.site_id,
        "application_id": message.application_id,
        "seller_id": message.seller_id,
        "from_id": message.from_id,
        "to_id": message.to_id,
        "text": message.text,
        "is_first": int(message.is_first),
        "date_created": to_micros(message.date_created),
        "date_read": to_micros_or_none(message.date_read),
    }
