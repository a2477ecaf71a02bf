"""How far behind the feed is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros_or_none
from zoco.database.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be delivered, of all applications; `oldest` is None when nothing is."""

    pending: int
    oldest: datetime | None


# Both from the index of what is due alone: in a backlog of a million, `received` of each would be a
# million look-ups. Rows are numbered as they are received, so the first number is the oldest's.
_BACKLOG = """
    SELECT waiting.pending, notifications.received AS oldest
    FROM (SELECT COUNT(*) AS pending, MIN(seq) AS first_seq FROM notifications WHERE state = 'pending')
        AS waiting
    LEFT JOIN notifications ON notifications.seq = waiting.first_seq
"""


async def backlog(tx: Transaction) -> Backlog:
    row = await tx.one(_BACKLOG)
    assert row is not None
    return Backlog(row["pending"], from_micros_or_none(row["oldest"]))
