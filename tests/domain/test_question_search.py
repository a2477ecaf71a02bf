from __future__ import annotations

import pytest

from zoco.domain.question_search import QuestionQuery, Sort, parse
from zoco.domain.refusals import Reason, Refused


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        ({"item": "MLA1"}, QuestionQuery(item_id="MLA1")),
        ({"item_id": "MLA1", "api_version": "4"}, QuestionQuery(item_id="MLA1")),
        ({"seller_id": "22"}, QuestionQuery(seller_id=22)),
        ({"seller": "22", "seller_id": ""}, QuestionQuery(seller_id=22)),
        # Nobody has the number 0, so that nothing is found; it is not the same as no seller.
        ({"item": "MLA1", "seller_id": "0"}, QuestionQuery(item_id="MLA1", seller_id=0)),
        ({"item": "MLA1", "from": "11"}, QuestionQuery(item_id="MLA1", from_id=11)),
        (
            {"item": "MLA1", "status": "unanswered, ANSWERED"},
            QuestionQuery(item_id="MLA1", statuses=("UNANSWERED", "ANSWERED")),
        ),
        (
            {"from": "11", "sort_fields": "item_id,date_created", "sort_types": "desc"},
            QuestionQuery(
                from_id=11, sorts=(Sort("item_id", descending=True), Sort("date_created", descending=True))
            ),
        ),
        (
            {"from": "11", "sort_fields": "item_id,date_created", "sort_types": "ASC,DESC"},
            QuestionQuery(
                from_id=11, sorts=(Sort("item_id", descending=False), Sort("date_created", descending=True))
            ),
        ),
        (
            {"from": "11", "sort_fields": "seller_id"},
            QuestionQuery(from_id=11, sorts=(Sort("seller_id", descending=False),)),
        ),
        # A direction alone, of nothing.
        ({"from": "11", "sort_types": "DESC"}, QuestionQuery(from_id=11)),
    ],
)
def test_what_a_search_asks_for(parameters: dict[str, str], query: QuestionQuery) -> None:
    assert parse(parameters, offset=0, limit=50) == query


def test_received_questions_are_the_callers_whatever_is_sent() -> None:
    query = parse({"seller_id": "99", "status": "UNANSWERED"}, offset=5, limit=1000, received_by=22)

    assert query == QuestionQuery(seller_id=22, statuses=("UNANSWERED",), offset=5, limit=100)


@pytest.mark.parametrize(
    ("parameters", "reason", "field"),
    [
        ({}, Reason.SEARCH_WITHOUT_SUBJECT, "item"),
        ({"status": "UNANSWERED", "item": " "}, Reason.SEARCH_WITHOUT_SUBJECT, "item"),
        ({"seller_id": "me"}, Reason.INVALID_FIELD, "seller_id"),
        ({"from": "-1"}, Reason.INVALID_FIELD, "from"),
        ({"from": "9" * 19}, Reason.INVALID_FIELD, "from"),
        ({"item": "M" * 257}, Reason.INVALID_FIELD, "item"),
        ({"item": "MLA1", "sort_fields": "text"}, Reason.INVALID_FIELD, "sort_fields"),
        ({"item": "MLA1", "sort_fields": "item_id,item_id"}, Reason.INVALID_FIELD, "sort_fields"),
        (
            {"item": "MLA1", "sort_fields": "item_id", "sort_types": "UP"},
            Reason.INVALID_FIELD,
            "sort_types",
        ),
        (
            {"item": "MLA1", "sort_fields": "item_id", "sort_types": "ASC,DESC"},
            Reason.INVALID_FIELD,
            "sort_types",
        ),
        ({"item": "MLA1", "status": "A," * 21}, Reason.INVALID_FIELD, "status"),
    ],
)
def test_what_cannot_be_understood(parameters: dict[str, str], reason: Reason, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(parameters, offset=0, limit=50)
    assert (refusal.value.reason, refusal.value.field) == (reason, field)
