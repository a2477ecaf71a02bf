"""Files for messages (contract 16): what a file is, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import BUYER_ID, NOW
from zoco.domain.attachments import COUNT_MAX, SIZE_MAX, Attachment, Kind, kind_of, new_attachment
from zoco.domain.refusals import Reason, Refused


def _upload(**changes: Any) -> Attachment:
    act: dict[str, Any] = {
        "uuid": "59f0f034-db1b-4ea6-8c5e-1d34e2092482",
        "owner_id": BUYER_ID,
        "site_id": "MLB",
        "filename": "Garantía.pdf",
        "content": b"%PDF-1.7",
        "waiting": 0,
        "now": NOW,
    }
    return new_attachment(**(act | changes))


_ODD: dict[str, Any] = {"content": b"MZ\x90\x00"}
_MANY: dict[str, Any] = _ODD | {"waiting": COUNT_MAX}
_LONG: dict[str, Any] = _MANY | {"filename": "x" * 201}

# In the order in which they are said: a row is wrong in the ways of the rows below it too.
REFUSALS = [
    (Reason.ATTACHMENT_EMPTY, _LONG | {"content": b""}),
    (Reason.ATTACHMENT_TOO_LARGE, _LONG | {"content": bytes(SIZE_MAX + 1)}),
    (Reason.ATTACHMENT_NAME_INVALID, _LONG | {"filename": "../" + "x" * 201}),
    (Reason.ATTACHMENT_NAME_INVALID, _LONG | {"filename": "a\\b"}),
    (Reason.ATTACHMENT_NAME_INVALID, _LONG | {"filename": "a\r\nb"}),
    (Reason.ATTACHMENT_NAME_TOO_LONG, _LONG),
    (Reason.TOO_MANY_ATTACHMENTS, _MANY),
    (Reason.ATTACHMENT_KIND_UNKNOWN, _ODD),
]


@pytest.mark.parametrize(("reason", "changes"), REFUSALS)
def test_a_refusal(reason: Reason, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        _upload(**changes)
    assert refusal.value.reason is reason


def test_the_table_keeps_the_order_of_the_refusals() -> None:
    positions = [list(Reason).index(reason) for reason, _ in REFUSALS]
    assert positions == sorted(positions)


def test_a_key_tells_the_owner_and_the_kind() -> None:
    made = _upload(filename="x" * 200)

    assert made.id == f"{BUYER_ID}_59f0f034-db1b-4ea6-8c5e-1d34e2092482.pdf"
    assert (made.kind, made.size) == (Kind.PDF, 8)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0rest", Kind.JPG),
        (b"\x89PNG\r\n\x1a\nrest", Kind.PNG),
        (b"%PDF-1.4\x00\xff", Kind.PDF),
        ("Garantía\r\n\tde un mes".encode(), Kind.TXT),
        (b"<html><script>", Kind.TXT),
        (b"GIF89a\x01\x00", None),
        (b"PK\x03\x04", None),
        ("Garantía".encode("latin-1"), None),
        (b"a\x00b", None),
    ],
)
def test_what_a_file_is(content: bytes, kind: Kind | None) -> None:
    assert kind_of(content) is kind
