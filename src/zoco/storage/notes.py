"""Rows of the notes that a seller keeps about his orders (contract 9)."""

from __future__ import annotations

from datetime import datetime

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.domain.notes import Note
from zoco.storage.statements import insert

_ADD = insert("order_notes", ("id", "order_id", "note", "date_created", "date_last_updated"))


async def add(tx: Transaction, note: Note) -> None:
    await tx.run(
        _ADD,
        {
            "id": note.id,
            "order_id": note.order_id,
            "note": note.text,
            "date_created": to_micros(note.date_created),
            "date_last_updated": to_micros(note.date_last_updated),
        },
    )


async def of_order(tx: Transaction, order_id: int) -> list[Note]:
    """All notes of one order, oldest first."""
    rows = await tx.all(
        "SELECT * FROM order_notes WHERE order_id = :order_id ORDER BY date_created, id",
        {"order_id": order_id},
    )
    return [_note(row) for row in rows]


async def get(tx: Transaction, *, order_id: int, note_id: str) -> Note | None:
    row = await tx.one(
        "SELECT * FROM order_notes WHERE id = :id AND order_id = :order_id",
        {"id": note_id, "order_id": order_id},
    )
    return None if row is None else _note(row)


async def change(tx: Transaction, *, order_id: int, note_id: str, text: str, now: datetime) -> Note | None:
    """The note with its new text; None when it is not there, or not this order's."""
    row = await tx.one(
        """UPDATE order_notes SET note = :note, date_last_updated = :now
           WHERE id = :id AND order_id = :order_id RETURNING *""",
        {"id": note_id, "order_id": order_id, "note": text, "now": to_micros(now)},
    )
    return None if row is None else _note(row)


async def delete(tx: Transaction, *, order_id: int, note_id: str) -> Note | None:
    """The note that was there; of two who delete it at once, one gets None."""
    row = await tx.one(
        "DELETE FROM order_notes WHERE id = :id AND order_id = :order_id RETURNING *",
        {"id": note_id, "order_id": order_id},
    )
    return None if row is None else _note(row)


def _note(row: Row) -> Note:
    return Note(
        id=row["id"],
        order_id=row["order_id"],
        text=row["note"],
        date_created=from_micros(row["date_created"]),
        date_last_updated=from_micros(row["date_last_updated"]),
    )
