"""Whom a seller does not sell to, and whose questions he does not want (contract 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from zoco.domain.refusals import Reason, Refused

REASON_LENGTH_MAX = 300


class Blacklist(Enum):
    ORDERS = "orders"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Since when somebody is on a seller's list, and why, if the seller has said so (A-21)."""

    seller_id: int
    user_id: int
    date_created: datetime
    reason: str | None = None


def new_entry(*, seller_id: int, user_id: int, reason: str | None, now: datetime) -> Entry:
    if user_id == seller_id:
        raise Refused(Reason.SELF_BLOCK, field="user_id")
    if reason is not None and len(reason) > REASON_LENGTH_MAX:
        raise Refused(Reason.INVALID_FIELD, field="reason", detail=f"at most {REASON_LENGTH_MAX} characters")
    return Entry(seller_id=seller_id, user_id=user_id, date_created=now, reason=reason or None)
