"""Questions and answers over HTTP: what each caller is answered, and every refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Market, Person


async def _people(market: Market) -> tuple[Person, Person, Person]:
    return (
        await market.person("VENDEDORA"),
        await market.person("COMPRADORA"),
        await market.person("CURIOSA"),
    )


async def _ask(market: Market, asker: Person, item_id: str, text: str = "¿Sirve?") -> dict[str, Any]:
    asked = await market.client.post("/questions", {"text": text, "item_id": item_id}, token=asker.token)
    assert asked.status == 201, asked.body
    question: dict[str, Any] = asked.json
    return question


async def test_a_question_from_asked_to_answered(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    item = await market.item(seller)

    asked = await market.client.post(
        "/questions", {"text": "¿Sirve?", "item_id": item["id"]}, token=buyer.token
    )

    assert asked.status == 201
    question_id = asked.json["id"]
    assert asked.json == {
        "id": question_id,
        "item_id": item["id"],
        "seller_id": seller.id,
        "status": "UNANSWERED",
        "text": "¿Sirve?",
        "date_created": "2026-03-02T08:00:00.000-04:00",
        "deleted_from_listing": False,
        "hold": False,
        "suspected_spam": False,
        "answer": None,
        "from": {"id": buyer.id, "answered_questions": 0},
    }
    market.clock.advance(timedelta(minutes=5))

    # A trailing slash and the number as text, as some clients send them.
    answered = await market.client.post(
        "/answers/", {"question_id": str(question_id), "text": "Sirve."}, token=seller.token
    )

    assert answered.status == 200
    assert answered.json["status"] == "ANSWERED"
    assert answered.json["answer"] == {
        "text": "Sirve.",
        "status": "ACTIVE",
        "date_created": "2026-03-02T08:05:00.000-04:00",
    }
    path = f"/questions/{question_id}"
    for person, asker in ((seller, True), (buyer, True), (stranger, False)):
        read = (await market.client.get(path, token=person.token)).json
        assert read.get("from") == ({"id": buyer.id, "answered_questions": 1} if asker else None)
        assert {**read, "from": answered.json["from"]} == answered.json


async def test_the_newest_version_adds_three_fields_and_none_of_them_betrays_the_asker(
    market: Market,
) -> None:
    seller, buyer, stranger = await _people(market)
    question = await _ask(market, buyer, (await market.item(seller))["id"])
    path = f"/questions/{question['id']}?api_version=4"

    seen = (await market.client.get(path, token=seller.token)).json
    assert (seen["buyer_id"], seen["app_id"]) == (buyer.id, 1)
    assert seen["last_updated"] == "2026-03-02T08:00:00.000-04:00"
    seen = (await market.client.get(path, token=stranger.token)).json
    assert "last_updated" in seen
    assert not {"from", "buyer_id", "app_id"} & seen.keys()


async def test_the_seller_of_a_vehicle_learns_who_asks(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    vehicle = await market.vehicle(seller)
    question = await _ask(market, buyer, vehicle["id"])
    path = f"/questions/{question['id']}"
    lead = {
        "id": buyer.id,
        "first_name": "Compradora",
        "last_name": "de Prueba",
        "phone": {"number": "12345678", "area_code": "11"},
        "email": "compradora@zoco.example",
    }

    assert question["from"] == {"id": buyer.id, "answered_questions": 0}
    seen = (await market.client.get(path, token=seller.token)).json
    assert seen["from"] == {**lead, "answered_questions": 0}
    found = await market.client.get(f"/questions/search?item={vehicle['id']}", token=seller.token)
    assert found.json["questions"][0]["from"] == lead
    found = await market.client.get(f"/questions/search?item={vehicle['id']}", token=stranger.token)
    assert "from" not in found.json["questions"][0]
    assert b"12345678" not in found.body


async def test_asking_at_the_listings_own_path(market: Market) -> None:
    seller, buyer, _ = await _people(market)
    item = await market.item(seller)

    asked = await market.client.post(f"/questions/{item['id']}", {"text": "¿Sirve?"}, token=buyer.token)

    assert (asked.status, asked.json["item_id"]) == (201, item["id"])
    missing = await market.client.post("/questions/MLB1", {"text": "¿Sirve?"}, token=buyer.token)
    assert missing.refusal == (404, "not_found")


async def test_the_answer_of_a_search(market: Market) -> None:
    seller, buyer, _ = await _people(market)
    item = await market.item(seller)
    first = await _ask(market, buyer, item["id"])
    market.clock.advance(timedelta(minutes=1))
    second = await _ask(market, buyer, item["id"])

    found = await market.client.get(
        f"/questions/search?item_id={item['id']}&status=unanswered&limit=1&api_version=4"
        "&sort_fields=date_created&sort_types=DESC",
        token=seller.token,
    )

    assert found.json | {"questions": []} == {
        "total": 2,
        "limit": 1,
        "questions": [],
        "filters": {
            "limit": 1,
            "offset": 0,
            "api_version": "4",
            "is_admin": False,
            "sorts": ["date_created"],
            "caller": seller.id,
            "item": item["id"],
            "status": "UNANSWERED",
        },
        "available_filters": [
            {"id": "from", "name": "From user id", "type": "number"},
            {"id": "seller", "name": "Seller id", "type": "number"},
        ],
        "available_sorts": ["item_id", "from_id", "date_created", "seller_id"],
    }
    assert [one["id"] for one in found.json["questions"]] == [second["id"]]
    assert found.json["questions"][0]["from"] == {"id": buyer.id}
    rest = await market.client.get(f"/questions/search?seller={seller.id}&offset=1", token=seller.token)
    assert [one["id"] for one in rest.json["questions"]] == [first["id"]]
    statuses = next(each for each in rest.json["available_filters"] if each["id"] == "status")["values"]
    assert statuses == [
        "ANSWERED",
        "BANNED",
        "CLOSED_UNANSWERED",
        "DELETED",
        "DISABLED",
        "UNANSWERED",
        "UNDER_REVIEW",
    ]


async def test_received_questions_are_the_callers_own(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    question = await _ask(market, buyer, (await market.item(seller))["id"])
    await _ask(market, seller, (await market.item(stranger))["id"])
    path = "/my/received_questions/search?status=UNANSWERED&seller_id=1"

    received = await market.client.get(path, token=seller.token)

    assert [one["id"] for one in received.json["questions"]] == [question["id"]]
    assert received.json["filters"]["seller"] == seller.id
    assert (await market.client.get(path, token=buyer.token)).json["total"] == 0


async def test_who_asked_is_not_found_out_by_searching(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    item = await market.item(seller)
    await _ask(market, buyer, item["id"])

    for query in (f"from={buyer.id}", f"item={item['id']}&from={buyer.id}"):
        found = await market.client.get(f"/questions/search?{query}", token=stranger.token)
        assert (found.json["total"], found.json["questions"]) == (0, [])


async def test_a_deleted_question_is_gone_for_everybody_else(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    item = await market.item(seller)
    path = f"/questions/{(await _ask(market, buyer, item['id']))['id']}"

    deleted = await market.client.delete(path, token=seller.token)

    assert (deleted.status, deleted.json) == (200, {"message": "Question deleted."})
    for person in (seller, buyer):
        read = (await market.client.get(path, token=person.token)).json
        assert (read["status"], read["deleted_from_listing"]) == ("DELETED", True)
    assert (await market.client.get(path, token=stranger.token)).refusal == (404, "not_found")
    assert (await market.client.delete(path, token=seller.token)).refusal == (409, "conflict")


async def test_a_hidden_question_is_off_the_listing(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    item = await market.item(seller)
    question = await _ask(market, buyer, item["id"])

    hidden = await market.client.post(
        "/my/questions/hidden", {"question_ids": [question["id"]]}, token=seller.token
    )

    assert (hidden.status, hidden.json) == (200, {"message": "Questions hidden."})
    search = f"/questions/search?item={item['id']}"
    assert (await market.client.get(search, token=stranger.token)).json["total"] == 0
    seen = (await market.client.get(search, token=seller.token)).json["questions"][0]
    assert (seen["status"], seen["deleted_from_listing"]) == ("UNANSWERED", True)


async def test_banned_texts_are_not_repeated(market: Market) -> None:
    seller, buyer, _ = await _people(market)
    question = await _ask(market, buyer, (await market.item(seller))["id"])
    await market.client.post(
        "/answers", {"question_id": question["id"], "text": "Llámeme"}, token=seller.token
    )
    await market.database.write(
        lambda tx: tx.run("UPDATE questions SET status = 'BANNED', answer_status = 'BANNED'")
    )

    read = (await market.client.get(f"/questions/{question['id']}", token=seller.token)).json

    assert (read["status"], read["text"]) == ("BANNED", "")
    assert (read["answer"]["status"], read["answer"]["text"]) == ("BANNED", "")


async def test_how_long_a_seller_takes(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    path = f"/users/{seller.id}/questions/response_time"
    missing = await market.client.get(path, token=stranger.token)
    assert missing.refusal == (404, "not_found")
    assert missing.json["message"] == f"Response time not found for user id: {seller.id}"
    item = await market.item(seller)
    market.clock.advance(timedelta(hours=5))
    question = await _ask(market, buyer, item["id"])
    market.clock.advance(timedelta(minutes=22))
    body = {"question_id": question["id"], "text": "Sirve."}
    await market.client.post("/answers", body, token=seller.token)

    measured = await market.client.get(path, token=stranger.token)

    assert measured.json == {
        "user_id": seller.id,
        "total": {"response_time": 22},
        "weekend": {"response_time": None, "sales_percent_increase": None},
        "weekdays_working_hours": {"response_time": 22, "sales_percent_increase": None},
        "weekdays_extra_hours": {"response_time": None, "sales_percent_increase": None},
    }


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"text": "¿Sirve?"}, (400, "bad_request")),
        ({"item_id": "MLB1"}, (400, "bad_request")),
        ({"text": 7, "item_id": "MLB1"}, (400, "bad_request")),
        (b"{", (400, "invalid_json")),
        ({"text": "¿Sirve?", "item_id": "MLB1"}, (404, "not_found")),
    ],
)
async def test_refusals_of_a_question(market: Market, body: object, refusal: tuple[int, str]) -> None:
    buyer = await market.person("COMPRADORA")

    refused = await market.client.post("/questions", body, token=buyer.token)

    assert refused.refusal == refusal


async def test_refusals_by_the_listing_behind_the_question(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    item = await market.item(seller)
    tester = await market.person("PRUEBA", tags=("test_user",))
    body = {"text": "¿Sirve?", "item_id": item["id"]}

    for text in (" ", "x" * 2001):
        refused = await market.client.post("/questions", {**body, "text": text}, token=buyer.token)
        assert refused.refusal == (400, "bad_request")
        assert refused.json["message"] == "Invalid text: 1 to 2000 characters"
    assert (await market.client.post("/questions", body, token=seller.token)).refusal == (400, "own_item")
    refused = await market.client.post("/questions", body, token=tester.token)
    assert refused.refusal == (403, "test_user_mismatch")
    await market.database.write(
        lambda tx: tx.run(
            "INSERT INTO questions_blacklist (seller_id, user_id, date_created) VALUES (:seller, :user, 0)",
            {"seller": seller.id, "user": buyer.id},
        )
    )
    assert (await market.client.post("/questions", body, token=buyer.token)).refusal == (403, "asker_blocked")
    await market.client.put(f"/items/{item['id']}", {"status": "paused"}, token=seller.token)
    refused = await market.client.post("/questions", body, token=stranger.token)
    assert refused.refusal == (400, "item_not_active")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"text": "Sirve."}, (400, "invalid_post_body")),
        ({"question_id": 1}, (400, "invalid_post_body")),
        ({"question_id": None, "text": "Sirve."}, (400, "invalid_post_body")),
        ({"question_id": "one", "text": "Sirve."}, (400, "invalid_question")),
        ({"question_id": 1.5, "text": "Sirve."}, (400, "invalid_question")),
        ({"question_id": "9" * 19, "text": "Sirve."}, (400, "invalid_question")),
        ({"question_id": 1, "text": "Sirve."}, (400, "invalid_question")),
    ],
)
async def test_refusals_of_an_answer(market: Market, body: object, refusal: tuple[int, str]) -> None:
    seller = await market.person("VENDEDORA")

    refused = await market.client.post("/answers", body, token=seller.token)

    assert refused.refusal == refusal


async def test_refusals_by_the_question_behind_the_answer(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    question = await _ask(market, buyer, (await market.item(seller))["id"])
    body = {"question_id": question["id"], "text": "Sirve."}

    for person in (buyer, stranger):
        refused = await market.client.post("/answers", body, token=person.token)
        assert refused.refusal == (403, "forbidden")
    refused = await market.client.post("/answers", {**body, "text": ""}, token=seller.token)
    assert refused.refusal == (400, "bad_request")
    assert (await market.client.post("/answers", body, token=seller.token)).status == 200
    second = await market.client.post("/answers", body, token=seller.token)
    assert second.refusal == (400, "not_unanswered_question")
    assert second.json["message"] == f"Question {question['id']} is not unanswered"


async def test_refusals_of_reading_deleting_hiding_and_searching(market: Market) -> None:
    seller, buyer, stranger = await _people(market)
    question = await _ask(market, buyer, (await market.item(seller))["id"])
    client, path = market.client, f"/questions/{question['id']}"

    for missing in ("/questions/1", "/questions/one", "/questions/99999999999999999999"):
        assert (await client.get(missing, token=seller.token)).refusal == (404, "not_found")
        assert (await client.delete(missing, token=seller.token)).refusal == (404, "not_found")
    for person in (buyer, stranger):
        assert (await client.delete(path, token=person.token)).refusal == (403, "forbidden")
        refused = await client.post(
            "/my/questions/hidden", {"question_ids": [question["id"]]}, token=person.token
        )
        assert refused.refusal == (403, "forbidden")
    for ids, refusal in (
        ([], (400, "bad_request")),
        ([1] * 101, (400, "bad_request")),
        (["one"], (400, "bad_request")),
        ([question["id"], 1], (404, "not_found")),
    ):
        refused = await client.post("/my/questions/hidden", {"question_ids": ids}, token=seller.token)
        assert refused.refusal == refusal
    for query in ("", "status=UNANSWERED", "seller_id=me", "item=MLB1&sort_fields=text", "item=MLB1&limit=0"):
        refused = await client.get(f"/questions/search?{query}", token=seller.token)
        assert refused.refusal == (400, "bad_request")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/questions"),
        ("POST", "/questions/MLB1"),
        ("GET", "/questions/1"),
        ("DELETE", "/questions/1"),
        ("GET", "/questions/search?item=MLB1"),
        ("GET", "/my/received_questions/search"),
        ("POST", "/my/questions/hidden"),
        ("POST", "/answers"),
        ("GET", "/users/1/questions/response_time"),
    ],
)
async def test_nobody_gets_in_without_a_token_or_with_half_of_one(
    market: Market, method: str, path: str
) -> None:
    person = await market.person("COMPRADORA")
    half = await market.token(person.id, scopes=["write" if method == "GET" else "read"])

    assert (await market.client.call(method, path)).refusal == (401, "unauthorized")
    assert (await market.client.call(method, path, token=half)).refusal == (403, "Invalid scopes")
