"""Rows of questions, each with its answer (contract 15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Row, Transaction
from zoco.domain.items import Item
from zoco.domain.questions import NEVER_ANSWERED, OPEN, Answer, AnswerStatus, Question, QuestionStatus
from zoco.storage import question_totals
from zoco.storage.statements import insert, quoted, update

_COLUMNS = (
    "id",
    "item_id",
    "seller_id",
    "from_id",
    "application_id",
    "vehicle",
    "text",
    "status",
    "answer_text",
    "answer_status",
    "answer_date",
    "deleted_from_listing",
    "date_created",
    "last_updated",
    "delete_at",
)
_CHANGING = (
    "status",
    "answer_text",
    "answer_status",
    "answer_date",
    "deleted_from_listing",
    "last_updated",
)
_ADD = insert("questions", _COLUMNS)
_SAVE = update("questions", _CHANGING)
# Written out, so that the partial indexes are found.
_OPEN = f"status IN ({quoted(OPEN)})"
_NEVER_ANSWERED = f"status IN ({quoted(NEVER_ANSWERED)})"


async def get(tx: Transaction, question_id: int) -> Question | None:
    row = await tx.one("SELECT * FROM questions WHERE id = :id", {"id": question_id})
    return None if row is None else question_of(row)


async def get_for_update(tx: Transaction, question_id: int) -> Question | None:
    """The question, its row locked: whoever changes one comes through here."""
    row = await tx.one(f"SELECT * FROM questions WHERE id = :id{tx.for_update}", {"id": question_id})
    return None if row is None else question_of(row)


async def many_for_update(tx: Transaction, question_ids: Collection[int]) -> list[Question]:
    """Those of these questions that exist, locked in the order of their ids."""
    if not question_ids:
        return []
    rows = await tx.all(
        f"SELECT * FROM questions WHERE {tx.is_any('id', 'ids')} ORDER BY id{tx.for_update}",
        {"ids": list(question_ids)},
    )
    return [question_of(row) for row in rows]


async def add(tx: Transaction, question: Question) -> None:
    await tx.run(_ADD, _values(question))
    await question_totals.change(tx, question.seller_id, {question.status: 1})


async def save(tx: Transaction, question: Question, *, previous: Question) -> None:
    """Write what differs from `previous`, the question as it was read under its lock."""
    if question != previous:
        values = _values(question)
        await tx.run(_SAVE, {column: values[column] for column in ("id", *_CHANGING)})
    if question.status is not previous.status:
        moved = {previous.status: -1, question.status: 1}
        await question_totals.change(tx, question.seller_id, moved)


async def move_open(tx: Transaction, item: Item, status: QuestionStatus, now: datetime) -> int:
    """All open questions of a listing take this status; how many."""
    moved: dict[QuestionStatus, int] = {}
    for source in OPEN:
        if source is not status:
            moved[source] = -await tx.run(
                f"""UPDATE questions SET status = :status, last_updated = :now
                    WHERE item_id = :item_id AND {_OPEN} AND status = :source""",
                {
                    "item_id": item.id,
                    "status": status.value,
                    "source": source.value,
                    "now": to_micros(now),
                },
            )
    count = -sum(moved.values())
    await question_totals.change(tx, item.seller_id, {**moved, status: count})
    return count


async def due_deletion(tx: Transaction, *, now: datetime, limit: int) -> list[Question]:
    """Questions that nobody has answered in time, locked; what others have locked comes the next time."""
    rows = await tx.all(
        f"""SELECT * FROM questions WHERE {_NEVER_ANSWERED} AND delete_at <= :now
            ORDER BY delete_at, id LIMIT :limit{tx.skip_locked}""",
        {"now": to_micros(now), "limit": limit},
    )
    return [question_of(row) for row in rows]


async def next_deletion(tx: Transaction) -> datetime | None:
    row = await tx.one(f"SELECT MIN(delete_at) AS moment FROM questions WHERE {_NEVER_ANSWERED}")
    return None if row is None else from_micros_or_none(row["moment"])


async def count_answered(tx: Transaction, *, from_id: int, seller_id: int) -> int:
    """How many of somebody's questions this seller has answered."""
    rows = await tx.all(
        """SELECT COUNT(*) AS answered FROM questions
           WHERE from_id = :from_id AND seller_id = :seller_id AND status = 'ANSWERED'""",
        {"from_id": from_id, "seller_id": seller_id},
    )
    answered: int = rows[0]["answered"]
    return answered


