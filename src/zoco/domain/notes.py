"""What a seller writes to himself about an order (contract 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.domain.refusals import Reason, Refused

# Counted in code points.
NOTE_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    id: str
    order_id: int
    text: str
    date_created: datetime
    date_last_updated: datetime


def check_text(text: str) -> str:
    """The text of a note as it is kept, which is as it was sent."""
    if not text.strip():
        raise Refused(Reason.NOTE_EMPTY, field="note")
    if len(text) > NOTE_LENGTH_MAX:
        raise Refused(Reason.NOTE_TOO_LONG, field="note", detail=f"{len(text)} characters")
    return text
