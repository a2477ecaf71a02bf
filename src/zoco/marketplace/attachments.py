"""Files: uploaded, sent with a message, read by its two parties, removed when nobody sends them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from zoco.database.transaction import Transaction
from zoco.domain.attachments import COUNT_MAX, WAITING_LIFE, Attachment, new_attachment
from zoco.domain.messages import Message
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import site
from zoco.marketplace.caller import Caller
from zoco.storage import attachments


async def upload(
    tx: Transaction, caller: Caller, *, site_id: str, filename: str, content: bytes, now: datetime
) -> Attachment:
    """Keep a file for a message that the caller is going to write within 48 hours."""
    made = new_attachment(
        uuid=str(uuid4()),
        owner_id=caller.user_id,
        site_id=site(site_id).id,
        filename=filename,
        content=content,
        waiting=await attachments.count_waiting(tx, caller.user_id),
        now=now,
    )
    await attachments.add(tx, made, content)
    return made


async def send(tx: Transaction, message: Message, keys: Sequence[str]) -> None:
    """Give the writer's files to his message; refused when one of them is not there, or sent already."""
    if len(keys) > COUNT_MAX:
        raise Refused(Reason.TOO_MANY_ATTACHMENTS, field="attachments", detail=str(COUNT_MAX))
    wanted = set(keys)
    if not wanted:
        return
    sent = await attachments.send(tx, wanted, owner_id=message.from_id, message_id=message.id)
    if sent != len(wanted):
        raise Refused(Reason.ATTACHMENT_UNKNOWN, field="attachments")


async def content(tx: Transaction, caller: Caller, attachment_id: str) -> tuple[Attachment, bytes]:
    """A file, for who uploaded it and for who received it; for others it does not exist."""
    found = await attachments.content_for(tx, attachment_id, reader_id=caller.user_id)
    if found is None:
        raise Refused(Reason.ATTACHMENT_NOT_FOUND, detail=attachment_id)
    return found


async def forget_the_unsent(tx: Transaction, now: datetime, limit: int) -> int:
    """Remove at most `limit` files that nobody sent within 48 hours; how many."""
    return await attachments.forget_waiting(tx, made_before=now - WAITING_LIFE, limit=limit)


async def next_forgotten(tx: Transaction) -> datetime | None:
    oldest = await attachments.oldest_waiting(tx)
    return None if oldest is None else oldest + WAITING_LIFE
