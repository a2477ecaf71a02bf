"""The feed's rows as the dispatcher reads and writes them, and the leases on callbacks.

`storage/feed.py` writes the rows; here they are delivered. A message is pending until it is
acknowledged or missed, and neither changes any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter

from msgspec import Struct

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Transaction


class State(StrEnum):
    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCallback:
    """A callback with pending messages. `callback_url` is None when the application has given it up."""

    application_id: int
    callback_url: str | None
    earliest: datetime
    # The first that is due later than the question was asked.
    later: datetime | None


# There are thousands of the next two at a time. Structs are made four times as fast as dataclasses,
# and what holds no cycles need not be visited by the garbage collector.
class DueMessage(Struct, frozen=True, kw_only=True, gc=False):
    """A pending message whose time has come. `attempts` counts those that have been made."""

    seq: int
    id: str
    application_id: int
    user_id: int
    topic: str
    resource: str
    received: datetime
    attempts: int


class AttemptRecord(Struct, frozen=True, kw_only=True, gc=False):
    """What one attempt left: `sent` is None when nothing was posted."""

    message: DueMessage
    state: State
    next_attempt: datetime | None
    sent: datetime | None
    outcome: str
    http_code: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Balance:
    """`created == acknowledged + pending + missed` at every instant."""

    created: int
    acknowledged: int
    pending: int
    missed: int


# A few probes of the index per waiting callback, however many messages wait and applications there are.
_WAITING = """
    WITH RECURSIVE waiting (application_id) AS (
        SELECT MIN(application_id) FROM notifications WHERE state = 'pending'
        UNION ALL
        SELECT (SELECT MIN(application_id) FROM notifications
            WHERE state = 'pending' AND application_id > waiting.application_id)
        FROM waiting WHERE waiting.application_id IS NOT NULL
    )
    SELECT waiting.application_id, applications.notifications_callback_url AS callback_url,
        (SELECT MIN(next_attempt) FROM notifications
            WHERE application_id = waiting.application_id AND state = 'pending') AS earliest,
        (SELECT MIN(next_attempt) FROM notifications
            WHERE application_id = waiting.application_id AND state = 'pending'
              AND next_attempt > :now) AS later
    FROM waiting
    JOIN applications ON applications.id = waiting.application_id
    ORDER BY earliest, application_id
"""


async def waiting_callbacks(tx: Transaction, now: datetime) -> list[WaitingCallback]:
    """Every callback with pending messages, the longest overdue first."""
    return [
        WaitingCallback(
            application_id=row["application_id"],
            callback_url=row["callback_url"],
            earliest=from_micros(row["earliest"]),
            later=from_micros_or_none(row["later"]),
        )
        for row in await tx.all(_WAITING, {"now": to_micros(now)})
    ]


async def due_messages(
    tx: Transaction, application_id: int, now: datetime, limit: int, *, known: Collection[int]
) -> list[DueMessage]:
    """The longest overdue messages of one callback, at most `limit`, in the order of their events.

    Those whose `seq` is known are passed over in the index: neither read nor counted.
    """
    rows = await tx.all(
        f"""
        SELECT seq, id, user_id, topic, resource, received, attempts FROM notifications
        WHERE application_id = :application_id AND state = 'pending' AND next_attempt <= :now
          AND NOT ({tx.is_any("seq", "known")})
        ORDER BY next_attempt, seq LIMIT :limit
        """,
        {
            "application_id": application_id,
            "now": to_micros(now),
            "known": list(known),
            "limit": limit,
        },
    )
    messages = [
        DueMessage(
            seq=row["seq"],
            id=row["id"],
            application_id=application_id,
            user_id=row["user_id"],
            topic=row["topic"],
            resource=row["resource"],
            received=from_micros(row["received"]),
            attempts=row["attempts"],
        )
        for row in rows
    ]
    messages.sort(key=attrgetter("seq"))
    return messages


# Only a pending message changes. An acknowledgement holds whoever received it; a failure only if the
# message is as it was seen: when a lease was lost and another dispatcher tried too, its word stands.
_ACKNOWLEDGE = """
    UPDATE notifications SET
        state = 'acknowledged', next_attempt = NULL, attempts = attempts + 1, last_sent = :sent,
        last_outcome = :outcome, last_http_code = :http_code, last_duration_ms = :duration_ms
    WHERE seq = :seq AND state = 'pending'
