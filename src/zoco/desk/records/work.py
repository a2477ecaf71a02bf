"""What has to be fetched: one row per store and resource, however many messages told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A resource to fetch. `kind`: order, item, payment. `attempts` counts failures so far."""

    id: int
    store_id: int
    resource: str
    kind: str
    state: str
    told_openly: bool
    told_at: datetime
    newest_message: int | None
    generation: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is still to be fetched, of all stores; `oldest` is None when nothing waits."""

    waiting: int
    oldest: datetime | None
    hidden: int
    failed: int


_COLUMNS = "id, store_id, resource, kind, state, told_openly, told_at, newest_message, generation, attempts"


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        store_id=row["store_id"],
        resource=row["resource"],
        kind=row["kind"],
        state=row["state"],
        told_openly=bool(row["told_openly"]),
        told_at=from_micros(row["told_at"]),
        newest_message=row["newest_message"],
        generation=row["generation"],
        attempts=row["attempts"],
    )


async def ask_for(
    tx: Transaction,
    *,
    store_id: int,
    resource: str,
    kind: str,
    told_openly: bool,
    message_id: int | None,
    told_at: datetime,
    now: datetime,
) -> None:
    """Have a resource fetched. Work that waits already takes the news along; what was hidden or had
    failed is due again; what is being fetched at this moment is fetched once more afterwards, because
    its generation has grown."""
    await tx.run(
        """
        INSERT INTO work (store_id, resource, kind, state, told_openly, told_at, newest_message, due)
        VALUES (:store_id, :resource, :kind, 'waiting', :told_openly, :told_at, :message_id, :now)
        ON CONFLICT (store_id, resource) DO UPDATE SET
            told_openly = CASE WHEN work.told_openly = 1 THEN 1 ELSE excluded.told_openly END,
            told_at = CASE WHEN work.state = 'waiting' THEN work.told_at ELSE excluded.told_at END,
            -- On PostgreSQL messages are not committed, and so not sorted, in the order of their ids.
            newest_message = CASE
                WHEN excluded.newest_message IS NULL OR work.newest_message > excluded.newest_message
                THEN work.newest_message ELSE excluded.newest_message END,
            generation = work.generation + 1,
            attempts = CASE WHEN work.state = 'waiting' THEN work.attempts ELSE 0 END,
            due = CASE WHEN work.state = 'waiting' THEN work.due ELSE excluded.due END,
            state = 'waiting'
        """,
        {
            "store_id": store_id,
            "resource": resource,
            "kind": kind,
            "told_openly": int(told_openly),
            "told_at": to_micros(told_at),
            "message_id": message_id,
            "now": to_micros(now),
        },
    )


async def claim(
    tx: Transaction, *, store_id: int, kind: str | None, limit: int, now: datetime, lease: timedelta
) -> list[Job]:
    """Up to `limit` due jobs of a store, oldest told first, leased to the caller.

    `kind` narrows them to that kind. A lease that has run out belongs to a worker that died.
    """
    rows = await tx.all(
        f"""
        SELECT {_COLUMNS} FROM work
        WHERE store_id = :store_id AND state = 'waiting' AND due <= :now
            AND (leased_until IS NULL OR leased_until <= :now) {"" if kind is None else "AND kind = :kind"}
        ORDER BY told_at, id LIMIT :limit {tx.skip_locked}
        """,
        {"store_id": store_id, "now": to_micros(now), "limit": limit}
        | ({} if kind is None else {"kind": kind}),
    )
    jobs = [_job(row) for row in rows]
    await tx.run_many(
        "UPDATE work SET leased_until = :until WHERE id = :id",
        [{"id": job.id, "until": to_micros(now + lease)} for job in jobs],
    )
    return jobs


async def unfinished(tx: Transaction, *, store_id: int, kind: str, now: datetime) -> int:
    """How many jobs of a kind are due or being worked at this moment; those that wait for later are not."""
    row = await tx.one(
        """
        SELECT count(*) AS jobs FROM work
        WHERE store_id = :store_id AND state = 'waiting' AND kind = :kind
            AND (due <= :now OR leased_until > :now)
        """,
        {"store_id": store_id, "kind": kind, "now": to_micros(now)},
    )
    assert row is not None
    return int(row["jobs"])


async def done(tx: Transaction, job: Job) -> None:
    """The job ends, unless more news came while it was worked: then it is due again at once."""
    ended = await tx.run(
        "DELETE FROM work WHERE id = :id AND generation = :generation",
        {"id": job.id, "generation": job.generation},
    )
    if not ended:
        await tx.run(
            """
            UPDATE work SET leased_until = NULL, attempts = 0, reason = NULL, request = NULL, answer = NULL
            WHERE id = :id
            """,
            {"id": job.id},
        )


async def hide(tx: Transaction, job: Job) -> None:
    """The order cannot be seen yet: wait for another message about it, unless one has just come."""
    await tx.run(
        """
        UPDATE work SET leased_until = NULL, attempts = 0, reason = 'hidden',
            state = CASE WHEN generation = :generation THEN 'hidden' ELSE state END
        WHERE id = :id
        """,
        {"id": job.id, "generation": job.generation},
    )


async def postpone(
    tx: Transaction, job: Job, *, until: datetime, reason: str, request: str, answer: str
) -> None:
    await tx.run(
        """
        UPDATE work SET leased_until = NULL, attempts = attempts + 1, due = :until, reason = :reason,
            request = :request, answer = :answer
        WHERE id = :id
        """,
        {"id": job.id, "until": to_micros(until), "reason": reason, "request": request, "answer": answer},
    )


async def release(tx: Transaction, job: Job) -> None:
    """Give a job back as it was: the store has to be reconnected before it can be worked."""
    await tx.run("UPDATE work SET leased_until = NULL WHERE id = :id", {"id": job.id})


async def fail(tx: Transaction, job: Job, *, reason: str, request: str, answer: str) -> None:
    """To the failed list, where it stands until a person or another message runs it again (4.3)."""
    await tx.run(
        """
        UPDATE work SET leased_until = NULL, attempts = attempts + 1, state = 'failed', reason = :reason,
            request = :request, answer = :answer
        WHERE id = :id
        """,
        {"id": job.id, "reason": reason, "request": request, "answer": answer},
    )


async def run_again(tx: Transaction, work_id: int, *, now: datetime) -> Job | None:
    """Make a failed job due; None when it is not (or not any more) on the failed list."""
    row = await tx.one(
        f"""
        UPDATE work SET state = 'waiting', attempts = 0, due = :now, generation = generation + 1
        WHERE id = :id AND state = 'failed' RETURNING {_COLUMNS}
        """,
        {"id": work_id, "now": to_micros(now)},
    )
    return None if row is None else _job(row)


async def stores_with_due_work(tx: Transaction, now: datetime) -> list[int]:
    rows = await tx.all(
        """
        SELECT DISTINCT work.store_id FROM work JOIN stores ON stores.id = work.store_id
        WHERE work.state = 'waiting' AND stores.state = 'connected' AND work.due <= :now
            AND (work.leased_until IS NULL OR work.leased_until <= :now)
        """,
        {"now": to_micros(now)},
    )
    return [row["store_id"] for row in rows]


async def forget_hidden(tx: Transaction, *, told_before: datetime) -> int:
    """Orders that were never paid: nobody will tell of them again."""
    return await tx.run(
        "DELETE FROM work WHERE state = 'hidden' AND told_at <= :told_before",
        {"told_before": to_micros(told_before)},
    )


async def backlog(tx: Transaction) -> Backlog:
    row = await tx.one(
        """
        SELECT count(CASE WHEN state = 'waiting' THEN 1 END) AS waiting,
            min(CASE WHEN state = 'waiting' THEN told_at END) AS oldest,
            count(CASE WHEN state = 'hidden' THEN 1 END) AS hidden,
            count(CASE WHEN state = 'failed' THEN 1 END) AS failed
        FROM work
        """
    )
    assert row is not None
    return Backlog(
        waiting=row["waiting"],
        oldest=None if row["oldest"] is None else from_micros(row["oldest"]),
        hidden=row["hidden"],
        failed=row["failed"],
    )
