"""Rows of the feed as they are made: who hears of what, and what was recorded (contract 17.1, 17.7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import to_micros
from zoco.database.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Subscription:
    """An application that a user granted, subscribed to a topic."""

    user_id: int
    application_id: int
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    id: str
    application_id: int
    user_id: int
    topic: str
    resource: str


async def subscriptions(
    tx: Transaction, user_ids: Collection[int], topics: Collection[str]
) -> list[Subscription]:
    """The active applications with a callback that hear of these people on these topics."""
    rows = await tx.all(
        f"""SELECT g.user_id, g.application_id, t.topic
            FROM grants g
            JOIN applications a ON a.id = g.application_id
            JOIN application_topics t ON t.application_id = g.application_id
            WHERE {tx.is_any("g.user_id", "user_ids")} AND {tx.is_any("t.topic", "topics")}
              AND a.active = 1 AND a.notifications_callback_url IS NOT NULL
            ORDER BY g.application_id, g.user_id, t.topic""",
        {"user_ids": list(user_ids), "topics": list(topics)},
    )
    return [Subscription(row["user_id"], row["application_id"], row["topic"]) for row in rows]


async def add(tx: Transaction, rows: Sequence[FeedRow], received: datetime) -> None:
    received_micros = to_micros(received)
    await tx.run_many(
        """INSERT INTO notifications
               (id, application_id, user_id, topic, resource, received, attempts, state, next_attempt)
           VALUES (:id, :application_id, :user_id, :topic, :resource, :received, 0, 'pending', :received)""",
        [
            {
                "id": row.id,
                "application_id": row.application_id,
                "user_id": row.user_id,
                "topic": row.topic,
                "resource": row.resource,
                "received": received_micros,
            }
            for row in rows
        ],
    )


async def give_up(tx: Transaction, *, application_id: int, user_id: int) -> None:
    """What an application has not heard of a user who left it, it will not hear (A-27, 26.30)."""
    await tx.run(
        """UPDATE notifications SET state = 'missed', next_attempt = NULL
           WHERE application_id = :application_id AND user_id = :user_id AND state = 'pending'""",
        {"application_id": application_id, "user_id": user_id},
    )
