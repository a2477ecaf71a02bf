"""Questions about a listing and their answers (contract 15)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum

from zoco.domain.categories import category
from zoco.domain.events import QuestionNews
from zoco.domain.items import Item, ItemStatus
from zoco.domain.refusals import Reason, Refused
from zoco.domain.users import User

TEXT_LENGTH_MAX = 2000
_MONTHS_UNTIL_DELETED = 7


class QuestionStatus(StrEnum):
    """Lower case in the seed, upper case elsewhere: upper case goes out, any comes in (C-17)."""

    UNANSWERED = "UNANSWERED"
    ANSWERED = "ANSWERED"
    CLOSED_UNANSWERED = "CLOSED_UNANSWERED"
    UNDER_REVIEW = "UNDER_REVIEW"
    BANNED = "BANNED"
    DELETED = "DELETED"
    DISABLED = "DISABLED"


class AnswerStatus(StrEnum):
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    BANNED = "BANNED"


# What a listing shows to everybody.
PUBLIC = (QuestionStatus.UNANSWERED, QuestionStatus.ANSWERED, QuestionStatus.CLOSED_UNANSWERED)
# What still waits for its seller; the state of the listing decides between the two.
OPEN = (QuestionStatus.UNANSWERED, QuestionStatus.UNDER_REVIEW)
NEVER_ANSWERED = (*OPEN, QuestionStatus.CLOSED_UNANSWERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    text: str
    status: AnswerStatus = AnswerStatus.ACTIVE
    date_created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: int
    item_id: str
    seller_id: int
    from_id: int
    application_id: int
    vehicle: bool
    text: str
    status: QuestionStatus = QuestionStatus.UNANSWERED
    answer: Answer | None = None
    deleted_from_listing: bool = False
    date_created: datetime
    last_updated: datetime
    # When it is deleted, if nobody has answered it by then.
    delete_at: datetime


class Viewer(Enum):
    """As whom somebody looks at a question."""

    SELLER = "seller"
    ASKER = "asker"
    # Reads what the listing shows, and does not learn who asks.
    PUBLIC = "public"
    # For this one it does not exist.
    NOBODY = "nobody"


def sees(question: Question, viewer_id: int) -> Viewer:
    if viewer_id == question.seller_id:
        return Viewer.SELLER
    if viewer_id == question.from_id:
        return Viewer.ASKER
    shown = question.status in PUBLIC and not question.deleted_from_listing
    return Viewer.PUBLIC if shown else Viewer.NOBODY


def ask(
    *,
    question_id: int,
    item: Item,
    asker: User,
    seller: User,
    asker_is_blocked: bool,
    application_id: int,
    text: str,
    now: datetime,
) -> tuple[Question, QuestionNews]:
    """The asker's question about a listing that is on sale (15.3)."""
    _check_text(text)
    if asker.id == seller.id:
        raise Refused(Reason.ASKING_ONESELF)
    if asker_is_blocked:
        raise Refused(Reason.ASKER_BLOCKED)
    # Test users deal only with test users' items (O9).
    if asker.is_test != seller.is_test:
        raise Refused(Reason.TEST_USER_MISMATCH)
    if item.status is not ItemStatus.ACTIVE:
        raise Refused(Reason.ITEM_NOT_ACTIVE, field="item_id", detail=item.id)
    question = Question(
        id=question_id,
        item_id=item.id,
        seller_id=seller.id,
        from_id=asker.id,
        application_id=application_id,
        vehicle=category(item.category_id).vertical == "motors",
        text=text,
        date_created=now,
        last_updated=now,
        delete_at=_months_after(now, _MONTHS_UNTIL_DELETED),
    )
    return question, news_of(question)


def answer(question: Question, *, by_user_id: int, text: str, now: datetime) -> tuple[Question, QuestionNews]:
    """The seller's one answer."""
    if by_user_id != question.seller_id:
        raise Refused(Reason.NOT_YOURS, detail=str(question.id))
    _check_text(text)
    if question.status is not QuestionStatus.UNANSWERED:
        raise Refused(Reason.QUESTION_NOT_UNANSWERED, field="question_id", detail=str(question.id))
    given = Answer(text=text, date_created=now)
    answered = replace(question, status=QuestionStatus.ANSWERED, answer=given, last_updated=now)
    return answered, news_of(answered)


def delete(question: Question, *, by_user_id: int, now: datetime) -> tuple[Question, QuestionNews]:
    """The seller takes a question away; he and its asker can still read that it was deleted."""
    if by_user_id != question.seller_id:
        raise Refused(Reason.NOT_YOURS, detail=str(question.id))
    if question.status is QuestionStatus.DELETED:
        raise Refused(Reason.QUESTION_ALREADY_DELETED, detail=str(question.id))
    deleted = replace(question, status=QuestionStatus.DELETED, deleted_from_listing=True, last_updated=now)
    return deleted, news_of(deleted)


def age(question: Question, now: datetime) -> tuple[Question, QuestionNews]:
    """Nobody has answered it in seven months: it goes as if its seller had deleted it."""
    return delete(question, by_user_id=question.seller_id, now=now)


def hide(question: Question, *, by_user_id: int, now: datetime) -> Question:
    """The listing shows it no more; its status, and what the seller owes it, stay."""
    if by_user_id != question.seller_id:
        raise Refused(Reason.NOT_YOURS, detail=str(question.id))
    if question.deleted_from_listing:
        return question
    return replace(question, deleted_from_listing=True, last_updated=now)


def status_while(listing: Item) -> QuestionStatus:
    """How the open questions of a listing stand."""
    match listing.status:
        case ItemStatus.CLOSED:
            return QuestionStatus.CLOSED_UNANSWERED
        case ItemStatus.UNDER_REVIEW:
            return QuestionStatus.UNDER_REVIEW
        case _:
            return QuestionStatus.UNANSWERED


def news_of(question: Question) -> QuestionNews:
    return QuestionNews(question_id=question.id, seller_id=question.seller_id, asker_id=question.from_id)


def _check_text(text: str) -> None:
    if not text.strip() or len(text) > TEXT_LENGTH_MAX:
        raise Refused(Reason.INVALID_FIELD, field="text", detail=f"1 to {TEXT_LENGTH_MAX} characters")


def _months_after(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or its last day: 31 March and seven months are 31 October."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
