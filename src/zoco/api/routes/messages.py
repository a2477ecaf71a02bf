"""Messages after the sale: written, read, marked as read (contract 16)."""

from __future__ import annotations

from dataclasses import replace

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody, NoParameters
from zoco.api.parameters import (
    ConversationPath,
    ConversationSearch,
    LetterSearch,
    MessageIds,
    MessagePath,
    UnreadSearch,
)
from zoco.api.presenters import messages as present
from zoco.api.problems import INVALID_MESSAGE, INVALID_PARAMETER, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason
from zoco.marketplace import messages
from zoco.resources.message import (
    Conversation,
    Letter,
    LetterPage,
    LetterText,
    Message,
    MessageParty,
    NewLetter,
    NewMessage,
    SingleMessage,
    UnreadPage,
)
from zoco.storage.messages import Unread

LIMIT_MAX = 50
MARKED_AT_ONCE_MAX = 50


async def read_conversation(call: Call[ConversationSearch, NoBody]) -> Answer:
    """A page, whose messages count as read afterwards; where nothing is to be marked nothing is written."""
    asked = call.parameters
    limit = _limit(asked.limit)

    async def read(tx: Transaction) -> messages.Conversation:
        return await messages.conversation(
            tx, call.caller, asked.pack_id, asked.seller_id, offset=asked.offset, limit=limit
        )

    seen = await call.server.database.read(read)
    reader_id = call.caller.user_id
    waiting = [one.id for one in seen.messages if one.to_id == reader_id and one.date_read is None]

    async def mark(tx: Transaction) -> messages.Conversation:
        await messages.mark_read(tx, call.caller, waiting, call.now)
        return await read(tx)

    if waiting and asked.mark_as_read:
        seen = await call.server.database.write(mark)
    return Answer(present.conversation(seen, offset=asked.offset, limit=limit))


async def write_message(tx: Transaction, call: Call[ConversationPath, NewMessage]) -> Answer:
    from_id, to_id = _parties(call.body.from_, call.body.to)
    written, files = await messages.write(
        tx,
        call.caller,
        call.parameters.pack_id,
        seller_id=call.parameters.seller_id,
        from_id=from_id,
        to_id=to_id,
        text=call.body.text,
        attachments=call.body.attachments,
        now=call.now,
    )
    return Answer(present.message(written, files))


async def one_message(tx: Transaction, call: Call[MessagePath, NoBody]) -> Answer:
    found, files = await messages.one_message(tx, call.caller, call.parameters.message_id)
    return Answer(SingleMessage(messages=[present.message(found, files)]))


async def unread_conversations(tx: Transaction, call: Call[UnreadSearch, NoBody]) -> Answer:
    waiting = await messages.unread(tx, call.caller, as_seller=call.parameters.role != "buyer")
    return Answer(present.unread_page(call.caller.user_id, waiting))


async def unread_of_conversation(tx: Transaction, call: Call[ConversationPath, NoBody]) -> Answer:
    order_id, seller_id = call.parameters.pack_id, call.parameters.seller_id
    count = await messages.unread_of(tx, call.caller, order_id, seller_id)
    waiting = [Unread(order_id, seller_id, count)] if count else []
    return Answer(present.unread_page(call.caller.user_id, waiting))


async def letters_of_order(tx: Transaction, call: Call[LetterSearch, NoBody]) -> Answer:
    asked = call.parameters
    limit = _limit(asked.limit)
    seen = await messages.letters_of_order(tx, call.caller, asked.order_id, offset=asked.offset, limit=limit)
    return Answer(present.letter_page(seen, offset=asked.offset, limit=limit))


async def write_letter(tx: Transaction, call: Call[NoParameters, NewLetter]) -> Answer:
    """The old form names the order with its one receiver."""
    if len(call.body.to) > 1:
        raise TurnedAway(INVALID_MESSAGE, "A message has one receiver", field="to")
    receiver = call.body.to[0] if call.body.to else None
    to_id = None if receiver is None else receiver.user_id
    from_id, to_id = _parties(call.body.from_, None if to_id is None else MessageParty(user_id=to_id))
    if receiver is None or receiver.resource is None or receiver.resource_id is None:
        raise TurnedAway(INVALID_MESSAGE, "The field 'to.resource' is required", field="to.resource")
    if receiver.resource != "orders":
        raise TurnedAway(INVALID_MESSAGE, "Invalid field 'to.resource'", field="to.resource")
    text = call.body.text
    written, _ = await messages.write(
        tx,
        call.caller,
        receiver.resource_id,
        seller_id=None,
        from_id=from_id,
        to_id=to_id,
        text=text.plain if isinstance(text, LetterText) else text,
        attachments=call.body.attachments,
        now=call.now,
    )
    return Answer(present.letters(await messages.letter(tx, written)))


