"""Questions and answers: asked, answered, deleted, hidden, searched (contract 15)."""

from __future__ import annotations

from collections.abc import Sequence

from zoco.api.endpoint import (
    Access,
    Answer,
    AnyEndpoint,
    Call,
    Endpoint,
    NoBody,
    NoParameters,
    QueryParameter,
)
from zoco.api.parameters import ItemPath, QuestionPath, QuestionSearch, UserPath
from zoco.api.presenters import questions as present
from zoco.api.problems import INVALID_BODY_FIELD, INVALID_QUESTION, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain import question_search
from zoco.domain.question_search import SORT_FIELDS
from zoco.domain.questions import QuestionStatus
from zoco.domain.refusals import Reason
from zoco.marketplace import questions
from zoco.resources.question import (
    HiddenQuestions,
    NewAnswer,
    NewQuestion,
    NewQuestionText,
    Question,
    QuestionNote,
    QuestionPage,
    ResponseTime,
)


async def ask_question(tx: Transaction, call: Call[NoParameters, NewQuestion]) -> Answer:
    return await _ask(tx, call, call.body.item_id, call.body.text)


async def ask_about_item(tx: Transaction, call: Call[ItemPath, NewQuestionText]) -> Answer:
    return await _ask(tx, call, call.parameters.item_id, call.body.text)


async def answer_question(tx: Transaction, call: Call[NoParameters, NewAnswer]) -> Answer:
    question_id = _question_id(call.body.question_id)
    seen = await questions.answer(tx, call.caller, question_id, text=call.body.text, now=call.now)
    return Answer(present.question(seen, _version(call.query)))


async def one_question(tx: Transaction, call: Call[QuestionPath, NoBody]) -> Answer:
    seen = await questions.one_question(tx, call.caller, call.parameters.question_id)
    return Answer(present.question(seen, _version(call.query)))


async def delete_question(tx: Transaction, call: Call[QuestionPath, NoBody]) -> Answer:
    await questions.delete(tx, call.caller, call.parameters.question_id, call.now)
    return Answer(QuestionNote(message="Question deleted."))


async def hide_questions(tx: Transaction, call: Call[NoParameters, HiddenQuestions]) -> Answer:
    ids = call.body.question_ids
    if not 0 < len(ids) <= questions.HIDDEN_AT_ONCE_MAX:
        raise TurnedAway(
            INVALID_BODY_FIELD,
            f"question_ids takes 1 to {questions.HIDDEN_AT_ONCE_MAX} ids",
            field="question_ids",
        )
    await questions.hide(tx, call.caller, ids, call.now)
    return Answer(QuestionNote(message="Questions hidden."))


async def search_questions(tx: Transaction, call: Call[QuestionSearch, NoBody]) -> Answer:
    return await _search(tx, call, received_by=None)


async def search_received_questions(tx: Transaction, call: Call[QuestionSearch, NoBody]) -> Answer:
    return await _search(tx, call, received_by=call.caller.user_id)


async def response_time(tx: Transaction, call: Call[UserPath, NoBody]) -> Answer:
    user_id = call.parameters.user_id
    return Answer(present.response_time(user_id, await questions.response_time(tx, user_id, call.now)))


async def _ask(
    tx: Transaction,
    call: Call[NoParameters, NewQuestion] | Call[ItemPath, NewQuestionText],
    item_id: str,
    text: str,
) -> Answer:
    seen = await questions.ask(tx, call.caller, item_id=item_id, text=text, now=call.now)
    return Answer(present.question(seen, _version(call.query)))


async def _search(tx: Transaction, call: Call[QuestionSearch, NoBody], *, received_by: int | None) -> Answer:
    query = question_search.parse(
        dict(call.query),
        offset=call.parameters.offset,
        limit=call.parameters.limit,
        received_by=received_by,
    )
    results = await questions.search(tx, call.caller, query)
    return Answer(
        present.question_page(results, query, caller_id=call.caller.user_id, api_version=_version(call.query))
    )


def _question_id(sent: float | str) -> int:
    """The number, also when it comes as text (A-01)."""
    if isinstance(sent, int):
        return sent
    if isinstance(sent, str) and sent.isascii() and sent.isdigit() and len(sent) <= 18:
        return int(sent)
    raise TurnedAway(INVALID_QUESTION, str(sent)[:50], field="question_id")


