"""Notes of an order (contract 9)."""

from __future__ import annotations

from msgspec import Struct


class Note(Struct, frozen=True, kw_only=True):
    id: str
    date_created: str
    date_last_updated: str
    note: str


class NoteEnvelope(Struct, frozen=True, kw_only=True):
    """What writing a note answers; reading one answers it bare."""

    note: Note


class OrderNotes(Struct, frozen=True, kw_only=True):
    """The list of an order's notes comes as an array with this one element."""

    results: list[Note]
    order_id: int


class NewNote(Struct, frozen=True, kw_only=True):
    """`{"note": "Calls back on Monday"}`, to add a note or to change one."""

    note: str
