"""What is written down in passing: the audit log, and news for the pages that are open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Transaction
from zoco.resources.codec import encode


def json_object(**fields: object) -> str:
    """`json_object(reason="invalid_grant")`: the `data` of an audit line or a timeline entry."""
    return encode(fields).decode()


async def audit(
    tx: Transaction, *, person_id: int | None, action: str, subject: str, data: str = "{}", now: datetime
) -> None:
    """Somebody changed something: `subject` is `order:7/2000000001`, `store:7`, `product:3`, `person:1`."""
    await tx.run(
        """
        INSERT INTO audit_log (at, person_id, action, subject, data)
        VALUES (:at, :person_id, :action, :subject, :data)
        """,
        {"at": to_micros(now), "person_id": person_id, "action": action, "subject": subject, "data": data},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """`topic`: orders (subject: the order's id), stock (the product's id), stores, notifications."""

    id: int
    at: datetime
    topic: str
    store_id: int | None
    subject: str
    kind: str


async def tell_pages(
    tx: Transaction, *, topic: str, store_id: int | None, subject: str | int, kind: str, now: datetime
) -> None:
    """Let open pages know, when and only when this transaction commits."""
    await tx.run(
        """
        INSERT INTO live_events (at, topic, store_id, subject, kind)
        VALUES (:at, :topic, :store_id, :subject, :kind)
        """,
        {"at": to_micros(now), "topic": topic, "store_id": store_id, "subject": str(subject), "kind": kind},
    )
    tx.signal("live")


# How many ids may be given out and not committed while newer ones are.
_LATE_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class LivePosition:
    """How far a page has been told: all events up to `after` but the `missing` ones.

    PostgreSQL gives ids before the commit, so an event may appear behind newer ones. A missing id may
    still come, or belong to a transaction that was rolled back: then nobody waits for it very long.

        LivePosition(120, frozenset({117})).text    # "120~117"
    """

    after: int
    missing: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        return "~".join(str(number) for number in (self.after, *sorted(self.missing)))

    def moved(self, seen: Iterable[int]) -> LivePosition:
        """The position after these events have been told as well."""
        known = set(seen)
        after = max((self.after, *known))
        skipped = self.missing | set(range(max(self.after, after - _LATE_MAX) + 1, after))
        return LivePosition(after, frozenset(n for n in skipped - known if n > after - _LATE_MAX))


def live_position(text: str) -> LivePosition | None:
    """The position that a page names; None for what is none."""
    if not _POSITION.fullmatch(text):
        return None
    after, *missing = map(int, text.split("~"))
    return LivePosition(after, frozenset(missing))


_POSITION: Final = re.compile(rf"\d{{1,18}}(?:~\d{{1,18}}){{0,{_LATE_MAX}}}", re.ASCII)


async def newest_position(tx: Transaction) -> LivePosition:
    """Where a page that is read in this transaction has to go on."""
    rows = await tx.all("SELECT id FROM live_events ORDER BY id DESC LIMIT :limit", {"limit": _LATE_MAX})
    if not rows:
        return LivePosition(0)
    ids = [int(row["id"]) for row in rows]
    return LivePosition(min(ids)).moved(ids)


async def live_events_after(tx: Transaction, position: LivePosition, limit: int) -> list[LiveEvent]:
    is_missing = tx.is_any("id", "missing")
    rows = await tx.all(
        f"""
        SELECT id, at, topic, store_id, subject, kind FROM live_events
        WHERE id > :after OR {is_missing} ORDER BY id LIMIT :limit
        """,
        {"after": position.after, "missing": sorted(position.missing), "limit": limit},
    )
    return [
        LiveEvent(
            id=row["id"],
            at=from_micros(row["at"]),
            topic=row["topic"],
            store_id=row["store_id"],
            subject=row["subject"],
            kind=row["kind"],
        )
        for row in rows
    ]


async def trim_live_events(tx: Transaction, *, now: datetime, retention: timedelta) -> int:
    return await tx.run("DELETE FROM live_events WHERE at <= :oldest", {"oldest": to_micros(now - retention)})