def _version(query: Sequence[tuple[str, str]]) -> str | None:
    return dict(query).get("api_version") or None


_VERSION = QueryParameter("api_version", "4 adds buyer_id, app_id and last_updated", ("4",))
_FILTERS = (
    QueryParameter("item", "the listing; item_id says the same"),
    QueryParameter("from", "the user id of who asks"),
    QueryParameter("status", "any of these, in any case", tuple(QuestionStatus)),
    QueryParameter("sort_fields", "one or more of these, separated by commas", SORT_FIELDS),
    QueryParameter("sort_types", "one direction for all fields, or one for each", ("ASC", "DESC")),
    _VERSION,
)
_SEARCH_REFUSALS = (Reason.INVALID_FIELD, Reason.SEARCH_WITHOUT_SUBJECT)
_ASK_REFUSALS = (
    Reason.ITEM_NOT_FOUND,
    Reason.INVALID_FIELD,
    Reason.ASKING_ONESELF,
    Reason.ASKER_BLOCKED,
    Reason.TEST_USER_MISMATCH,
    Reason.ITEM_NOT_ACTIVE,
)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/questions",
        ask_question,
        access=Access.USER,
        more_parameters=(_VERSION,),
        body=NewQuestion,
        answer=Question,
        status=201,
        summary="Ask about a listing",
        refusals=_ASK_REFUSALS,
    ),
    Endpoint(
        "POST",
        "/questions/{item_id}",
        ask_about_item,
        access=Access.USER,
        parameters=ItemPath,
        more_parameters=(_VERSION,),
        body=NewQuestionText,
        answer=Question,
        status=201,
        summary="Ask about the listing that the path names",
        refusals=_ASK_REFUSALS,
    ),
    Endpoint(
        "GET",
        "/questions/{question_id}",
        one_question,
        access=Access.USER,
        parameters=QuestionPath,
        more_parameters=(_VERSION,),
        answer=Question,
        summary="One question; who asked is for its seller and its asker",
        refusals=(Reason.QUESTION_NOT_FOUND,),
    ),
    Endpoint(
        "DELETE",
        "/questions/{question_id}",
        delete_question,
        access=Access.USER,
        parameters=QuestionPath,
        answer=QuestionNote,
        summary="Delete a question about one's own listing",
        refusals=(Reason.QUESTION_NOT_FOUND, Reason.NOT_YOURS, Reason.QUESTION_ALREADY_DELETED),
    ),
    Endpoint(
        "GET",
        "/questions/search",
        search_questions,
        access=Access.USER,
        parameters=QuestionSearch,
        more_parameters=(QueryParameter("seller_id", "the seller; seller says the same"), *_FILTERS),
        answer=QuestionPage,
        summary="Search questions by listing, seller or asker",
        refusals=_SEARCH_REFUSALS,
    ),
    Endpoint(
        "GET",
        "/my/received_questions/search",
        search_received_questions,
        access=Access.USER,
        parameters=QuestionSearch,
        more_parameters=_FILTERS,
        answer=QuestionPage,
        summary="Search the questions that the caller was asked",
        refusals=(Reason.INVALID_FIELD,),
    ),
    Endpoint(
        "POST",
        "/my/questions/hidden",
        hide_questions,
        access=Access.USER,
        body=HiddenQuestions,
        answer=QuestionNote,
        summary="Take questions off one's own listings",
        refusals=(Reason.QUESTION_NOT_FOUND, Reason.NOT_YOURS),
    ),
    Endpoint(
        "POST",
        "/answers",
        answer_question,
        access=Access.USER,
        more_parameters=(_VERSION,),
        body=NewAnswer,
        malformed="invalid_post_body",
        answer=Question,
        summary="Answer a question about one's own listing",
        refusals=(
            Reason.QUESTION_UNKNOWN,
            Reason.NOT_YOURS,
            Reason.INVALID_FIELD,
            Reason.QUESTION_NOT_UNANSWERED,
        ),
    ),
    Endpoint(
        "GET",
        "/users/{user_id}/questions/response_time",
        response_time,
        access=Access.USER,
        parameters=UserPath,
        answer=ResponseTime,
        summary="How long a seller takes to answer, in minutes",
        refusals=(Reason.RESPONSE_TIME_NOT_FOUND,),
    ),
)
