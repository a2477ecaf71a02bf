"""Questions and answers, as the marketplace keeps them and tells of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.marketplace.market import Market, Notice
from zoco.domain.items import Item, ItemStatus
from zoco.domain.listings import ItemChange
from zoco.domain.question_search import QuestionQuery
from zoco.domain.questions import Question, QuestionStatus, Viewer
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import expiry, listings, questions
from zoco.marketplace.caller import Caller
from zoco.marketplace.expiry import ExpiryLoop
from zoco.marketplace.views import QuestionView

ROUNDS = range(3)


async def _see(market: Market, question: Question, *, by: Caller) -> QuestionView:
    return await market.database.read(lambda tx: questions.one_question(tx, by, question.id))


async def _delete(market: Market, question: Question, *, by: Caller) -> Question:
    return await market.database.write(lambda tx: questions.delete(tx, by, question.id, market.now))


async def _hide(market: Market, *question_ids: int, by: Caller) -> None:
    await market.database.write(lambda tx: questions.hide(tx, by, question_ids, market.now))


async def _set_status(market: Market, item: Item, status: str) -> Item:
    return await market.database.write(
        lambda tx: listings.change(
            tx, market.seller, item.id, ItemChange(status=status), if_match=None, now=market.now
        )
    )


async def _refused(act: Awaitable[object]) -> Reason:
    with pytest.raises(Refused) as refusal:
        await act
    return refusal.value.reason


async def test_a_question_is_answered_and_both_hear_of_both(market: Market) -> None:
    item = await market.list_item()
    await market.subscribe("questions")

    question = await market.ask(item)
    answered = await market.answer(question)

    assert await market.question(question) == answered
    assert answered.answer is not None
    assert answered.answer.text == "Sirve."
    resource = f"/questions/{question.id}"
    seller, buyer = market.seller.user_id, market.buyer.user_id
    assert (
        await market.notices()
        == [
            Notice(seller, "questions", resource),
            Notice(buyer, "questions", resource),
        ]
        * 2
    )


async def test_each_sees_his_own_side_of_a_question(market: Market) -> None:
    question = await market.ask(await market.list_vehicle())
    await market.answer(question)

    seen = await _see(market, question, by=market.seller)
    assert (seen.viewer, seen.answered_questions) == (Viewer.SELLER, 1)
    assert seen.lead is not None
    assert seen.lead.nickname == "ROSA_CAMPOS"
    seen = await _see(market, question, by=market.buyer)
    assert (seen.viewer, seen.lead, seen.answered_questions) == (Viewer.ASKER, None, 1)
    seen = await _see(market, question, by=market.stranger)
    assert (seen.viewer, seen.lead, seen.answered_questions) == (Viewer.PUBLIC, None, None)


async def test_only_the_seller_of_a_vehicle_finds_leads(market: Market) -> None:
    await market.ask(await market.list_vehicle())
    await market.ask(await market.list_item())
    query = QuestionQuery(seller_id=market.seller.user_id)

    received = await market.database.read(lambda tx: questions.search(tx, market.seller, query))
    read = await market.database.read(lambda tx: questions.search(tx, market.stranger, query))

    leads = [None if seen.lead is None else seen.lead.nickname for seen in received.questions]
    assert (received.total, leads) == (2, [None, "ROSA_CAMPOS"])
    assert [(seen.viewer, seen.lead) for seen in read.questions] == [(Viewer.PUBLIC, None)] * 2


async def test_who_is_blocked_asks_nothing(market: Market) -> None:
    item = await market.list_item()
    await market.database.write(
        lambda tx: tx.run(
            """INSERT INTO questions_blacklist (seller_id, user_id, date_created)
               VALUES (:seller_id, :user_id, 0)""",
            {"seller_id": market.seller.user_id, "user_id": market.buyer.user_id},
        )
    )

    assert await _refused(market.ask(item)) is Reason.ASKER_BLOCKED
    await market.ask(item, by=market.rival)


async def test_a_deleted_question_is_read_by_its_two_sides_only(market: Market) -> None:
    question = await market.ask(await market.list_item())
    assert await _refused(_delete(market, question, by=market.stranger)) is Reason.NOT_YOURS
    await market.subscribe("questions")

    await _delete(market, question, by=market.seller)

    assert len(await market.notices()) == 2
    seen = await _see(market, question, by=market.buyer)
    assert seen.question.status is QuestionStatus.DELETED
    assert await _refused(_see(market, question, by=market.stranger)) is Reason.QUESTION_NOT_FOUND
    # For a stranger it does not exist, whatever he wants of it.
    assert await _refused(_delete(market, question, by=market.stranger)) is Reason.QUESTION_NOT_FOUND
    assert await _refused(market.answer(question, by=market.stranger)) is Reason.QUESTION_UNKNOWN
    assert await _refused(market.answer(question)) is Reason.QUESTION_NOT_UNANSWERED


async def test_hiding_is_all_or_nothing_and_news_to_nobody(market: Market) -> None:
    item = await market.list_item()
    first, second = await market.ask(item), await market.ask(item)
    await market.subscribe("questions")

    assert await _refused(_hide(market, first.id, 1, by=market.seller)) is Reason.QUESTION_NOT_FOUND
    assert await _refused(_hide(market, first.id, by=market.buyer)) is Reason.NOT_YOURS
    assert not (await market.question(first)).deleted_from_listing

    await _hide(market, second.id, first.id, second.id, by=market.seller)

    assert (await market.question(first)).deleted_from_listing
    assert (await market.question(second)).deleted_from_listing
    assert await market.notices() == []
    await market.answer(first)


async def test_a_listing_that_closes_takes_its_open_questions_along(market: Market) -> None:
    item = await market.list_item()
    waiting, answered = await market.ask(item), await market.ask(item)
    await market.answer(answered)
    await _set_status(market, item, "paused")
    assert (await market.question(waiting)).status is QuestionStatus.UNANSWERED
    await market.subscribe("questions")

    await _set_status(market, item, "closed")

    assert (await market.question(waiting)).status is QuestionStatus.CLOSED_UNANSWERED
    assert (await market.question(answered)).status is QuestionStatus.ANSWERED
    assert await market.notices() == []
    assert await _refused(market.answer(waiting)) is Reason.QUESTION_NOT_UNANSWERED
    assert await _refused(market.ask(item)) is Reason.ITEM_NOT_ACTIVE


async def test_so_does_one_whose_time_is_over(market: Market) -> None:
    item = await market.list_item()
    question = await market.ask(item)
    market.clock.advance(item.stop_time - market.now)

    await ExpiryLoop(market.database, market.clock).run_due()

    assert (await market.question(question)).status is QuestionStatus.CLOSED_UNANSWERED


async def test_questions_wait_while_their_listing_is_under_review(market: Market) -> None:
    item = await market.list_item()
    question = await market.ask(item)
    reviewed = replace(item, status=ItemStatus.UNDER_REVIEW)

    await market.database.write(lambda tx: questions.follow_listing(tx, item, reviewed, market.now))
    assert (await market.question(question)).status is QuestionStatus.UNDER_REVIEW
    await market.database.write(lambda tx: questions.follow_listing(tx, reviewed, item, market.now))
    assert (await market.question(question)).status is QuestionStatus.UNANSWERED


async def test_what_nobody_answers_in_seven_months_is_deleted(market: Market) -> None:
    item = await market.list_item(stop_time=market.now + timedelta(days=3000))
    old = await market.ask(item)
    answered = await market.ask(item)
    await market.answer(answered)
    market.clock.advance(timedelta(days=1))
    young = await market.ask(item)
    await market.subscribe("questions")
    loop = ExpiryLoop(market.database, market.clock)
    assert await market.database.read(expiry.next_due) == old.delete_at

    market.clock.advance(old.delete_at - market.now - timedelta(microseconds=1))
    assert await loop.run_due() == 0
    market.clock.advance(timedelta(microseconds=1))
    assert await loop.run_due() == 1

    statuses = [(await market.question(one)).status for one in (old, answered, young)]
    assert statuses == [QuestionStatus.DELETED, QuestionStatus.ANSWERED, QuestionStatus.UNANSWERED]
    assert {notice.resource for notice in await market.notices()} == {f"/questions/{old.id}"}
    assert await market.database.read(expiry.next_due) == young.delete_at


async def test_deleting_goes_batch_by_batch(market: Market) -> None:
    item = await market.list_item()
    asked = [await market.ask(item) for _ in range(3)]
    market.clock.advance(timedelta(days=300))

    deleted = [
        await market.database.write(lambda tx: questions.delete_the_unanswered(tx, market.now, 2))
        for _ in range(3)
    ]

    assert deleted == [2, 1, 0]
    assert {(await market.question(one)).status for one in asked} == {QuestionStatus.DELETED}


@pytest.fixture
async def connected(market: Market) -> Market:
    """Nobody wins a race because his rival has still to connect."""
    await asyncio.gather(*(market.database.read(lambda tx: tx.one("SELECT 1")) for _ in range(8)))
    return market


def _refusals(outcomes: Sequence[object]) -> list[Reason]:
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refused):
            raise outcome
    return [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_of_two_answers_at_once_one_is_given(connected: Market, attempt: int) -> None:
    market = connected
    question = await market.ask(await market.list_item())
    await market.subscribe("questions")

    outcomes = await asyncio.gather(
        *(market.answer(question, text=text) for text in ("Sí.", "No.")), return_exceptions=True
    )

    assert _refusals(outcomes) == [Reason.QUESTION_NOT_UNANSWERED]
    given = [outcome.answer for outcome in outcomes if isinstance(outcome, Question)]
    assert [(await market.question(question)).answer] == given
    assert len(await market.notices()) == 2


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_no_question_stays_open_on_a_listing_that_closes(connected: Market, attempt: int) -> None:
    market = connected
    item = await market.list_item()
    waiting = await market.ask(item)

    outcomes = await asyncio.gather(
        market.ask(item, by=market.rival),
        _set_status(market, item, "closed"),
        market.answer(waiting),
        market.ask(item, by=market.stranger),
        return_exceptions=True,
    )

    assert set(_refusals(outcomes)) <= {Reason.ITEM_NOT_ACTIVE, Reason.QUESTION_NOT_UNANSWERED}
    rows = await market.database.read(lambda tx: tx.all("SELECT status FROM questions"))
    assert {row["status"] for row in rows} <= {"CLOSED_UNANSWERED", "ANSWERED"}
    totals = await market.database.read(lambda tx: tx.all("SELECT status, total FROM question_totals"))
    assert Counter(row["status"] for row in rows) == Counter(
        {row["status"]: row["total"] for row in totals if row["total"]}
    )


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_a_question_is_not_answered_and_deleted_for_age_at_once(
    connected: Market, attempt: int
) -> None:
    market = connected
    question = await market.ask(await market.list_item())
    market.clock.advance(question.delete_at - market.now)

    outcomes = await asyncio.gather(
        market.answer(question),
        market.database.write(lambda tx: questions.delete_the_unanswered(tx, market.now, 10)),
        return_exceptions=True,
    )

    kept = await market.question(question)
    assert (_refusals(outcomes), kept.status, kept.answer is None) in [
        ([], QuestionStatus.ANSWERED, False),
        ([Reason.QUESTION_NOT_UNANSWERED], QuestionStatus.DELETED, True),
    ]
