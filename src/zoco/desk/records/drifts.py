"""Quantities that our books cannot explain, and how each was settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, from_micros_or_none, to_micros
from zoco.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A difference that no sale explains. `resolution`: ours, theirs, explained; None while it stands."""

    id: int
    listing_id: int
    found_at: datetime
    believed: int
    actual: int
    resolved_at: datetime | None
    resolution: str | None


async def found(tx: Transaction, listing_id: int, *, believed: int, actual: int, now: datetime) -> None:
    """One stands per listing; a later look at it updates the figures."""
    changed = await tx.run(
        """
        UPDATE drifts SET believed = :believed, actual = :actual
        WHERE listing_id = :listing_id AND resolved_at IS NULL
        """,
        {"listing_id": listing_id, "believed": believed, "actual": actual},
    )
    if not changed:
        await tx.run(
            """
            INSERT INTO drifts (listing_id, found_at, believed, actual)
            VALUES (:listing_id, :now, :believed, :actual)
            """,
            {"listing_id": listing_id, "now": to_micros(now), "believed": believed, "actual": actual},
        )


async def resolve(tx: Transaction, listing_id: int, *, resolution: str, now: datetime) -> bool:
    changed = await tx.run(
        """
        UPDATE drifts SET resolved_at = :now, resolution = :resolution
        WHERE listing_id = :listing_id AND resolved_at IS NULL
        """,
        {"listing_id": listing_id, "resolution": resolution, "now": to_micros(now)},
    )
    return changed > 0


async def of_listing(tx: Transaction, listing_id: int) -> list[Drift]:
    """Newest first."""
    rows = await tx.all(
        "SELECT * FROM drifts WHERE listing_id = :listing_id ORDER BY id DESC", {"listing_id": listing_id}
    )
    return [
        Drift(
            id=row["id"],
            listing_id=row["listing_id"],
            found_at=from_micros(row["found_at"]),
            believed=row["believed"],
            actual=row["actual"],
            resolved_at=from_micros_or_none(row["resolved_at"]),
            resolution=row["resolution"],
        )
        for row in rows
    ]
