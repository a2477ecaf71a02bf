"""Notes of an order, for its seller (contract 9)."""

from __future__ import annotations

from collections.abc import Sequence

from zoco.domain.notes import Note
from zoco.resources import note as shapes
from zoco.resources.scalars import utc_second


def note(kept: Note) -> shapes.Note:
    return shapes.Note(
        id=kept.id,
        date_created=utc_second(kept.date_created),
        date_last_updated=utc_second(kept.date_last_updated),
        note=kept.text,
    )


def envelope(kept: Note) -> shapes.NoteEnvelope:
    return shapes.NoteEnvelope(note=note(kept))


def notes_of_order(order_id: int, kept: Sequence[Note]) -> list[shapes.OrderNotes]:
    return [shapes.OrderNotes(results=[note(one) for one in kept], order_id=order_id)]
