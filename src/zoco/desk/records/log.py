"""What is written down in passing: the audit log, and news for the pages that are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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


async def live_events_after(tx: Transaction, event_id: int, limit: int) -> list[LiveEvent]:
    rows = await tx.all(
        """
        SELECT id, at, topic, store_id, subject, kind FROM live_events
        WHERE id > :id ORDER BY id LIMIT :limit
        """,
        {"id": event_id, "limit": limit},
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
