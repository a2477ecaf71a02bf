"""Asking and answering before a sale (contract 15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from zoco.database.transaction import Transaction
from zoco.domain import questions as rules
from zoco.domain.items import Item
from zoco.domain.question_search import QuestionQuery
from zoco.domain.questions import Question, Viewer, sees
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.marketplace.changes import locked_item
from zoco.marketplace.views import QuestionResults, QuestionView
from zoco.notifications import feed
from zoco.storage import blacklists, question_search, questions, users

HIDDEN_AT_ONCE_MAX = 100
# What the documents measure: the last fourteen days, a week at most, in the zone of the API's dates.
_MEASURED = timedelta(days=14)
_WAITED_MAX = timedelta(days=7)
_ZONE = timedelta(hours=-4)


async def ask(tx: Transaction, caller: Caller, *, item_id: str, text: str, now: datetime) -> QuestionView:
    """The caller asks about a listing.

    The listing's row is locked: a question that comes while it closes is refused, or closed with it.
    """
    item = await locked_item(tx, item_id)
    people = await users.many(tx, {caller.user_id, item.seller_id})
    question, news = rules.ask(
        question_id=await tx.next_id("questions_id"),
        item=item,
        asker=people[caller.user_id],
        seller=people[item.seller_id],
        asker_is_blocked=await blacklists.is_blocked_for_questions(
            tx, seller_id=item.seller_id, user_id=caller.user_id
        ),
        application_id=caller.application_id,
        text=text,
        now=now,
    )
    await questions.add(tx, question)
    await feed.record(tx, [news], now)
    return await _seen_closely(tx, question, caller)


async def answer(
    tx: Transaction, caller: Caller, question_id: int, *, text: str, now: datetime
) -> QuestionView:
    """The seller answers, once."""
    known = await questions.get_for_update(tx, question_id)
    if known is None or sees(known, caller.user_id) is Viewer.NOBODY:
        raise Refused(Reason.QUESTION_UNKNOWN, field="question_id", detail=str(question_id))
    answered, news = rules.answer(known, by_user_id=caller.user_id, text=text, now=now)
    await questions.save(tx, answered, previous=known)
    await feed.record(tx, [news], now)
    return await _seen_closely(tx, answered, caller)


async def delete(tx: Transaction, caller: Caller, question_id: int, now: datetime) -> Question:
    """The seller deletes a question that he was asked."""
    known = _visible(await questions.get_for_update(tx, question_id), question_id, caller)
    deleted, news = rules.delete(known, by_user_id=caller.user_id, now=now)
    await questions.save(tx, deleted, previous=known)
    await feed.record(tx, [news], now)
    return deleted


async def hide(tx: Transaction, caller: Caller, question_ids: Collection[int], now: datetime) -> None:
    """The seller's listings show these questions no more; all of them, or none when one is not his."""
    found = {known.id: known for known in await questions.many_for_update(tx, question_ids)}
    for question_id in question_ids:
        _visible(found.get(question_id), question_id, caller)
    for known in found.values():
        hidden = rules.hide(known, by_user_id=caller.user_id, now=now)
        await questions.save(tx, hidden, previous=known)


async def one_question(tx: Transaction, caller: Caller, question_id: int) -> QuestionView:
    """A question as the caller may see it: its seller and its asker all of it, others what is public."""
    return await _seen_closely(
        tx, _visible(await questions.get(tx, question_id), question_id, caller), caller
    )


async def search(tx: Transaction, caller: Caller, query: QuestionQuery) -> QuestionResults:
    """A page of questions; who asked shows where the caller is the seller or the one who asked."""
    found = await question_search.find(tx, query, viewer_id=caller.user_id)
    views = [(question, sees(question, caller.user_id)) for question in found.questions]
    leads = {question.from_id for question, viewer in views if viewer is Viewer.SELLER and question.vehicle}
    people = await users.many(tx, leads)
    return QuestionResults(
        total=found.total,
        questions=[
            QuestionView(
                question=question,
                viewer=viewer,
                lead=people[question.from_id] if viewer is Viewer.SELLER and question.vehicle else None,
            )
            for question, viewer in views
        ],
    )


async def response_time(tx: Transaction, user_id: int, now: datetime) -> dict[str, int]:
    """A seller's average minutes until he answers, by period and in `total`."""
    minutes = await questions.response_minutes(
        tx, user_id, since=now - _MEASURED, now=now, longest=_WAITED_MAX, zone=_ZONE
    )
    if not minutes:
        raise Refused(Reason.RESPONSE_TIME_NOT_FOUND, detail=str(user_id))
    return minutes


async def follow_listing(tx: Transaction, before: Item, after: Item, now: datetime) -> None:
    """Open questions close, wait for review or come back with their listing, which the caller has locked."""
    status = rules.status_while(after)
    if status is not rules.status_while(before):
        await questions.move_open(tx, after, status, now)


async def delete_the_unanswered(tx: Transaction, now: datetime, limit: int) -> int:
    """Delete at most `limit` questions that nobody answered in seven months (15.3); how many."""
    due = await questions.due_deletion(tx, now=now, limit=limit)
    for known in due:
        deleted, news = rules.age(known, now)
        await questions.save(tx, deleted, previous=known)
        await feed.record(tx, [news], now)
    return len(due)


def _visible(question: Question | None, question_id: int, caller: Caller) -> Question:
    if question is None or sees(question, caller.user_id) is Viewer.NOBODY:
        raise Refused(Reason.QUESTION_NOT_FOUND, detail=str(question_id))
    return question


async def _seen_closely(tx: Transaction, question: Question, caller: Caller) -> QuestionView:
    viewer = sees(question, caller.user_id)
    if viewer is Viewer.PUBLIC:
        return QuestionView(question=question, viewer=viewer)
    lead = await users.get(tx, question.from_id) if viewer is Viewer.SELLER and question.vehicle else None
    answered = await questions.count_answered(tx, from_id=question.from_id, seller_id=question.seller_id)
    return QuestionView(question=question, viewer=viewer, lead=lead, answered_questions=answered)
