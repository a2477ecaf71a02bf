"""The one row that says which world this is, and how its clock differs from the real one (A-45)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from zoco.database.times import from_micros_or_none, to_micros_or_none
from zoco.database.transaction import Transaction

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`clock_stopped_at` is None while the clock runs."""

    id: str
    clock_offset: timedelta = timedelta()
    clock_stopped_at: datetime | None = None


async def get(tx: Transaction) -> World | None:
    row = await tx.one("SELECT * FROM world")
    if row is None:
        return None
    return World(
        id=row["id"],
        clock_offset=row["clock_offset"] * _MICROSECOND,
        clock_stopped_at=from_micros_or_none(row["clock_stopped_at"]),
    )


async def save(tx: Transaction, world: World) -> None:
    await tx.run(
        """INSERT INTO world (only_row, id, clock_offset, clock_stopped_at)
           VALUES (1, :id, :clock_offset, :clock_stopped_at)
           ON CONFLICT (only_row) DO UPDATE SET id = excluded.id, clock_offset = excluded.clock_offset,
               clock_stopped_at = excluded.clock_stopped_at""",
        {
            "id": world.id,
            "clock_offset": world.clock_offset // _MICROSECOND,
            "clock_stopped_at": to_micros_or_none(world.clock_stopped_at),
        },
    )
