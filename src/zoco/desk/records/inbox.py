"""Notifications as received, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Row, Transaction


class NewMessage(Struct, frozen=True, kw_only=True):
    """What the callback keeps. `body` is at most 64 KiB.

    Made for every notification, and a Struct is made in a fifth of a dataclass's time.
    """

    dedup_key: str
    message_id: str | None
    application_id: int | None
    user_id: int
    topic: str
    resource: str
    attempts: int
    sent: datetime | None
    received: datetime | None
    body: bytes
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A row of the inbox. `state`: new, waiting, done, ignored, failed."""

    id: int
    application_id: int | None
    user_id: int
    topic: str
    resource: str
    attempts: int
    received: datetime | None
    seen_at: datetime


async def add(tx: Transaction, messages: Sequence[NewMessage], *, now: datetime) -> None:
    """Keep messages; one that is here already is counted once more (3.3)."""
    seen = to_micros(now)
    await tx.run_many(
        """
        INSERT INTO inbox (dedup_key, message_id, application_id, user_id, topic, resource, attempts, sent,
            received, body, address, seen_at, last_seen)
        VALUES (:dedup_key, :message_id, :application_id, :user_id, :topic, :resource, :attempts, :sent,
            :received, :body, :address, :now, :now)
        ON CONFLICT (dedup_key) DO UPDATE SET copies = inbox.copies + 1, last_seen = excluded.last_seen
        """,
        [
            {
                "dedup_key": message.dedup_key,
                "message_id": message.message_id,
                "application_id": message.application_id,
                "user_id": message.user_id,
                "topic": message.topic,
                "resource": message.resource,
                "attempts": message.attempts,
                "sent": to_micros_or_none(message.sent),
                "received": to_micros_or_none(message.received),
                "body": message.body,
                "address": message.address,
                "now": seen,
            }
            for message in messages
        ],
    )


async def new_ones(tx: Transaction, limit: int) -> list[Message]:
    """Messages that nobody has looked at, oldest first; on PostgreSQL those another worker holds are left."""
    rows = await tx.all(
        f"""
        SELECT id, application_id, user_id, topic, resource, attempts, received, seen_at FROM inbox
        WHERE state = 'new' ORDER BY id LIMIT :limit {tx.skip_locked}
        """,
        {"limit": limit},
    )
    return [_message(row) for row in rows]


def _message(row: Row) -> Message:
    return Message(
        id=row["id"],
        application_id=row["application_id"],
        user_id=row["user_id"],
        topic=row["topic"],
        resource=row["resource"],
        attempts=row["attempts"],
        received=from_micros_or_none(row["received"]),
        seen_at=from_micros(row["seen_at"]),
    )


async def set_waiting(tx: Transaction, message_id: int, *, store_id: int, resource: str) -> None:
    """`resource` is the path that will be fetched: `/orders/5/feedback` is news of `/orders/5`."""
    await tx.run(
        """
        UPDATE inbox SET state = 'waiting', store_id = :store_id, resource = :resource, outcome = NULL
        WHERE id = :id
        """,
        {"id": message_id, "store_id": store_id, "resource": resource},
    )


async def ignore(tx: Transaction, message_id: int, *, outcome: str, now: datetime) -> None:
    await tx.run(
        "UPDATE inbox SET state = 'ignored', outcome = :outcome, finished_at = :now WHERE id = :id",
        {"id": message_id, "outcome": outcome, "now": to_micros(now)},
    )


async def finish(
    tx: Transaction,
    *,
    store_id: int,
    resource: str,
    newest_message: int | None,
    state: str,
    outcome: str,
    now: datetime,
) -> None:
    """All messages up to `newest_message` about a resource have had their effect, or will have none."""
    if newest_message is None:
        return
    await tx.run(
        """
        UPDATE inbox SET state = :state, outcome = :outcome, finished_at = :now
        WHERE store_id = :store_id AND resource = :resource AND id <= :newest_message
            AND state IN ('waiting', 'failed')
        """,
        {
            "store_id": store_id,
            "resource": resource,
            "newest_message": newest_message,
            "state": state,
            "outcome": outcome,
            "now": to_micros(now),
        },
    )


async def trim_ignored(tx: Transaction, *, now: datetime, retention: timedelta, count_max: int) -> int:
    """Forget ignored messages that are old, or beyond the newest `count_max` (3.5)."""
    return await tx.run(
        """
        DELETE FROM inbox WHERE state = 'ignored' AND (
            seen_at <= :oldest OR id <= (
                SELECT id FROM inbox WHERE state = 'ignored' ORDER BY id DESC LIMIT 1 OFFSET :count_max
            )
        )
        """,
        {"oldest": to_micros(now - retention), "count_max": count_max},
    )


async def trim_finished(tx: Transaction, *, now: datetime, retention: timedelta) -> int:
    """Forget messages that had their effect long ago (13: thirty days)."""
    return await tx.run(
        "DELETE FROM inbox WHERE state = 'done' AND seen_at <= :oldest",
        {"oldest": to_micros(now - retention)},
    )


async def waiting(
    tx: Transaction, *, store_id: int, resource: str, newest_message: int | None
) -> list[Message]:
    """The messages that a fetch of the resource will settle, oldest first."""
    rows = await tx.all(
        """
        SELECT id, application_id, user_id, topic, resource, attempts, received, seen_at FROM inbox
        WHERE store_id = :store_id AND resource = :resource AND id <= :newest_message
            AND state IN ('waiting', 'failed')
        ORDER BY id
        """,
        {"store_id": store_id, "resource": resource, "newest_message": newest_message or 0},
    )
    return [_message(row) for row in rows]
