"""Messages after the sale over HTTP (contract 16): today's form and the old one."""

from __future__ import annotations

from msgspec import Struct, field

from zoco.resources.page import Paging


class MessageParty(Struct, frozen=True, kw_only=True):
    user_id: int


class MessageDate(Struct, frozen=True, kw_only=True):
    received: str
    available: str
    notified: str
    created: str
    read: str | None = None


class MessageModeration(Struct, frozen=True, kw_only=True):
    """Nobody moderates messages here: each is clean from the start."""

    status: str = "clean"
    reason: str | None = None
    source: str = "online"
    moderation_date: str | None = None


class MessageResource(Struct, frozen=True, kw_only=True):
    """`{"id": "2000000000001001", "name": "packs"}`"""

    id: str
    name: str


class MessageAttachment(Struct, frozen=True, kw_only=True):
    """`filename` is the key under which the file is fetched."""

    filename: str
    original_filename: str
    type: str
    size: int
    potential_security_threat: bool = False
    creation_date: str


class AttachmentKey(Struct, frozen=True, kw_only=True):
    """`{"id": "210438685_59f0f034-db1b-4ea6-8c5e-1d34e2092482.jpg"}`"""

    id: str


class Message(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    id: str
    site_id: str
    client_id: int
    from_: MessageParty
    to: MessageParty
    status: str = "available"
    subject: str | None = None
    text: str
    message_date: MessageDate
    message_moderation: MessageModeration = MessageModeration()
    message_attachments: list[MessageAttachment] | None = None
    message_resources: list[MessageResource] = []
    conversation_first_message: bool = False


class ConversationStatus(Struct, frozen=True, kw_only=True):
    """`substatus` says why a blocked conversation takes no messages."""

    path: str
    status: str
    substatus: str | None = None
    status_date: str
    status_update_allowed: bool = False
    claim_id: int | None = None
    shipping_id: int | None = None


class Conversation(Struct, frozen=True, kw_only=True):
    paging: Paging
    conversation_status: ConversationStatus
    messages: list[Message]
    seller_max_message_length: int
    buyer_max_message_length: int


class SingleMessage(Struct, frozen=True, kw_only=True):
    """What `GET /messages/{id}` answers: a conversation's form with this message alone."""

    paging: Paging | None = None
    conversation_status: ConversationStatus | None = None
    messages: list[Message]


class NewMessage(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    from_: MessageParty | None = None
    to: MessageParty | None = None
    text: str = ""
    attachments: list[str] = []


class UnreadConversation(Struct, frozen=True, kw_only=True):
    """`{"resource": "/packs/2000000000001001/sellers/123", "count": 2}`"""

    resource: str
    count: int


class UnreadPage(Struct, frozen=True, kw_only=True):
    user_id: int
    results: list[UnreadConversation]


class LetterParty(Struct, frozen=True, kw_only=True):
    user_id: int
    email: str | None = None
    name: str | None = None


class LetterText(Struct, frozen=True, kw_only=True):
    plain: str


class LetterModeration(Struct, frozen=True, kw_only=True):
    status: str = "clean"


class Letter(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The old form of a message."""

    message_id: str
    date_received: str
    date: str
    date_available: str
    date_notified: str | None = None
    date_read: str | None = None
    from_: LetterParty
    to: list[LetterParty]
    subject: str | None = None
    text: LetterText
    attachments: list[MessageAttachment] = []
    site_id: str
    resource: str = "orders"
    resource_id: int
    status: str = "available"
    moderation: LetterModeration = LetterModeration()


class LetterPage(Struct, frozen=True, kw_only=True):
    paging: Paging
    results: list[Letter]


class NewLetterReceiver(Struct, frozen=True, kw_only=True):
    user_id: int | None = None
    resource: str | None = None
    resource_id: int | None = None
    site_id: str | None = None


class NewLetter(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """Body of `POST /messages`: the receiver names the order."""

    from_: MessageParty | None = None
    to: list[NewLetterReceiver] = field(default_factory=list)
    text: LetterText | str = ""
    attachments: list[str] = field(default_factory=list)
