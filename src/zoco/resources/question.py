"""Questions and answers over HTTP (contract 15.1, 15.2)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class Answer(Struct, frozen=True, kw_only=True):
    text: str
    status: str = "ACTIVE"
    date_created: str


class AskerPhone(Struct, frozen=True, kw_only=True):
    number: str
    area_code: str | None = None


class Asker(Struct, frozen=True, kw_only=True):
    """Who asks, for the seller and for himself; of whoever asks about a vehicle its seller learns more."""

    id: int
    answered_questions: int | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    phone: AskerPhone | UnsetType = UNSET
    email: str | UnsetType = UNSET


class Question(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """`buyer_id`, `app_id` and `last_updated` come with `api_version=4`."""

    id: int
    item_id: str
    seller_id: int
    status: str
    text: str
    date_created: str
    deleted_from_listing: bool = False
    hold: bool = False
    suspected_spam: bool = False
    answer: Answer | None = None
    from_: Asker | UnsetType = UNSET
    buyer_id: int | UnsetType = UNSET
    app_id: int | UnsetType = UNSET
    last_updated: str | UnsetType = UNSET


class QuestionFilters(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What a search understood."""

    limit: int
    offset: int
    api_version: str | UnsetType = UNSET
    is_admin: bool = False
    sorts: list[str] = []
    caller: int
    item: str | UnsetType = UNSET
    seller: int | UnsetType = UNSET
    from_: int | UnsetType = UNSET
    status: str | UnsetType = UNSET


class QuestionFilter(Struct, frozen=True, kw_only=True):
    """One that a search may add."""

    id: str
    name: str
    type: str
    values: list[str] | UnsetType = UNSET


class QuestionPage(Struct, frozen=True, kw_only=True):
    total: int
    limit: int
    questions: list[Question]
    filters: QuestionFilters | None = None
    available_filters: list[QuestionFilter] = []
    available_sorts: list[str] = []


class NewQuestion(Struct, frozen=True, kw_only=True):
    text: str
    item_id: str


class NewQuestionText(Struct, frozen=True, kw_only=True):
    """Where the path names the listing."""

    text: str


class NewAnswer(Struct, frozen=True, kw_only=True):
    """What is no whole number in `question_id` has a code of its own."""

    question_id: int | float | str
    text: str


class HiddenQuestions(Struct, frozen=True, kw_only=True):
    question_ids: list[int]


class QuestionNote(Struct, frozen=True, kw_only=True):
    """`{"message": "Question deleted."}`"""

    message: str


class ResponsePeriod(Struct, frozen=True, kw_only=True):
    """Minutes, null where nobody has asked; nobody computes what faster answers would sell."""

    response_time: int | None = None
    sales_percent_increase: int | None = None


class ResponseTotal(Struct, frozen=True, kw_only=True):
    response_time: int


class ResponseTime(Struct, frozen=True, kw_only=True):
    user_id: int
    total: ResponseTotal
    weekend: ResponsePeriod = ResponsePeriod()
    weekdays_working_hours: ResponsePeriod = ResponsePeriod()
    weekdays_extra_hours: ResponsePeriod = ResponsePeriod()
