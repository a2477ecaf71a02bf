"""What the parameters of a search mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zoco.domain.order_search import (
    DATE_ASCENDING,
    DATE_DESCENDING,
    FILTERS,
    OrderQuery,
    Section,
    parse,
    searchable,
    words,
)
from zoco.domain.refusals import Reason, Refused

CALLER = 100000022


def parsed(parameters: dict[str, str], *, limit: int = 50) -> OrderQuery:
    return parse(
        parameters,
        section=Section.ALL,
        caller_id=CALLER,
        offset=0,
        limit=limit,
        parse_moment=datetime.fromisoformat,
    )


def criteria(**parameters: str) -> dict[str, object]:
    """What the filters of a query compare with, by filter."""
    dotted = {name.replace("__", "."): value for name, value in parameters.items()}
    return {
        criterion.filter.id: criterion.moment or criterion.values
        for criterion in parsed({"seller": ""} | dotted).criteria
    }


@pytest.mark.parametrize(
    ("parameters", "seller_id", "buyer_id"),
    [
        ({"seller": "7"}, 7, None),
        ({"buyer": "7"}, None, 7),
        ({"seller": "7", "buyer": "8"}, 7, 8),
        ({"seller": ""}, CALLER, None),
        ({"buyer": " "}, None, CALLER),
    ],
)
def test_whose_orders(parameters: dict[str, str], seller_id: int | None, buyer_id: int | None) -> None:
    query = parsed(parameters)

    assert (query.seller_id, query.buyer_id) == (seller_id, buyer_id)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, Reason.SEARCH_WITHOUT_PARTY),
        ({"seller_id": "7"}, Reason.SEARCH_WITHOUT_PARTY),
        ({"seller": "me"}, Reason.INVALID_FIELD),
        ({"seller": "-7"}, Reason.INVALID_FIELD),
        ({"seller": "9" * 19}, Reason.INVALID_FIELD),
        ({"seller": "7", "order.date_created.from": "yesterday"}, Reason.INVALID_FIELD),
        (
            {
                "seller": "7",
                "order.date_closed.from": "2026-03-02T00:00:01Z",
                "order.date_closed.to": "2026-03-02T00:00:00Z",
            },
            Reason.INVALID_DATE_RANGE,
        ),
    ],
)
def test_refusals(parameters: dict[str, str], reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        parsed(parameters)
    assert refused.value.reason is reason


def test_values_are_split_and_unknown_parameters_ignored() -> None:
    assert criteria(order__status="paid, cancelled,", tags="paid", order__color="red", item="") == {
        "order.status": ("paid", "cancelled"),
        "tags": ("paid",),
    }


def test_moments_and_words() -> None:
    assert criteria(order__date_created__from="2015-07-01T00:00:00.000+00:00", q="Citroën C4,  2012") == {
        "order.date_created.from": datetime(2015, 7, 1, tzinfo=UTC),
        "q": ("citroen", "c4", "2012"),
    }


def test_the_same_moment_at_both_ends_is_a_range() -> None:
    moment = "2026-03-02T00:00:00+00:00"

    assert len(criteria(order__date_created__from=moment, order__date_created__to=moment)) == 2


@pytest.mark.parametrize(
    ("sort", "understood"),
    [("", DATE_ASCENDING), ("date_desc", DATE_DESCENDING), ("price_asc", DATE_ASCENDING)],
)
def test_sorts(sort: str, understood: object) -> None:
    assert parsed({"seller": "", "sort": sort}).sort is understood


def test_a_limit_is_clamped() -> None:
    assert (parsed({"seller": ""}, limit=200).limit, parsed({"seller": ""}, limit=1).limit) == (50, 1)


def test_listed_filters_are_those_of_the_documents() -> None:
    assert {listed.id: listed.type for listed in FILTERS if listed.listed} == {
        "order.status": "text",
        "shipping.status": "text",
        "feedback.status": "text",
        "feedback.sale.rating": "text",
        "feedback.purchase.rating": "text",
        "feedback.sale.fulfilled": "boolean",
        "feedback.purchase.fulfilled": "boolean",
        "tags": "text",
    }


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Citroën C4", ("citroen", "c4")),
        ("AUTOS_DO_VALE", ("autos", "do", "vale")),
        ("São Paulo/SP 1.6", ("sao", "paulo", "sp", "1", "6")),
        ("Straße", ("strasse",)),
        ("%_!", ()),
    ],
)
def test_words_without_case_and_accents(text: str, folded: tuple[str, ...]) -> None:
    assert words(text) == folded


def test_searchable_text_has_a_blank_on_both_sides_of_every_word() -> None:
    assert searchable("Nissan March", "MLB1") == " nissan march mlb1 "


@pytest.mark.parametrize(
    ("filter_id", "text"),
    [
        ("q", "a" * 501),
        ("q", "a " * 101),
        # One sign that is folded to four words.
        ("q", "\ufdfa " * 26),
        ("tags", "a," * 101),
        ("tags.not", "a," * 101),
        ("item", "MLB600034093," * 50),
    ],
)
def test_more_than_anybody_types_is_refused(filter_id: str, text: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed({"seller": "", filter_id: text})

    assert (refused.value.reason, refused.value.field) == (Reason.INVALID_FIELD, filter_id)