"""
_FAIL = """
    UPDATE notifications SET
        state = :state, next_attempt = :next_attempt, attempts = attempts + :posted,
        last_sent = COALESCE(:sent, last_sent), last_outcome = :outcome,
        last_http_code = :http_code, last_duration_ms = :duration_ms
    WHERE seq = :seq AND state = 'pending' AND attempts = :attempts_seen
"""


async def record_attempts(tx: Transaction, records: Sequence[AttemptRecord]) -> None:
    """Write what came of attempts, each of another message."""
    acknowledged = [record for record in records if record.state is State.ACKNOWLEDGED]
    if acknowledged:
        await tx.run_many(_ACKNOWLEDGE, [_made(record) for record in acknowledged])
    failed = [record for record in records if record.state is not State.ACKNOWLEDGED]
    if failed:
        await tx.run_many(_FAIL, [{**_made(record), **_failed(record)} for record in failed])


def _made(record: AttemptRecord) -> Mapping[str, object]:
    return {
        "seq": record.message.seq,
        "sent": to_micros_or_none(record.sent),
        "outcome": record.outcome,
        "http_code": record.http_code,
        "duration_ms": record.duration_ms,
    }


def _failed(record: AttemptRecord) -> Mapping[str, object]:
    return {
        "state": record.state.value,
        "next_attempt": to_micros_or_none(record.next_attempt),
        "posted": int(record.sent is not None),
        "attempts_seen": record.message.attempts,
    }


async def lease(
    tx: Transaction, application_ids: Sequence[int], dispatcher: str, *, now: datetime, until: datetime
) -> set[int]:
    """Lease callbacks, or renew the lease; those that another dispatcher holds are left out."""
    held = set()
    # Always in the same order, so that two dispatchers cannot wait for each other.
    for application_id in sorted(application_ids):
        row = await tx.one(
            """
            INSERT INTO callback_leases (application_id, dispatcher, leased_until)
            VALUES (:application_id, :dispatcher, :until)
            ON CONFLICT (application_id) DO UPDATE
                SET dispatcher = excluded.dispatcher, leased_until = excluded.leased_until
                WHERE callback_leases.dispatcher = excluded.dispatcher OR callback_leases.leased_until <= :now
            RETURNING application_id
            """,
            {
                "application_id": application_id,
                "dispatcher": dispatcher,
                "now": to_micros(now),
                "until": to_micros(until),
            },
        )
        if row is not None:
            held.add(application_id)
    return held


async def release_leases(tx: Transaction, dispatcher: str) -> None:
    await tx.run("DELETE FROM callback_leases WHERE dispatcher = :dispatcher", {"dispatcher": dispatcher})


async def release_foreign_leases(tx: Transaction, dispatcher: str) -> None:
    """Forget the leases of all other dispatchers: for who knows that they are dead."""
    await tx.run("DELETE FROM callback_leases WHERE dispatcher <> :dispatcher", {"dispatcher": dispatcher})


async def balance(tx: Transaction, application_id: int) -> Balance:
    """What became of all messages of one application."""
    rows = await tx.all(
        "SELECT state, COUNT(*) AS messages FROM notifications WHERE application_id = :id GROUP BY state",
        {"id": application_id},
    )
    count = {State(row["state"]): int(row["messages"]) for row in rows}
    acknowledged, pending, missed = (
        count.get(state, 0) for state in (State.ACKNOWLEDGED, State.PENDING, State.MISSED)
    )
    return Balance(acknowledged + pending + missed, acknowledged, pending, missed)
