"""Messages between the parties of an order, in today's form and in the old one (contract 16)."""

from __future__ import annotations

from collections.abc import Iterable

from zoco.domain.feedback import Side
from zoco.domain.messages import LENGTH_MAX, Message, block
from zoco.domain.orders import Order
from zoco.marketplace.messages import Attachments, Conversation, Letters
from zoco.resources import message as shapes
from zoco.resources.page import Paging
from zoco.resources.scalars import utc_moment
from zoco.storage.messages import Unread


def message(written: Message, files: Attachments) -> shapes.Message:
    created = utc_moment(written.date_created)
    return shapes.Message(
        id=written.id,
        site_id=written.site_id,
        client_id=written.application_id,
        from_=shapes.MessageParty(user_id=written.from_id),
        to=shapes.MessageParty(user_id=written.to_id),
        text=written.text,
        message_date=shapes.MessageDate(
            received=created,
            available=created,
            notified=created,
            created=created,
            read=None if written.date_read is None else utc_moment(written.date_read),
        ),
        message_moderation=shapes.MessageModeration(moderation_date=created),
        message_attachments=_attachments(files, written) or None,
        message_resources=[
            shapes.MessageResource(id=str(written.order_id), name="packs"),
            shapes.MessageResource(id=str(written.seller_id), name="sellers"),
        ],
        conversation_first_message=written.is_first,
    )


def conversation(seen: Conversation, *, offset: int, limit: int) -> shapes.Conversation:
    return shapes.Conversation(
        paging=Paging(total=seen.total, offset=offset, limit=limit),
        conversation_status=_status(seen.order),
        messages=[message(written, seen.attachments) for written in seen.messages],
        seller_max_message_length=LENGTH_MAX[Side.SALE],
        buyer_max_message_length=LENGTH_MAX[Side.PURCHASE],
    )


def unread_page(user_id: int, waiting: Iterable[Unread]) -> shapes.UnreadPage:
    return shapes.UnreadPage(
        user_id=user_id,
        results=[
            shapes.UnreadConversation(resource=_path(one.order_id, one.seller_id), count=one.count)
            for one in waiting
        ],
    )


def letter_page(seen: Letters, *, offset: int, limit: int) -> shapes.LetterPage:
    return shapes.LetterPage(
        paging=Paging(total=seen.total, offset=offset, limit=limit), results=letters(seen)
    )


def letters(seen: Letters) -> list[shapes.Letter]:
    return [_letter(written, seen) for written in seen.messages]


def _letter(written: Message, seen: Letters) -> shapes.Letter:
    created = utc_moment(written.date_created)
    author, receiver = seen.people[written.from_id], seen.people[written.to_id]
    return shapes.Letter(
        message_id=written.id,
        date_received=created,
        date=created,
        date_available=created,
        date_notified=created,
        date_read=None if written.date_read is None else utc_moment(written.date_read),
        from_=shapes.LetterParty(
            user_id=author.id, email=author.email, name=f"{author.first_name} {author.last_name}".strip()
        ),
        to=[shapes.LetterParty(user_id=receiver.id, email=receiver.email)],
        text=shapes.LetterText(plain=written.text),
        attachments=_attachments(seen.attachments, written),
        site_id=written.site_id,
        resource_id=written.order_id,
    )


def _attachments(files: Attachments, written: Message) -> list[shapes.MessageAttachment]:
    return [
        shapes.MessageAttachment(
            filename=one.id,
            original_filename=one.original_filename,
            type=one.kind.content_type,
            size=one.size,
            creation_date=utc_moment(one.date_created),
        )
        for one in files.get(written.id, ())
    ]


def _status(order: Order) -> shapes.ConversationStatus:
    blocked = block(order)
    return shapes.ConversationStatus(
        path=_path(order.id, order.seller_id),
        status="active" if blocked is None else "blocked",
        substatus=None if blocked is None else blocked.value,
        status_date=utc_moment(order.last_updated),
    )


def _path(order_id: int, seller_id: int) -> str:
    return f"/packs/{order_id}/sellers/{seller_id}"
