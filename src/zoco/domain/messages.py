"""What the parties of an order write to each other after the sale (contract 16)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zoco.domain.events import MessageNews
from zoco.domain.feedback import Side
from zoco.domain.orders import DEAD, UNPAID, Cause, Order
from zoco.domain.refusals import Reason, Refused

LENGTH_MAX = {Side.SALE: 350, Side.PURCHASE: 3500}
_SPACES = frozenset("\n\r\t")


class Block(StrEnum):
    """Why nobody may write: the `substatus` of a conversation."""

    PAYMENT = "blocked_by_payment"
    CANCELLED_ORDER = "blocked_by_cancelled_order"
    REFUND = "blocked_by_refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: str
    order_id: int
    site_id: str
    application_id: int
    seller_id: int
    from_id: int
    to_id: int
    text: str
    is_first: bool
    date_created: datetime
    date_read: datetime | None = None


def block(order: Order) -> Block | None:
    """Whether the conversation is closed: before the payment, and when the deal is off."""
    if order.status in UNPAID:
        return Block.PAYMENT
    if order.status in DEAD:
        return Block.REFUND if order.cause is Cause.PAYMENT_REFUNDED else Block.CANCELLED_ORDER
    return None


def new_message(
    *,
    message_id: str,
    order: Order,
    by_user_id: int,
    from_id: int,
    to_id: int,
    text: str,
    is_first: bool,
    application_id: int,
    now: datetime,
) -> tuple[Message, MessageNews]:
    """What a party of `order` writes to the other one; either may begin (A-30)."""
    if from_id == to_id:
        raise Refused(Reason.WRITING_TO_ONESELF, field="to")
    if from_id != by_user_id:
        raise Refused(Reason.SENDER_FOREIGN, detail=f"{from_id} to order {order.id}")
    if to_id not in (order.buyer_id, order.seller_id):
        raise Refused(Reason.RECEIVER_FOREIGN, detail=str(order.id))
    blocked = block(order)
    if blocked is not None:
        raise Refused(Reason.CONVERSATION_BLOCKED, detail=blocked.value)
    _check_text(text, Side.SALE if by_user_id == order.seller_id else Side.PURCHASE)
    message = Message(
        id=message_id,
        order_id=order.id,
        site_id=order.site_id,
        application_id=application_id,
        seller_id=order.seller_id,
        from_id=from_id,
        to_id=to_id,
        text=text,
        is_first=is_first,
        date_created=now,
    )
    return message, MessageNews(message_id=message.id, user_id=to_id)


def _check_text(text: str, side: Side) -> None:
    if not text.strip():
        raise Refused(Reason.MESSAGE_TEXT_MISSING, field="text")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text if letter not in _SPACES):
        raise Refused(Reason.UNSUPPORTED_CHARACTER, field="text")
    if len(text) > LENGTH_MAX[side]:
        raise Refused(Reason.MESSAGE_CONTENT_TOO_LONG, field="text", detail=str(LENGTH_MAX[side]))
