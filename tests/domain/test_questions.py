"""Asking, answering, deleting, hiding (contract 15.3), and who sees a question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    STRANGER_ID,
    a_buyer,
    a_question,
    a_seller,
    a_vehicle,
    an_answered_question,
    an_item,
)
from zoco.domain.events import QuestionNews
from zoco.domain.items import ItemStatus
from zoco.domain.questions import (
    Answer,
    QuestionStatus,
    Viewer,
    answer,
    ask,
    delete,
    hide,
    sees,
    status_while,
)
from zoco.domain.refusals import Reason, Refused

LATER = NOW + timedelta(hours=1)
TOO_LONG = "x" * 2001


def _ask(**changes: Any) -> Any:
    act: dict[str, Any] = {
        "question_id": 7,
        "item": an_item(),
        "asker": a_buyer(),
        "seller": a_seller(),
        "asker_is_blocked": False,
        "application_id": 14529,
        "text": "¿Sirve para ukelele?",
        "now": NOW,
    }
    return ask(**(act | changes))


_PAUSED: dict[str, Any] = {"item": an_item(status=ItemStatus.PAUSED)}
_TEST: dict[str, Any] = _PAUSED | {"seller": a_seller(tags=("test_user",))}
_BLOCKED: dict[str, Any] = _TEST | {"asker_is_blocked": True}
_ANSWERED = an_answered_question()

# In the order in which they are said: a row is wrong in the ways of the rows below it too.
ASKING = [
    (Reason.INVALID_FIELD, lambda: _ask(**_BLOCKED | {"text": " ", "asker": a_buyer(id=SELLER_ID)})),
    (Reason.INVALID_FIELD, lambda: _ask(**_BLOCKED | {"text": TOO_LONG})),
    (Reason.ASKING_ONESELF, lambda: _ask(**_BLOCKED | {"asker": a_buyer(id=SELLER_ID)})),
    (Reason.ASKER_BLOCKED, lambda: _ask(**_BLOCKED)),
    (Reason.TEST_USER_MISMATCH, lambda: _ask(**_TEST)),
    (Reason.ITEM_NOT_ACTIVE, lambda: _ask(**_PAUSED)),
    (Reason.ITEM_NOT_ACTIVE, lambda: _ask(item=an_item(status=ItemStatus.CLOSED))),
]
ANSWERING = [
    (Reason.NOT_YOURS, lambda: answer(_ANSWERED, by_user_id=BUYER_ID, text="", now=LATER)),
    (Reason.INVALID_FIELD, lambda: answer(_ANSWERED, by_user_id=SELLER_ID, text="", now=LATER)),
    (Reason.INVALID_FIELD, lambda: answer(_ANSWERED, by_user_id=SELLER_ID, text=TOO_LONG, now=LATER)),
    *(
        (Reason.QUESTION_NOT_UNANSWERED, lambda status=status: _answer(a_question(status=status)))
        for status in QuestionStatus
        if status is not QuestionStatus.UNANSWERED
    ),
]
_DELETED = a_question(status=QuestionStatus.DELETED)
DELETING = [
    (Reason.NOT_YOURS, lambda: delete(_DELETED, by_user_id=BUYER_ID, now=LATER)),
    (Reason.QUESTION_ALREADY_DELETED, lambda: delete(_DELETED, by_user_id=SELLER_ID, now=LATER)),
]
HIDING = [(Reason.NOT_YOURS, lambda: hide(a_question(), by_user_id=BUYER_ID, now=LATER))]


def _answer(question: Any) -> Any:
    return answer(question, by_user_id=SELLER_ID, text="Sirve.", now=LATER)


@pytest.mark.parametrize(("reason", "act"), [*ASKING, *ANSWERING, *DELETING, *HIDING])
def test_a_refusal(reason: Reason, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.reason is reason


@pytest.mark.parametrize("table", [ASKING, ANSWERING, DELETING], ids=["asking", "answering", "deleting"])
def test_the_tables_keep_the_order_of_the_refusals(table: list[tuple[Reason, object]]) -> None:
    positions = [list(Reason).index(reason) for reason, _ in table]
    assert positions == sorted(positions)


def test_a_question_waits_for_its_answer_and_both_sides_hear_of_it() -> None:
    question, news = _ask()

    assert (question.status, question.answer, question.vehicle) == (QuestionStatus.UNANSWERED, None, False)
    assert (question.seller_id, question.from_id, question.application_id) == (SELLER_ID, BUYER_ID, 14529)
    assert news == QuestionNews(question_id=7, seller_id=SELLER_ID, asker_id=BUYER_ID)


def test_whoever_asks_about_a_car_is_a_lead() -> None:
    question, _ = _ask(item=a_vehicle())

    assert question.vehicle


def test_two_thousand_characters_are_a_text() -> None:
    assert _ask(text="ñ" * 2000)[0].text == "ñ" * 2000


@pytest.mark.parametrize(
    ("asked", "deleted"),
    [
        (datetime(2026, 3, 31, 9, tzinfo=UTC), datetime(2026, 10, 31, 9, tzinfo=UTC)),
        (datetime(2026, 7, 31, 9, tzinfo=UTC), datetime(2027, 2, 28, 9, tzinfo=UTC)),
        (datetime(2027, 7, 30, 9, tzinfo=UTC), datetime(2028, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 9, tzinfo=UTC)),
    ],
)
def test_without_an_answer_it_is_deleted_seven_months_later(asked: datetime, deleted: datetime) -> None:
    assert _ask(now=asked)[0].delete_at == deleted


def test_an_answer() -> None:
    answered, news = _answer(a_question())

    assert answered == an_answered_question()
    assert answered.answer == Answer(text="Sirve.", date_created=LATER)
    assert news == QuestionNews(question_id=answered.id, seller_id=SELLER_ID, asker_id=BUYER_ID)


def test_deleting_takes_it_off_the_listing() -> None:
    deleted, news = delete(an_answered_question(), by_user_id=SELLER_ID, now=LATER)

    assert (deleted.status, deleted.deleted_from_listing) == (QuestionStatus.DELETED, True)
    assert news.question_id == deleted.id


def test_a_hidden_question_keeps_its_status_and_hiding_it_again_changes_nothing() -> None:
    hidden = hide(a_question(), by_user_id=SELLER_ID, now=LATER)

    assert (hidden.status, hidden.deleted_from_listing) == (QuestionStatus.UNANSWERED, True)
    assert hide(hidden, by_user_id=SELLER_ID, now=LATER + timedelta(days=1)) is hidden


@pytest.mark.parametrize(
    ("status", "hidden", "stranger"),
    [
        (QuestionStatus.UNANSWERED, False, Viewer.PUBLIC),
        (QuestionStatus.ANSWERED, False, Viewer.PUBLIC),
        (QuestionStatus.CLOSED_UNANSWERED, False, Viewer.PUBLIC),
        (QuestionStatus.UNANSWERED, True, Viewer.NOBODY),
        (QuestionStatus.UNDER_REVIEW, False, Viewer.NOBODY),
        (QuestionStatus.BANNED, False, Viewer.NOBODY),
        (QuestionStatus.DELETED, False, Viewer.NOBODY),
        (QuestionStatus.DISABLED, False, Viewer.NOBODY),
    ],
)
def test_who_sees_a_question(status: QuestionStatus, hidden: bool, stranger: Viewer) -> None:
    question = a_question(status=status, deleted_from_listing=hidden)

    assert sees(question, SELLER_ID) is Viewer.SELLER
    assert sees(question, BUYER_ID) is Viewer.ASKER
    assert sees(question, STRANGER_ID) is stranger


@pytest.mark.parametrize(
    ("listing", "open_questions"),
    [
        (ItemStatus.ACTIVE, QuestionStatus.UNANSWERED),
        (ItemStatus.PAUSED, QuestionStatus.UNANSWERED),
        (ItemStatus.UNDER_REVIEW, QuestionStatus.UNDER_REVIEW),
        (ItemStatus.CLOSED, QuestionStatus.CLOSED_UNANSWERED),
    ],
)
def test_open_questions_follow_their_listing(listing: ItemStatus, open_questions: QuestionStatus) -> None:
    assert status_while(an_item(status=listing)) is open_questions
