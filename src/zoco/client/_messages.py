"""Messages between the parties of an order (contract 16)."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Literal

from zoco.client._answer import read
from zoco.client._calls import Calls
from zoco.client._connection import Request
from zoco.resources.message import (
    AttachmentKey,
    Conversation,
    Letter,
    Message,
    MessageParty,
    NewMessage,
    SingleMessage,
    UnreadPage,
)

_TAG = ("tag", "post_sale")


class Messages(Calls):
    """A conversation goes by its order (or pack) and its seller."""

    async def conversation(
        self, order_id: int, seller_id: int, *, mark_as_read: bool = True, offset: int = 0, limit: int = 50
    ) -> Conversation:
        """One page, newest first. What it shows counts as read, unless `mark_as_read` is false."""
        query = [
            _TAG,
            ("mark_as_read", "true" if mark_as_read else "false"),
            ("offset", str(offset)),
            ("limit", str(limit)),
        ]
        return (await self._get(_path(order_id, seller_id), Conversation, query)).value

    async def all_of_conversation(
        self, order_id: int, seller_id: int, *, mark_as_read: bool = True
    ) -> AsyncIterator[Message]:
        """All messages, newest first, page after page."""
        offset, total = 0, 1
        while offset < total:
            page = await self.conversation(order_id, seller_id, mark_as_read=mark_as_read, offset=offset)
            for message in page.messages:
                yield message
            if not page.messages:
                return
            offset, total = offset + len(page.messages), page.paging.total

    async def send(
        self,
        order_id: int,
        seller_id: int,
        *,
        sender: int,
        receiver: int,
        text: str,
        attachments: Sequence[str] = (),
    ) -> Message:
        """Write to the other party: 350 characters at most from the seller, 3500 from the buyer.

        key = await client.messages.upload("garantia.pdf", content, site_id="MLB")
        await client.messages.send(order.id, me.id, sender=me.id, receiver=7, text="…", attachments=[key])
        """
        body = NewMessage(
            from_=MessageParty(user_id=sender),
            to=MessageParty(user_id=receiver),
            text=text,
            attachments=list(attachments),
        )
        return (await self._send("POST", f"{_path(order_id, seller_id)}?tag=post_sale", Message, body)).value

    async def upload(self, filename: str, content: bytes, *, site_id: str) -> str:
        """Upload a JPG, PNG, PDF or TXT of at most 25 MB; the key by which a message takes it along."""
        boundary = secrets.token_hex(16)
        request = Request(
            method="POST",
            path="/messages/attachments",
            query=[("site_id", site_id), _TAG],
            body=_form(boundary, filename, content),
            content_type=f"multipart/form-data; boundary={boundary}",
        )
        return read(await self._connection.ask(request), AttachmentKey, request).value.id

    async def attachment(self, key: str, *, site_id: str) -> bytes:
        """What is in a file that this user sent or received."""
        query = [("site_id", site_id), _TAG]
        request = Request(method="GET", path=f"/messages/attachments/{key}", query=query)
        return (await self._connection.ask(request)).body

    async def get(self, message_id: str) -> Message:
        """One message, as a notification names it; it is not marked as read."""
        answer = await self._get(f"/messages/{message_id}", SingleMessage, [_TAG])
        return answer.value.messages[0]

    async def unread(self, *, role: Literal["seller", "buyer"] = "seller") -> UnreadPage:
        """The conversations in which something waits to be read."""
        return (await self._get("/messages/unread", UnreadPage, [("role", role), _TAG])).value

    async def unread_of(self, order_id: int, seller_id: int) -> int:
        """How many messages of one conversation wait to be read."""
        path = f"/messages/unread/packs/{order_id}/sellers/{seller_id}"
        return sum(one.count for one in (await self._get(path, UnreadPage, [_TAG])).value.results)

    async def mark_as_read(self, message_ids: Sequence[str]) -> list[Letter]:
        """Mark single messages, without reading the conversation."""
        path = f"/messages/mark_as_read/{','.join(message_ids)}"
        return (await self._send("PUT", path, list[Letter])).value


def _form(boundary: str, filename: str, content: bytes) -> bytes:
    name = filename.replace("\\", "\\\\").replace('"', '\\"')
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode()


def _path(order_id: int, seller_id: int) -> str:
    return f"/messages/packs/{order_id}/sellers/{seller_id}"
