"""Rows of files that go along with messages (contract 16)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from zoco.database.times import from_micros, from_micros_or_none, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.domain.attachments import Attachment, Kind
from zoco.storage.statements import insert

_COLUMNS = ("id", "owner_id", "site_id", "original_filename", "extension", "size", "date_created")
_ADD = insert("attachments", (*_COLUMNS, "body"))
# Everything but the file itself.
_SHOWN = f"{', '.join(_COLUMNS)}, message_id"
_KINDS = {kind.extension: kind for kind in Kind}


async def add(tx: Transaction, attachment: Attachment, content: bytes) -> None:
    await tx.run(
        _ADD,
        {
            "id": attachment.id,
            "owner_id": attachment.owner_id,
            "site_id": attachment.site_id,
            "original_filename": attachment.original_filename,
            "extension": attachment.kind.extension,
            "size": attachment.size,
            "date_created": to_micros(attachment.date_created),
            "body": content,
        },
    )


async def count_waiting(tx: Transaction, owner_id: int) -> int:
    rows = await tx.all(
        "SELECT COUNT(*) AS waiting FROM attachments WHERE owner_id = :owner_id AND message_id IS NULL",
        {"owner_id": owner_id},
    )
    waiting: int = rows[0]["waiting"]
    return waiting


async def send(tx: Transaction, ids: Collection[str], *, owner_id: int, message_id: str) -> int:
    """Give these files of the owner's, which no message has taken, to a message; how many there were."""
    return await tx.run(
        f"""UPDATE attachments SET message_id = :message_id
            WHERE {tx.is_any("id", "ids")} AND owner_id = :owner_id AND message_id IS NULL""",
        {"ids": list(ids), "owner_id": owner_id, "message_id": message_id},
    )


async def of_messages(tx: Transaction, message_ids: Collection[str]) -> dict[str, list[Attachment]]:
    """The files of these messages; a message without files is not in the answer."""
    if not message_ids:
        return {}
    rows = await tx.all(
        f"""SELECT {_SHOWN} FROM attachments
            WHERE message_id IS NOT NULL AND {tx.is_any("message_id", "ids")} ORDER BY date_created, id""",
        {"ids": list(message_ids)},
    )
    found: dict[str, list[Attachment]] = {}
    for row in rows:
        found.setdefault(row["message_id"], []).append(_attachment(row))
    return found


async def content_for(
    tx: Transaction, attachment_id: str, *, reader_id: int
) -> tuple[Attachment, bytes] | None:
    """A file and what is in it, for its owner and for whoever received it."""
    row = await tx.one(
        f"""SELECT {", ".join(f"a.{column}" for column in _COLUMNS)}, a.body
            FROM attachments a LEFT JOIN messages m ON m.id = a.message_id
            WHERE a.id = :id AND (a.owner_id = :reader_id OR m.to_id = :reader_id)""",
        {"id": attachment_id, "reader_id": reader_id},
    )
    return None if row is None else (_attachment(row), bytes(row["body"]))


async def forget_waiting(tx: Transaction, *, made_before: datetime, limit: int) -> int:
    """Remove at most `limit` files that no message took, made at that moment or earlier; how many."""
    return await tx.run(
        f"""DELETE FROM attachments WHERE message_id IS NULL AND id IN (
                SELECT id FROM attachments WHERE message_id IS NULL AND date_created <= :moment
                ORDER BY date_created, id LIMIT :limit{tx.skip_locked}
            )""",
        {"moment": to_micros(made_before), "limit": limit},
    )


async def oldest_waiting(tx: Transaction) -> datetime | None:
    row = await tx.one("SELECT MIN(date_created) AS moment FROM attachments WHERE message_id IS NULL")
    return None if row is None else from_micros_or_none(row["moment"])


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=row["id"],
        owner_id=row["owner_id"],
        site_id=row["site_id"],
        original_filename=row["original_filename"],
        kind=_KINDS[row["extension"]],
        size=row["size"],
        date_created=from_micros(row["date_created"]),
    )
