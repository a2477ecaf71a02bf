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


async def backlog(tx: Transaction) -> Backlog:
    row = await tx.one(
        "SELECT COUNT(*) AS pending, MIN(received) AS oldest FROM notifications WHERE state = 'pending'"
    )
    assert row is not None
    return Backlog(row["pending"], from_micros_or_none(row["oldest"]))
