"""Rows of questions: who finds which, in which order, how long sellers take, and by which index."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    STRANGER_ID,
    a_question,
    a_vehicle,
    an_answered_question,
    an_item,
)
from tests.storage.explaining import plans_of, sorts
from tests.storage.rows import keep
from zoco.database.transaction import Database
from zoco.domain.question_search import QuestionQuery, Sort
from zoco.domain.questions import OPEN, Answer, Question, QuestionStatus
from zoco.storage import question_search, questions

OTHER_SELLER_ID = 100000044
TUNERS = "MLA600034093"
CAR = "MLB600034094"
OTHERS = "MLA7"


@pytest.fixture
async def listed(database: Database) -> Database:
    await keep(database, an_item(), a_vehicle(), an_item(id=OTHERS, seller_id=OTHER_SELLER_ID))
    return database


async def _ids(database: Database, viewer_id: int, **query: Any) -> list[int]:
    asked = QuestionQuery(**query)
    found = await database.read(lambda tx: question_search.find(tx, asked, viewer_id=viewer_id))
    assert found.total == len(found.questions)
    return [question.id for question in found.questions]


async def test_a_question_is_kept_as_it_is(listed: Database) -> None:
    for number, question in enumerate(
        (a_question(), an_answered_question(), a_question(vehicle=True, deleted_from_listing=True))
    ):
        kept = Question(**{name: getattr(question, name) for name in Question.__slots__} | {"id": number + 1})
        await keep(listed, kept)
        assert await listed.read(lambda tx, kept=kept: questions.get(tx, kept.id)) == kept
    assert await listed.read(lambda tx: questions.get(tx, 4)) is None


async def test_saving_writes_what_changes(listed: Database) -> None:
    await keep(listed, a_question())

    await listed.write(lambda tx: questions.save(tx, an_answered_question(), previous=a_question()))

    assert await listed.read(lambda tx: questions.get(tx, a_question().id)) == an_answered_question()


@pytest.fixture
async def asked(listed: Database) -> Database:
    """Seven questions; the higher the number, the later."""
    rows = [
        a_question(id=1),
        an_answered_question(id=2, from_id=STRANGER_ID),
        a_question(id=3, item_id=CAR, vehicle=True),
        a_question(id=4, deleted_from_listing=True),
        a_question(id=5, status=QuestionStatus.DELETED, deleted_from_listing=True),
        a_question(id=6, item_id=OTHERS, seller_id=OTHER_SELLER_ID),
        a_question(id=7, item_id=CAR, status=QuestionStatus.UNDER_REVIEW, from_id=STRANGER_ID),
    ]
    await keep(
        listed,
        *(
            Question(
                **{name: getattr(row, name) for name in Question.__slots__}
                | {"date_created": NOW + timedelta(minutes=row.id)}
            )
            for row in rows
        ),
    )
    return listed


@pytest.mark.parametrize(
    ("viewer_id", "query", "found"),
    [
        (SELLER_ID, {"seller_id": SELLER_ID}, [7, 5, 4, 3, 2, 1]),
        (SELLER_ID, {"item_id": TUNERS}, [5, 4, 2, 1]),
        (SELLER_ID, {"seller_id": SELLER_ID, "statuses": ("UNANSWERED",)}, [4, 3, 1]),
        (SELLER_ID, {"seller_id": SELLER_ID, "statuses": ("DELETED", "ANSWERED")}, [5, 2]),
        (SELLER_ID, {"seller_id": SELLER_ID, "statuses": ("NO_SUCH_STATUS",)}, []),
        (SELLER_ID, {"seller_id": SELLER_ID, "from_id": STRANGER_ID}, [7, 2]),
        # He learns what somebody asked him, and nothing of what they asked others.
        (SELLER_ID, {"from_id": BUYER_ID}, [5, 4, 3, 1]),
        (SELLER_ID, {"from_id": BUYER_ID, "seller_id": OTHER_SELLER_ID}, []),
        (BUYER_ID, {"from_id": BUYER_ID}, [6, 5, 4, 3, 1]),
        (BUYER_ID, {"seller_id": SELLER_ID}, [5, 4, 3, 2, 1]),
        (BUYER_ID, {"seller_id": SELLER_ID, "from_id": STRANGER_ID}, []),
        # Whoever has nothing to do with it reads what the listings show.
        (OTHER_SELLER_ID, {"seller_id": SELLER_ID}, [3, 2, 1]),
        (OTHER_SELLER_ID, {"item_id": TUNERS}, [2, 1]),
        (OTHER_SELLER_ID, {"item_id": TUNERS, "from_id": BUYER_ID}, []),
        (OTHER_SELLER_ID, {"item_id": TUNERS, "statuses": ("DELETED",)}, []),
    ],
)
async def test_what_each_finds(
    asked: Database, viewer_id: int, query: dict[str, Any], found: list[int]
) -> None:
    assert await _ids(asked, viewer_id, **query) == found


@pytest.mark.parametrize(
    ("sorts", "found"),
    [
        ((Sort("date_created", descending=False),), [1, 2, 3, 4, 5, 7]),
        ((Sort("item_id", descending=False), Sort("date_created", descending=True)), [5, 4, 2, 1, 7, 3]),
        ((Sort("from_id", descending=False),), [1, 3, 4, 5, 2, 7]),
        ((Sort("from_id", descending=True),), [7, 2, 5, 4, 3, 1]),
        ((Sort("seller_id", descending=True),), [7, 5, 4, 3, 2, 1]),
    ],
)
async def test_sorts(asked: Database, sorts: tuple[Sort, ...], found: list[int]) -> None:
    assert await _ids(asked, SELLER_ID, seller_id=SELLER_ID, sorts=sorts) == found


async def test_a_page_knows_the_whole_total(asked: Database) -> None:
    query = QuestionQuery(seller_id=SELLER_ID, offset=2, limit=2)

    found = await asked.read(lambda tx: question_search.find(tx, query, viewer_id=SELLER_ID))

    assert (found.total, [question.id for question in found.questions]) == (6, [4, 3])


async def test_only_a_sellers_answers_to_this_asker_are_counted(listed: Database) -> None:
    await keep(
        listed,
        a_question(id=1),
        an_answered_question(id=2),
        an_answered_question(id=3, item_id=CAR),
        an_answered_question(id=4, item_id=OTHERS, seller_id=OTHER_SELLER_ID),
        an_answered_question(id=5, from_id=STRANGER_ID),
    )

    assert (
        await listed.read(lambda tx: questions.count_answered(tx, from_id=BUYER_ID, seller_id=SELLER_ID))
    ) == 2


MONDAY_NOON = datetime(2026, 3, 2, 16, tzinfo=UTC)  # 12:00 in the zone of the API's dates


def _answered_after(id: int, asked: datetime, minutes: int, **changes: Any) -> Question:
    given = Answer(text="Sirve.", date_created=asked + timedelta(minutes=minutes))
    return an_answered_question(id=id, date_created=asked, answer=given, from_id=id, **changes)


async def _minutes(database: Database, now: datetime) -> dict[str, int]:
    return await database.read(
        lambda tx: questions.response_minutes(
            tx,
            SELLER_ID,
            since=now - timedelta(days=14),
            now=now,
            longest=timedelta(days=7),
            zone=timedelta(hours=-4),
        )
    )


async def test_how_long_a_seller_takes(listed: Database) -> None:
    hour = timedelta(hours=1)
    await keep(
        listed,
        _answered_after(1, MONDAY_NOON - 3 * hour, 10),  # 9:00, the first minute of working hours
        _answered_after(2, MONDAY_NOON + 6 * hour, 40),  # 18:00, the first after them
        _answered_after(3, MONDAY_NOON - 5 * hour, 7),  # 7:00, in no period
        _answered_after(4, MONDAY_NOON - 24 * hour, 100),  # Sunday
        _answered_after(5, MONDAY_NOON + 12 * hour, 3),  # Tuesday 0:00
        _answered_after(6, MONDAY_NOON - timedelta(days=20), 500),
    )

    assert await _minutes(listed, MONDAY_NOON + timedelta(days=1)) == {
        "weekdays_working_hours": 10,
        "weekdays_extra_hours": 40,
        "weekend": 100,
        "night": 5,
        "total": 32,
    }


async def test_only_the_first_question_on_a_listing_counts_and_no_wait_beyond_a_week(
    listed: Database,
) -> None:
    await keep(
        listed,
        a_question(id=1, date_created=MONDAY_NOON),
        _answered_after(2, MONDAY_NOON, 1, item_id=CAR),
        a_question(id=3, date_created=MONDAY_NOON + timedelta(minutes=1)),
    )

    # One has waited for two days, one was answered in a minute; then a week is the most.
    assert (await _minutes(listed, MONDAY_NOON + timedelta(days=2)))["total"] == 1441
    assert (await _minutes(listed, MONDAY_NOON + timedelta(days=10)))["total"] == 5041
    assert await _minutes(listed, MONDAY_NOON + timedelta(days=15)) == {}


async def test_only_open_questions_move_with_their_listing(listed: Database) -> None:
    await keep(
        listed,
        a_question(id=1),
        an_answered_question(id=2),
        a_question(id=3, status=QuestionStatus.DELETED),
        a_question(id=4, item_id=CAR),
        a_question(id=5, status=QuestionStatus.UNDER_REVIEW),
    )

    moved = await listed.write(
        lambda tx: questions.move_open(tx, an_item(), QuestionStatus.CLOSED_UNANSWERED, NOW)
    )

    assert moved == 2
    statuses = await listed.read(lambda tx: tx.all("SELECT status FROM questions ORDER BY id"))
    assert [row["status"] for row in statuses] == [
        "CLOSED_UNANSWERED",
        "ANSWERED",
        "DELETED",
        "UNANSWERED",
        "CLOSED_UNANSWERED",
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_sellers_totals_are_what_counting_finds(listed: Database, seed: int) -> None:
    """After every kind of change, in an order that chance decides."""
    chance = Random(seed)
    statuses = list(QuestionStatus)
    for number in range(1, 41):
        await keep(listed, a_question(id=number, item_id=(TUNERS, CAR)[number % 2]))
        known = a_question(id=number)
        if chance.random() < 0.5:
            changed = replace(
                known, deleted_from_listing=True, status=chance.choice((statuses[0], statuses[5]))
            )
            await listed.write(partial(questions.save, question=changed, previous=known))
        if chance.random() < 0.3:
            target = chance.choice((*OPEN, QuestionStatus.CLOSED_UNANSWERED))
            await listed.write(partial(questions.move_open, item=an_item(), status=target, now=NOW))

    for chosen in ((), *((status.value,) for status in statuses)):
        query = QuestionQuery(seller_id=SELLER_ID, statuses=chosen, limit=100)
        found = await listed.read(partial(question_search.find, query=query, viewer_id=SELLER_ID))
        assert found.total == len(found.questions), chosen


SEARCHES: list[tuple[int, dict[str, Any], str]] = [
    (SELLER_ID, {"seller_id": SELLER_ID}, "questions_of_seller"),
    (SELLER_ID, {"seller_id": SELLER_ID, "statuses": ("UNANSWERED",)}, "questions_of_seller_by_status"),
    (STRANGER_ID, {"item_id": TUNERS}, "questions_of_item"),
    (BUYER_ID, {"from_id": BUYER_ID}, "questions_of_asker"),
    (
        SELLER_ID,
        {
            "seller_id": SELLER_ID,
            "sorts": (Sort("item_id", descending=False), Sort("date_created", descending=False)),
        },
        "questions_of_seller_by_item",
    ),
]


@pytest.fixture
async def crowded(listed: Database) -> Database:
    """Enough rows for the planner to prefer an index: four thousand, of two sellers."""
    rows = [
        a_question(
            id=number,
            item_id=(TUNERS, CAR, OTHERS, OTHERS)[number % 4],
            seller_id=(SELLER_ID, SELLER_ID, OTHER_SELLER_ID, OTHER_SELLER_ID)[number % 4],
            from_id=BUYER_ID if number % 100 == 0 else number,
            date_created=NOW + timedelta(seconds=number),
            status=QuestionStatus.UNANSWERED if number % 3 else QuestionStatus.DISABLED,
        )
        for number in range(1, 4001)
    ]
    await keep(listed, *rows)
    await listed.write(lambda tx: tx.run("ANALYZE questions"))
    return listed


async def test_a_page_is_read_along_an_index(crowded: Database) -> None:
    for viewer_id, parameters, index in SEARCHES:
        query = QuestionQuery(**parameters)

        plans = await plans_of(crowded, partial(question_search.find, query=query, viewer_id=viewer_id))

        assert f"{index} " in plans[0], plans[0]
        assert not sorts(plans[0]), plans[0]
