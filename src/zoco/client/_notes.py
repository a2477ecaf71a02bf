"""Notes that a seller keeps about his orders (contract 9)."""

from __future__ import annotations

from zoco.client._calls import Calls
from zoco.resources.note import NewNote, Note, NoteEnvelope, OrderNotes


class Notes(Calls):
    async def of_order(self, order_id: int) -> list[Note]:
        """All notes of an order, oldest first; `Forbidden` for its buyer."""
        pages = (await self._get(f"/orders/{order_id}/notes", list[OrderNotes])).value
        return [note for page in pages for note in page.results]

    async def get(self, order_id: int, note_id: str) -> Note:
        return (await self._get(f"/orders/{order_id}/notes/{note_id}", Note)).value

    async def add(self, order_id: int, text: str) -> Note:
        """Up to 300 characters, read by the seller alone.

        note = await client.notes.add(order.id, "Viene el lunes")
        """
        path = f"/orders/{order_id}/notes"
        return (await self._send("POST", path, NoteEnvelope, NewNote(note=text))).value.note

    async def change(self, order_id: int, note_id: str, text: str) -> Note:
        path = f"/orders/{order_id}/notes/{note_id}"
        return (await self._send("PUT", path, NoteEnvelope, NewNote(note=text))).value.note

    async def delete(self, order_id: int, note_id: str) -> None:
        # No document says what is answered.
        await self._send("DELETE", f"/orders/{order_id}/notes/{note_id}", object)
