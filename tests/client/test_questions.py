"""What the calls about questions send, and what they make of the answers."""

from __future__ import annotations

from tests.client.fake_marketplace import FakeMarketplace
from zoco.client import Client


def _question(question_id: int, **fields: object) -> dict[str, object]:
    return {
        "id": question_id,
        "item_id": "MLB1",
        "seller_id": 2,
        "status": "UNANSWERED",
        "text": "¿Sirve?",
        "date_created": "2013-05-27T10:01:50.000-04:00",
        "from": {"id": 1},
        **fields,
    }


async def test_asking_and_answering(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("POST /questions", _question(7), status=201)
    answer = {"text": "Sirve.", "status": "ACTIVE", "date_created": "d"}
    marketplace.answer("POST /answers", _question(7, status="ANSWERED", answer=answer))

    asked = await client.questions.ask("MLB1", "¿Sirve?")
    answered = await client.questions.answer(asked.id, "Sirve.")

    assert [request.json for request in marketplace.requests] == [
        {"text": "¿Sirve?", "item_id": "MLB1"},
        {"question_id": 7, "text": "Sirve."},
    ]
    assert answered.answer is not None
    assert (answered.status, answered.answer.text) == ("ANSWERED", "Sirve.")


async def test_reading_deleting_and_hiding(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /questions/7", _question(7, buyer_id=1, app_id=14529))
    marketplace.answer("DELETE /questions/7", {"message": "Question deleted."})
    marketplace.answer("POST /my/questions/hidden", {"message": "Questions hidden."})

    assert (await client.questions.get(7)).app_id == 14529
    assert (await client.questions.delete(7)).message == "Question deleted."
    assert (await client.questions.hide([7, 8])).message == "Questions hidden."

    assert marketplace.requests[0].query == [("api_version", "4")]
    assert marketplace.requests[2].json == {"question_ids": [7, 8]}


async def test_searching(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /questions/search", {"total": 1, "limit": 10, "questions": [_question(7)]})

    page = await client.questions.search(
        seller_id=2,
        asked_by=1,
        status=["UNANSWERED", "ANSWERED"],
        sort_fields="item_id",
        sort_types="ASC",
        offset=20,
        limit=10,
    )

    assert marketplace.requests[0].query == [
        ("seller_id", "2"),
        ("from", "1"),
        ("status", "UNANSWERED,ANSWERED"),
        ("sort_fields", "item_id"),
        ("sort_types", "ASC"),
        ("offset", "20"),
        ("limit", "10"),
        ("api_version", "4"),
    ]
    assert (page.total, page.questions[0].id) == (1, 7)


async def test_received_all_walks_the_pages(marketplace: FakeMarketplace, client: Client) -> None:
    what = "GET /my/received_questions/search"
    marketplace.answer(what, {"total": 3, "limit": 2, "questions": [_question(3), _question(2)]})
    marketplace.answer(what, {"total": 3, "limit": 2, "questions": [_question(1)]})

    found = [question.id async for question in client.questions.received_all(status="UNANSWERED")]

    assert found == [3, 2, 1]
    assert [dict(request.query)["offset"] for request in marketplace.requests] == ["0", "2"]


async def test_received_all_ends_when_a_page_is_empty(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /my/received_questions/search", {"total": 3, "limit": 50, "questions": []})

    assert [question.id async for question in client.questions.received_all()] == []
    assert len(marketplace.requests) == 1


async def test_response_time(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(
        "GET /users/2/questions/response_time",
        {"user_id": 2, "total": {"response_time": 22}, "weekend": {"response_time": 8}},
    )

    measured = await client.questions.response_time(2)

    assert (measured.total.response_time, measured.weekend.response_time) == (22, 8)
    assert measured.weekdays_extra_hours.response_time is None
