"""Questions and answers before a sale (contract 15)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TypedDict, Unpack, cast

from zoco.client._calls import Calls
from zoco.resources.question import (
    HiddenQuestions,
    NewAnswer,
    NewQuestion,
    Question,
    QuestionNote,
    QuestionPage,
    ResponseTime,
)

_VERSION = ("api_version", "4")


class QuestionFilters(TypedDict, total=False):
    """What narrows a search; `asked_by` is the documents' `from`. A sequence is sent as a list."""

    item: str
    seller_id: int
    asked_by: int
    status: str | Sequence[str]
    sort_fields: str | Sequence[str]
    sort_types: str | Sequence[str]


class Questions(Calls):
    async def ask(self, item_id: str, text: str) -> Question:
        """Ask about a listing."""
        body = NewQuestion(text=text, item_id=item_id)
        return (await self._send("POST", "/questions", Question, body)).value

    async def answer(self, question_id: int, text: str) -> Question:
        """Answer a question about one's own listing; there is one answer."""
        body = NewAnswer(question_id=question_id, text=text)
        return (await self._send("POST", "/answers", Question, body)).value

    async def get(self, question_id: int) -> Question:
        """One question, in the newest version's form."""
        return (await self._get(f"/questions/{question_id}", Question, [_VERSION])).value

    async def delete(self, question_id: int) -> QuestionNote:
        """Delete a question about one's own listing."""
        return (await self._send("DELETE", f"/questions/{question_id}", QuestionNote)).value

    async def hide(self, question_ids: Sequence[int]) -> QuestionNote:
        """Take questions off one's own listings; their status stays."""
        body = HiddenQuestions(question_ids=list(question_ids))
        return (await self._send("POST", "/my/questions/hidden", QuestionNote, body)).value

    async def search(
        self, *, offset: int = 0, limit: int = 50, **filters: Unpack[QuestionFilters]
    ) -> QuestionPage:
        """One page, newest first unless asked otherwise.

        page = await client.questions.search(item="MLB600034093", status="UNANSWERED")
        """
        query = [*_query(filters), ("offset", str(offset)), ("limit", str(limit)), _VERSION]
        return (await self._get("/questions/search", QuestionPage, query)).value

    async def received(
        self, *, offset: int = 0, limit: int = 50, **filters: Unpack[QuestionFilters]
    ) -> QuestionPage:
        """One page of what this user was asked."""
        query = [*_query(filters), ("offset", str(offset)), ("limit", str(limit)), _VERSION]
        return (await self._get("/my/received_questions/search", QuestionPage, query)).value

    async def received_all(self, **filters: Unpack[QuestionFilters]) -> AsyncIterator[Question]:
        """All that this user was asked, page after page."""
        offset, total = 0, 1
        while offset < total:
            page = await self.received(offset=offset, **filters)
            for question in page.questions:
                yield question
            if not page.questions:
                return
            offset, total = offset + len(page.questions), page.total

    async def response_time(self, user_id: int) -> ResponseTime:
        """How long a seller takes to answer, in minutes."""
        return (await self._get(f"/users/{user_id}/questions/response_time", ResponseTime)).value


def _query(filters: QuestionFilters) -> list[tuple[str, str]]:
    named = cast(dict[str, str | int | Sequence[str]], filters).items()
    return [("from" if name == "asked_by" else name, _text(value)) for name, value in named]


def _text(value: str | int | Sequence[str]) -> str:
    return str(value) if isinstance(value, str | int) else ",".join(value)
