"""Buyer and seller of an order write to each other (contract 16).

A conversation goes by the number of its order, which stands for the pack that an order is in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom

from zoco.database.transaction import Transaction
from zoco.domain.attachments import Attachment
from zoco.domain.events import MessageNews
from zoco.domain.ids import message_id
from zoco.domain.messages import Message, new_message
from zoco.domain.orders import Order, View, sees
from zoco.domain.refusals import Reason, Refused
from zoco.domain.users import User
from zoco.marketplace import attachments as files
from zoco.marketplace.caller import Caller
from zoco.notifications import feed
from zoco.storage import attachments as attachment_rows
from zoco.storage import messages, orders, users
from zoco.storage.messages import Unread

UNREAD_MAX = 1000

# The files of messages, by the message's id.
Attachments = Mapping[str, Sequence[Attachment]]

_random = SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A page of what was written about an order, newest first."""

    order: Order
    total: int
    messages: list[Message]
    attachments: Attachments


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Messages with the people who wrote them, as the old forms print them."""

    total: int
    messages: list[Message]
    people: dict[int, User]
    attachments: Attachments


async def write(
    tx: Transaction,
    caller: Caller,
    order_id: int,
    *,
    seller_id: int | None,
    from_id: int,
    to_id: int,
    text: str,
    attachments: Sequence[str],
    now: datetime,
) -> tuple[Message, Attachments]:
    """A message of one party to the other.

    The order's row is locked: nothing is written about an order that is cancelled in the same
    moment, and of two first messages one is the first.
    """
    order = _open_to(await orders.get_for_update(tx, order_id), order_id, seller_id, caller)
    message, news = new_message(
        message_id=message_id(_random),
        order=order,
        by_user_id=caller.user_id,
        from_id=from_id,
        to_id=to_id,
        text=text,
        is_first=not await messages.any_of_order(tx, order_id),
        application_id=caller.application_id,
        now=now,
    )
    await messages.add(tx, message)
    await files.send(tx, message, attachments)
    await feed.record(tx, [news], now)
    return message, await attachment_rows.of_messages(tx, [message.id])


async def conversation(
    tx: Transaction, caller: Caller, order_id: int, seller_id: int, *, offset: int, limit: int
) -> Conversation:
    order = _open_to(await orders.get(tx, order_id), order_id, seller_id, caller)
    total, page = await messages.of_order(tx, order_id, offset=offset, limit=limit)
    return Conversation(order=order, total=total, messages=page, attachments=await _files(tx, page))


async def mark_read(tx: Transaction, caller: Caller, message_ids: Collection[str], now: datetime) -> None:
    """What was written to the caller counts as read from now on, and who wrote it hears of that."""
    marked = await messages.mark_read(tx, message_ids, reader_id=caller.user_id, now=now)
    news = [MessageNews(message_id=message.id, user_id=message.from_id) for message in marked]
    await feed.record(tx, news, now)


async def one_message(tx: Transaction, caller: Caller, message_id: str) -> tuple[Message, Attachments]:
    found = await _own(tx, caller, [message_id])
    return found[0], await _files(tx, found)


async def unread(tx: Transaction, caller: Caller, *, as_seller: bool) -> list[Unread]:
    """The caller's conversations with something to read, a thousand at most."""
    return await messages.unread(tx, caller.user_id, as_seller=as_seller, limit=UNREAD_MAX)


async def unread_of(tx: Transaction, caller: Caller, order_id: int, seller_id: int) -> int:
    """How many messages of one conversation the caller has not read."""
    _open_to(await orders.get(tx, order_id), order_id, seller_id, caller)
    return await messages.count_unread(tx, caller.user_id, order_id)


async def letters_of_order(
    tx: Transaction, caller: Caller, order_id: int, *, offset: int, limit: int
) -> Letters:
    """The old form of a conversation, which marks nothing."""
    _open_to(await orders.get(tx, order_id), order_id, None, caller)
    total, page = await messages.of_order(tx, order_id, offset=offset, limit=limit)
    return await _letters(tx, page, total)


async def letter(tx: Transaction, message: Message) -> Letters:
    return await _letters(tx, [message], 1)


async def mark_letters_read(
    tx: Transaction, caller: Caller, message_ids: Sequence[str], now: datetime
) -> Letters:
    """Mark messages that were written to the caller; refused when one of them was not."""
    for message in await _own(tx, caller, message_ids):
        if message.to_id != caller.user_id:
            raise Refused(Reason.MESSAGE_ACCESS_DENIED, detail=_access(caller, message.id))
    await mark_read(tx, caller, message_ids, now)
    marked = await _own(tx, caller, message_ids)
    return await _letters(tx, marked, len(marked))


async def _letters(tx: Transaction, page: list[Message], total: int) -> Letters:
    people = await users.many(tx, {person for one in page for person in (one.from_id, one.to_id)})
    return Letters(total=total, messages=page, people=people, attachments=await _files(tx, page))


async def _files(tx: Transaction, page: Sequence[Message]) -> Attachments:
    return await attachment_rows.of_messages(tx, [message.id for message in page])


async def _own(tx: Transaction, caller: Caller, message_ids: Sequence[str]) -> list[Message]:
    """These messages, in this order, if all of them exist and the caller wrote or received each."""
    found = await messages.many(tx, message_ids)
    own = []
    for wanted in message_ids:
        message = found.get(wanted)
        if message is None:
            raise Refused(Reason.MESSAGE_NOT_FOUND, detail=wanted)
        if caller.user_id not in (message.from_id, message.to_id):
            raise Refused(Reason.MESSAGE_ACCESS_DENIED, detail=_access(caller, wanted))
        own.append(message)
    return own


def _open_to(order: Order | None, order_id: int, seller_id: int | None, caller: Caller) -> Order:
    """The order itself, if the caller may know of it and is one of its parties."""
    view = View.NOBODY if order is None else sees(order, caller.user_id)
    if order is None or view is View.NOBODY:
        raise Refused(Reason.CONVERSATION_NOT_FOUND, detail=str(order_id))
    if view is View.STRANGER:
        raise Refused(Reason.CONVERSATION_FOREIGN, detail=str(order_id))
    if seller_id not in (None, order.seller_id):
        raise Refused(Reason.CONVERSATION_NOT_FOUND, detail=str(order_id))
    return order


def _access(caller: Caller, wanted: str) -> str:
    return f"{caller.user_id} to message with id {wanted}"