async def mark_letters_read(tx: Transaction, call: Call[MessageIds, NoBody]) -> Answer:
    wanted = [part.strip() for part in call.parameters.message_ids.split(",") if part.strip()]
    if not 0 < len(wanted) <= MARKED_AT_ONCE_MAX:
        raise TurnedAway(INVALID_MESSAGE, f"One call marks 1 to {MARKED_AT_ONCE_MAX} messages")
    return Answer(present.letters(await messages.mark_letters_read(tx, call.caller, wanted, call.now)))


def _parties(sender: MessageParty | None, receiver: MessageParty | None) -> tuple[int, int]:
    if sender is None:
        raise TurnedAway(INVALID_MESSAGE, "The field 'from' is required", field="from")
    if receiver is None:
        raise TurnedAway(INVALID_MESSAGE, "The field 'to.user_id' is required", field="to.user_id")
    return sender.user_id, receiver.user_id


def _limit(asked: int) -> int:
    if asked < 1:
        problem = replace(INVALID_PARAMETER, repeated=True)
        raise TurnedAway(problem, "The limit param must be greater than 0", field="limit")
    return min(asked, LIMIT_MAX)


_OPENING = (Reason.CONVERSATION_NOT_FOUND, Reason.CONVERSATION_FOREIGN)
_WRITING = (
    *_OPENING,
    Reason.WRITING_TO_ONESELF,
    Reason.SENDER_FOREIGN,
    Reason.RECEIVER_FOREIGN,
    Reason.CONVERSATION_BLOCKED,
    Reason.MESSAGE_TEXT_MISSING,
    Reason.UNSUPPORTED_CHARACTER,
    Reason.MESSAGE_CONTENT_TOO_LONG,
    Reason.TOO_MANY_ATTACHMENTS,
    Reason.ATTACHMENT_UNKNOWN,
)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "GET",
        "/messages/packs/{pack_id}/sellers/{seller_id}",
        own_pace=read_conversation,
        access=Access.USER,
        parameters=ConversationSearch,
        malformed_repeated=True,
        answer=Conversation,
        summary="What the parties of an order wrote to each other; reading it marks it as read",
        refusals=_OPENING,
    ),
    Endpoint(
        "POST",
        "/messages/packs/{pack_id}/sellers/{seller_id}",
        write_message,
        access=Access.USER,
        parameters=ConversationPath,
        body=NewMessage,
        malformed_repeated=True,
        answer=Message,
        status=201,
        summary="Write to the other party of an order",
        refusals=_WRITING,
    ),
    Endpoint(
        "GET",
        "/messages/{message_id}",
        one_message,
        access=Access.USER,
        parameters=MessagePath,
        malformed_repeated=True,
        answer=SingleMessage,
        summary="One message, for its sender and its receiver",
        refusals=(Reason.MESSAGE_NOT_FOUND, Reason.MESSAGE_ACCESS_DENIED),
    ),
    Endpoint(
        "GET",
        "/messages/unread",
        unread_conversations,
        access=Access.USER,
        parameters=UnreadSearch,
        malformed_repeated=True,
        answer=UnreadPage,
        summary="The caller's conversations with something to read",
    ),
    Endpoint(
        "GET",
        "/messages/unread/packs/{pack_id}/sellers/{seller_id}",
        unread_of_conversation,
        access=Access.USER,
        parameters=ConversationPath,
        malformed_repeated=True,
        answer=UnreadPage,
        summary="How much of one conversation the caller has not read",
        refusals=_OPENING,
    ),
    Endpoint(
        "GET",
        "/messages/orders/{order_id}",
        letters_of_order,
        access=Access.USER,
        parameters=LetterSearch,
        malformed_repeated=True,
        answer=LetterPage,
        summary="A conversation in the old form; nothing is marked",
        refusals=_OPENING,
    ),
    Endpoint(
        "POST",
        "/messages",
        write_letter,
        access=Access.USER,
        body=NewLetter,
        malformed_repeated=True,
        answer=list[Letter],
        summary="Write to the other party of an order, in the old form",
        refusals=_WRITING,
    ),
    Endpoint(
        "PUT",
        "/messages/mark_as_read/{message_ids}",
        mark_letters_read,
        access=Access.USER,
        parameters=MessageIds,
        malformed_repeated=True,
        answer=list[Letter],
        summary="Mark messages that the caller received as read",
        refusals=(Reason.MESSAGE_NOT_FOUND, Reason.MESSAGE_ACCESS_DENIED),
    ),
)
