"""Files that go along with a message (contract 16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from zoco.domain.refusals import Reason, Refused

SIZE_MAX = 25 * 1024 * 1024
# So many a message takes, and so many may wait for one.
COUNT_MAX = 25
WAITING_LIFE = timedelta(hours=48)
_NAME_LENGTH_MAX = 200
# What no text holds: control characters other than the spaces.
_NO_TEXT = frozenset(range(32)) - frozenset(b"\t\n\f\r")


class Kind(Enum):
    """What a file is, by its content and not by its name."""

    JPG = ("jpg", "image/jpeg")
    PNG = ("png", "image/png")
    PDF = ("pdf", "application/pdf")
    TXT = ("txt", "text/plain")

    @property
    def extension(self) -> str:
        return self.value[0]

    @property
    def content_type(self) -> str:
        return self.value[1]


_BEGINNINGS = {b"\xff\xd8\xff": Kind.JPG, b"\x89PNG\r\n\x1a\n": Kind.PNG, b"%PDF-": Kind.PDF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`id` is `<user>_<uuid>.<extension>`, as the documents print it."""

    id: str
    owner_id: int
    site_id: str
    original_filename: str
    kind: Kind
    size: int
    date_created: datetime


def new_attachment(
    *, uuid: str, owner_id: int, site_id: str, filename: str, content: bytes, waiting: int, now: datetime
) -> Attachment:
    """A file that its owner may send; `waiting` is how many of his wait for a message already."""
    if not content:
        raise Refused(Reason.ATTACHMENT_EMPTY, field="file")
    if len(content) > SIZE_MAX:
        raise Refused(Reason.ATTACHMENT_TOO_LARGE, field="file")
    if "/" in filename or "\\" in filename or not filename.isprintable():
        raise Refused(Reason.ATTACHMENT_NAME_INVALID, field="file")
    if len(filename) > _NAME_LENGTH_MAX:
        raise Refused(Reason.ATTACHMENT_NAME_TOO_LONG, field="file")
    if waiting >= COUNT_MAX:
        raise Refused(Reason.TOO_MANY_ATTACHMENTS, field="file", detail=str(COUNT_MAX))
    kind = kind_of(content)
    if kind is None:
        raise Refused(Reason.ATTACHMENT_KIND_UNKNOWN, field="file")
    return Attachment(
        id=f"{owner_id}_{uuid}.{kind.extension}",
        owner_id=owner_id,
        site_id=site_id,
        original_filename=filename,
        kind=kind,
        size=len(content),
        date_created=now,
    )


def kind_of(content: bytes) -> Kind | None:
    for beginning, kind in _BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Kind.TXT if _NO_TEXT.isdisjoint(content) else None