async def response_minutes(
    tx: Transaction, seller_id: int, *, since: datetime, now: datetime, longest: timedelta, zone: timedelta
) -> dict[str, int]:
    """Minutes on average until the seller answers, by when he was asked; absent where nobody asked.

    It counts the first question of each person on each listing since that moment; one that still
    waits counts as answered now, and none for longer than `longest`. `zone` is where days begin.
    """
    rows = await tx.all(
        """WITH asked AS (
               SELECT date_created + :zone AS local, CASE
                   WHEN COALESCE(answer_date, :now) - date_created > :longest THEN :longest
                   ELSE COALESCE(answer_date, :now) - date_created END AS waited
               FROM questions q
               WHERE seller_id = :seller_id AND date_created >= :since
                   AND NOT EXISTS (
                       SELECT 1 FROM questions earlier
                       WHERE earlier.item_id = q.item_id AND earlier.from_id = q.from_id AND earlier.id < q.id
                   )
           ), timed AS (
               SELECT waited, (local / 86400000000 + 3) % 7 AS weekday, local / 3600000000 % 24 AS hour
               FROM asked
           ), placed AS (
               SELECT waited, CASE
                   WHEN weekday >= 5 THEN 'weekend'
                   WHEN hour BETWEEN 9 AND 17 THEN 'weekdays_working_hours'
                   WHEN hour >= 18 THEN 'weekdays_extra_hours'
                   ELSE 'night' END AS period
               FROM timed
           )
           SELECT period, COUNT(*) AS asked, CAST(SUM(waited) AS BIGINT) AS waited
           FROM placed GROUP BY period""",
        {
            "seller_id": seller_id,
            "since": to_micros(since),
            "now": to_micros(now),
            "longest": longest // timedelta(microseconds=1),
            "zone": zone // timedelta(microseconds=1),
        },
    )
    averages = {row["period"]: _minutes(row["waited"], row["asked"]) for row in rows}
    if rows:
        averages["total"] = _minutes(sum(row["waited"] for row in rows), sum(row["asked"] for row in rows))
    return averages


def _minutes(micros: int, count: int) -> int:
    """Rounded half up."""
    minute = 60_000_000 * count
    return (2 * micros + minute) // (2 * minute)


def question_of(row: Row) -> Question:
    answer = None
    if row["answer_date"] is not None:
        answer = Answer(
            text=row["answer_text"],
            status=AnswerStatus(row["answer_status"]),
            date_created=from_micros(row["answer_date"]),
        )
    return Question(
        id=row["id"],
        item_id=row["item_id"],
        seller_id=row["seller_id"],
        from_id=row["from_id"],
        application_id=row["application_id"],
        vehicle=bool(row["vehicle"]),
        text=row["text"],
        status=QuestionStatus(row["status"]),
        answer=answer,
        deleted_from_listing=bool(row["deleted_from_listing"]),
        date_created=from_micros(row["date_created"]),
        last_updated=from_micros(row["last_updated"]),
        delete_at=from_micros(row["delete_at"]),
    )


def _values(question: Question) -> Mapping[str, object]:
    answer = question.answer
    return {
        "id": question.id,
        "item_id": question.item_id,
        "seller_id": question.seller_id,
        "from_id": question.from_id,
        "application_id": question.application_id,
        "vehicle": int(question.vehicle),
        "text": question.text,
        "status": question.status.value,
        "answer_text": None if answer is None else answer.text,
        "answer_status": None if answer is None else answer.status.value,
        "answer_date": to_micros_or_none(None if answer is None else answer.date_created),
        "deleted_from_listing": int(question.deleted_from_listing),
        "date_created": to_micros(question.date_created),
        "last_updated": to_micros(question.last_updated),
        "delete_at": to_micros(question.delete_at),
    }
