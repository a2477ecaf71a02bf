"""Questions found by listing, seller and asker, as far as the one who looks may know of them (15.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zoco.database.transaction import Transaction
from zoco.domain.question_search import NEWEST_FIRST, QuestionQuery
from zoco.domain.questions import PUBLIC, Question
from zoco.storage import question_totals
from zoco.storage.questions import question_of
from zoco.storage.statements import quoted

_ON_THE_LISTING = f"deleted_from_listing = 0 AND status IN ({quoted(PUBLIC)})"


@dataclass(frozen=True, slots=True)
class FoundQuestions:
    total: int
    questions: list[Question]


async def find(tx: Transaction, query: QuestionQuery, *, viewer_id: int) -> FoundQuestions:
    """A page and the exact total."""
    parameters: dict[str, object] = {}
    where = " AND ".join([*_asked_for(query, parameters), *_visible(query, viewer_id, parameters)])
    rows = await tx.all(
        f"SELECT * FROM questions WHERE {where} ORDER BY {_order(query)} LIMIT :limit OFFSET :offset",
        {**parameters, "limit": query.limit, "offset": query.offset},
    )
    if _is_own_list(query, viewer_id):
        total = await question_totals.total(tx, viewer_id, query.statuses)
    else:
        counted = await tx.all(f"SELECT COUNT(*) AS total FROM questions WHERE {where}", parameters)
        total = counted[0]["total"]
    return FoundQuestions(total, [question_of(row) for row in rows])


def _is_own_list(query: QuestionQuery, viewer_id: int) -> bool:
    """What a seller was asked, all of it or by status: the one list that grows without end."""
    return query.seller_id == viewer_id and query.item_id is None and query.from_id is None


def _asked_for(query: QuestionQuery, parameters: dict[str, object]) -> Iterable[str]:
    for column, value in (
        ("item_id", query.item_id),
        ("seller_id", query.seller_id),
        ("from_id", query.from_id),
    ):
        if value is not None:
            parameters[column] = value
            yield f"{column} = :{column}"
    if query.statuses:
        names = [f"status_{number}" for number in range(len(query.statuses))]
        parameters.update(zip(names, query.statuses, strict=True))
        yield f"status IN ({', '.join(f':{name}' for name in names)})"


def _visible(query: QuestionQuery, viewer_id: int, parameters: dict[str, object]) -> Iterable[str]:
    """Everything between oneself and others; of the rest what the listing shows, and not by who asked."""
    if viewer_id in (query.seller_id, query.from_id):
        return
    parameters["viewer_id"] = viewer_id
    if query.from_id is not None:
        yield "seller_id = :viewer_id"
    else:
        yield f"(seller_id = :viewer_id OR from_id = :viewer_id OR ({_ON_THE_LISTING}))"


def _order(query: QuestionQuery) -> str:
    sorts = query.sorts or NEWEST_FIRST
    directions = [(sort.field, "DESC" if sort.descending else "ASC") for sort in sorts]
    # Ties by id, in the direction of the last field.
    return ", ".join(f"{field} {direction}" for field, direction in [*directions, ("id", directions[-1][1])])
