"""Notes: what the seller keeps about an order for himself; nobody is told of them (contract 9, A-20)."""

from __future__ import annotations

from datetime import datetime
from random import SystemRandom

from zoco.database.transaction import Transaction
from zoco.domain.ids import note_id as new_note_id
from zoco.domain.notes import Note, check_text
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.marketplace.order_lookup import visible
from zoco.storage import notes, orders

_random = SystemRandom()


async def add_note(tx: Transaction, caller: Caller, order_id: int, text: str, now: datetime) -> Note:
    await _check_seller(tx, caller, order_id)
    note = Note(
        id=new_note_id(_random),
        order_id=order_id,
        text=check_text(text),
        date_created=now,
        date_last_updated=now,
    )
    await notes.add(tx, note)
    return note


async def notes_of(tx: Transaction, caller: Caller, order_id: int) -> list[Note]:
    """All of them, oldest first."""
    await _check_seller(tx, caller, order_id)
    return await notes.of_order(tx, order_id)


async def one_note(tx: Transaction, caller: Caller, order_id: int, note_id: str) -> Note:
    await _check_seller(tx, caller, order_id)
    return _found(await notes.get(tx, order_id=order_id, note_id=note_id), note_id)


async def change_note(
    tx: Transaction, caller: Caller, order_id: int, note_id: str, text: str, now: datetime
) -> Note:
    await _check_seller(tx, caller, order_id)
    # What is not there is said before what is wrong with the text.
    _found(await notes.get(tx, order_id=order_id, note_id=note_id), note_id)
    changed = await notes.change(tx, order_id=order_id, note_id=note_id, text=check_text(text), now=now)
    return _found(changed, note_id)


async def delete_note(tx: Transaction, caller: Caller, order_id: int, note_id: str) -> Note:
    """The note as it was."""
    await _check_seller(tx, caller, order_id)
    return _found(await notes.delete(tx, order_id=order_id, note_id=note_id), note_id)


async def _check_seller(tx: Transaction, caller: Caller, order_id: int) -> None:
    order = visible(await orders.get(tx, order_id), order_id, caller)
    if caller.user_id != order.seller_id:
        raise Refused(Reason.NOT_YOURS, detail=str(order_id))


def _found(note: Note | None, note_id: str) -> Note:
    if note is None:
        raise Refused(Reason.NOTE_NOT_FOUND, detail=note_id)
    return note
