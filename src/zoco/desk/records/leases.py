"""Whatever a worker leases, so that no other one takes it up at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zoco.database.times import to_micros
from zoco.database.transaction import Transaction

# A lease that has run out still says that somebody died over a push, and that nobody knows how far he came.
_ENDING: Sequence[str] = (
    "UPDATE work SET leased_until = :now WHERE leased_until > :now",
    "UPDATE listings SET push_leased_until = :now WHERE push_leased_until > :now",
    "UPDATE stores SET import_leased_until = :now WHERE import_leased_until > :now",
    "UPDATE refresh_locks SET leased_until = :now WHERE leased_until > :now",
)


async def end_all(tx: Transaction, now: datetime) -> None:
    """For who knows that all other workers are dead."""
    for statement in _ENDING:
        await tx.run(statement, {"now": to_micros(now)})
