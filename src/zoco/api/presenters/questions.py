"""Questions, as their seller, their asker and everybody else see them (contract 15.1, 15.2)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, UnsetType

from zoco.domain.question_search import SORT_FIELDS, QuestionQuery
from zoco.domain.questions import Answer, AnswerStatus, QuestionStatus, Viewer
from zoco.domain.users import User
from zoco.marketplace.views import QuestionResults, QuestionView
from zoco.resources import question as shapes
from zoco.resources.scalars import order_moment

NEWEST_VERSION = "4"

_FILTERS = (
    shapes.QuestionFilter(id="item", name="Item", type="text"),
    shapes.QuestionFilter(id="from", name="From user id", type="number"),
    shapes.QuestionFilter(id="seller", name="Seller id", type="number"),
    shapes.QuestionFilter(id="status", name="Status", type="text", values=sorted(QuestionStatus)),
)


def question(seen: QuestionView, api_version: str | None) -> shapes.Question:
    asked = seen.question
    known = seen.viewer in (Viewer.SELLER, Viewer.ASKER)
    newest = api_version == NEWEST_VERSION
    return shapes.Question(
        id=asked.id,
        item_id=asked.item_id,
        seller_id=asked.seller_id,
        status=asked.status.value,
        # What was banned is not repeated.
        text="" if asked.status is QuestionStatus.BANNED else asked.text,
        date_created=order_moment(asked.date_created),
        deleted_from_listing=asked.deleted_from_listing,
        answer=None if asked.answer is None else _answer(asked.answer),
        from_=_asker(seen) if known else UNSET,
        buyer_id=asked.from_id if known and newest else UNSET,
        app_id=asked.application_id if known and newest else UNSET,
        last_updated=order_moment(asked.last_updated) if newest else UNSET,
    )


def question_page(
    results: QuestionResults, query: QuestionQuery, *, caller_id: int, api_version: str | None
) -> shapes.QuestionPage:
    filters = shapes.QuestionFilters(
        limit=query.limit,
        offset=query.offset,
        api_version=UNSET if api_version is None else api_version,
        sorts=[sort.field for sort in query.sorts],
        caller=caller_id,
        item=UNSET if query.item_id is None else query.item_id,
        seller=UNSET if query.seller_id is None else query.seller_id,
        from_=UNSET if query.from_id is None else query.from_id,
        status=",".join(query.statuses) or UNSET,
    )
    applied = {
        "item": query.item_id is not None,
        "seller": query.seller_id is not None,
        "from": query.from_id is not None,
        "status": bool(query.statuses),
    }
    return shapes.QuestionPage(
        total=results.total,
        limit=query.limit,
        questions=[question(seen, api_version) for seen in results.questions],
        filters=filters,
        available_filters=[offered for offered in _FILTERS if not applied[offered.id]],
        available_sorts=list(SORT_FIELDS),
    )


def response_time(user_id: int, minutes: Mapping[str, int]) -> shapes.ResponseTime:
    return shapes.ResponseTime(
        user_id=user_id,
        total=shapes.ResponseTotal(response_time=minutes["total"]),
        weekend=_period(minutes, "weekend"),
        weekdays_working_hours=_period(minutes, "weekdays_working_hours"),
        weekdays_extra_hours=_period(minutes, "weekdays_extra_hours"),
    )


def _answer(given: Answer) -> shapes.Answer:
    return shapes.Answer(
        text="" if given.status is AnswerStatus.BANNED else given.text,
        status=given.status.value,
        date_created=order_moment(given.date_created),
    )


def _asker(seen: QuestionView) -> shapes.Asker:
    answered = UNSET if seen.answered_questions is None else seen.answered_questions
    if seen.lead is None:
        return shapes.Asker(id=seen.question.from_id, answered_questions=answered)
    return _lead(seen.lead, answered)


def _lead(user: User, answered: int | UnsetType) -> shapes.Asker:
    return shapes.Asker(
        id=user.id,
        answered_questions=answered,
        first_name=user.first_name,
        last_name=user.last_name,
        phone=shapes.AskerPhone(number=user.phone.number, area_code=user.phone.area_code),
        email=user.email,
    )


def _period(minutes: Mapping[str, int], period: str) -> shapes.ResponsePeriod:
    return shapes.ResponsePeriod(response_time=minutes.get(period))
