"""Notes: what the seller keeps about an order for himself (contract 9)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody
from zoco.api.parameters import NotePath, OrderPath
from zoco.api.presenters import notes as present
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason
from zoco.marketplace import notes
from zoco.resources.note import NewNote, Note, NoteEnvelope, OrderNotes


async def add_note(tx: Transaction, call: Call[OrderPath, NewNote]) -> Answer:
    note = await notes.add_note(tx, call.caller, call.parameters.order_id, call.body.note, call.now)
    return Answer(present.envelope(note))


async def notes_of_order(tx: Transaction, call: Call[OrderPath, NoBody]) -> Answer:
    order_id = call.parameters.order_id
    return Answer(present.notes_of_order(order_id, await notes.notes_of(tx, call.caller, order_id)))


async def one_note(tx: Transaction, call: Call[NotePath, NoBody]) -> Answer:
    note = await notes.one_note(tx, call.caller, call.parameters.order_id, call.parameters.note_id)
    return Answer(present.note(note))


async def change_note(tx: Transaction, call: Call[NotePath, NewNote]) -> Answer:
    where = call.parameters
    note = await notes.change_note(tx, call.caller, where.order_id, where.note_id, call.body.note, call.now)
    return Answer(present.envelope(note))


async def delete_note(tx: Transaction, call: Call[NotePath, NoBody]) -> Answer:
    note = await notes.delete_note(tx, call.caller, call.parameters.order_id, call.parameters.note_id)
    return Answer(present.envelope(note))


_NOT_THE_SELLER = (Reason.ORDER_NOT_FOUND, Reason.NOT_A_PARTY, Reason.NOT_YOURS)
_WRONG_TEXT = (Reason.NOTE_EMPTY, Reason.NOTE_TOO_LONG)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/orders/{order_id}/notes",
        add_note,
        access=Access.USER,
        parameters=OrderPath,
        body=NewNote,
        answer=NoteEnvelope,
        status=201,
        summary="Note something about an order; only its seller reads it",
        refusals=(*_NOT_THE_SELLER, *_WRONG_TEXT),
    ),
    Endpoint(
        "GET",
        "/orders/{order_id}/notes",
        notes_of_order,
        access=Access.USER,
        parameters=OrderPath,
        answer=list[OrderNotes],
        summary="The seller's notes about an order, oldest first",
        refusals=_NOT_THE_SELLER,
    ),
    Endpoint(
        "GET",
        "/orders/{order_id}/notes/{note_id}",
        one_note,
        access=Access.USER,
        parameters=NotePath,
        answer=Note,
        summary="One note",
        refusals=(*_NOT_THE_SELLER, Reason.NOTE_NOT_FOUND),
    ),
    Endpoint(
        "PUT",
        "/orders/{order_id}/notes/{note_id}",
        change_note,
        access=Access.USER,
        parameters=NotePath,
        body=NewNote,
        answer=NoteEnvelope,
        summary="Change a note",
        refusals=(*_NOT_THE_SELLER, Reason.NOTE_NOT_FOUND, *_WRONG_TEXT),
    ),
    Endpoint(
        "DELETE",
        "/orders/{order_id}/notes/{note_id}",
        delete_note,
        access=Access.USER,
        parameters=NotePath,
        answer=NoteEnvelope,
        summary="Delete a note; the answer holds it once more",
        refusals=(*_NOT_THE_SELLER, Reason.NOTE_NOT_FOUND),
    ),
)
