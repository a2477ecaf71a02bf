"""What the calls about messages send, and what they make of the answers."""

from __future__ import annotations

from tests.client.fake_marketplace import FakeMarketplace
from zoco.client import Client

PATH = "/messages/packs/9/sellers/2"


def _message(number: int) -> dict[str, object]:
    return {
        "id": f"{number:032x}",
        "site_id": "MLB",
        "client_id": 14529,
        "from": {"user_id": 1},
        "to": {"user_id": 2},
        "text": "Hola",
        "message_date": {"received": "d", "available": "d", "notified": "d", "created": "d"},
    }


def _page(*messages: dict[str, object], total: int) -> dict[str, object]:
    return {
        "paging": {"total": total, "offset": 0, "limit": 50},
        "conversation_status": {"path": "/packs/9/sellers/2", "status": "active", "status_date": "d"},
        "messages": list(messages),
        "seller_max_message_length": 350,
        "buyer_max_message_length": 3500,
    }


async def test_writing(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(f"POST {PATH}", _message(1), status=201)

    written = await client.messages.send(9, 2, sender=1, receiver=2, text="Hola")

    assert written.text == "Hola"
    assert marketplace.requests[0].query == [("tag", "post_sale")]
    assert marketplace.requests[0].json == {"from": {"user_id": 1}, "to": {"user_id": 2}, "text": "Hola"}


async def test_reading_without_marking(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(f"GET {PATH}", _page(_message(1), total=1))

    page = await client.messages.conversation(9, 2, mark_as_read=False, offset=10, limit=5)

    assert marketplace.requests[0].query == [
        ("tag", "post_sale"),
        ("mark_as_read", "false"),
        ("offset", "10"),
        ("limit", "5"),
    ]
    assert (page.conversation_status.status, page.messages[0].from_.user_id) == ("active", 1)


async def test_a_whole_conversation_page_after_page(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(f"GET {PATH}", _page(_message(3), _message(2), total=3))
    marketplace.answer(f"GET {PATH}", _page(_message(1), total=3))

    found = [message.id[-1] async for message in client.messages.all_of_conversation(9, 2)]

    assert found == ["3", "2", "1"]
    assert [dict(request.query)["offset"] for request in marketplace.requests] == ["0", "2"]
    assert {dict(request.query)["mark_as_read"] for request in marketplace.requests} == {"true"}


async def test_an_empty_page_ends_it(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(f"GET {PATH}", _page(total=3))

    assert [message async for message in client.messages.all_of_conversation(9, 2)] == []
    assert len(marketplace.requests) == 1


async def test_one_message(marketplace: FakeMarketplace, client: Client) -> None:
    answer = {"paging": None, "conversation_status": None, "messages": [_message(7)]}
    marketplace.answer("GET /messages/fd1d2e37", answer)

    assert (await client.messages.get("fd1d2e37")).id == f"{7:032x}"


async def test_what_waits_to_be_read(marketplace: FakeMarketplace, client: Client) -> None:
    results = [{"resource": "/packs/9/sellers/2", "count": 3}]
    marketplace.answer("GET /messages/unread", {"user_id": 2, "results": results})
    marketplace.answer("GET /messages/unread/packs/9/sellers/2", {"user_id": 2, "results": results})
    marketplace.answer("GET /messages/unread/packs/8/sellers/2", {"user_id": 2, "results": []})

    assert (await client.messages.unread(role="buyer")).results[0].count == 3
    assert await client.messages.unread_of(9, 2) == 3
    assert await client.messages.unread_of(8, 2) == 0
    assert marketplace.requests[0].query == [("role", "buyer"), ("tag", "post_sale")]


async def test_marking_single_messages(marketplace: FakeMarketplace, client: Client) -> None:
    letter = {
        "message_id": "a",
        "date_received": "d",
        "date": "d",
        "date_available": "d",
        "date_read": "r",
        "from": {"user_id": 1},
        "to": [{"user_id": 2}],
        "text": {"plain": "Hola"},
        "site_id": "MLB",
        "resource_id": 9,
    }
    marketplace.answer("PUT /messages/mark_as_read/a,b", [letter])

    marked = await client.messages.mark_as_read(["a", "b"])

    assert [one.date_read for one in marked] == ["r"]


async def test_a_file_and_a_message_that_takes_it_along(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("POST /messages/attachments", {"id": "1_a.pdf"}, status=201)
    marketplace.answer("GET /messages/attachments/1_a.pdf", b"%PDF-1.7")
    marketplace.answer(f"POST {PATH}", _message(1), status=201)

    key = await client.messages.upload('a "b".pdf', b"%PDF-1.7", site_id="MLB")
    await client.messages.send(9, 2, sender=1, receiver=2, text="Hola", attachments=[key])

    sent = marketplace.requests[0]
    kind, _, boundary = sent.headers["Content-Type"].partition("; boundary=")
    assert (kind, sent.query) == ("multipart/form-data", [("site_id", "MLB"), ("tag", "post_sale")])
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a \\"b\\".pdf"\r\n\r\n'
    assert sent.body == f"{head}%PDF-1.7\r\n--{boundary}--\r\n".encode()
    assert marketplace.requests[1].json == {
        "from": {"user_id": 1},
        "to": {"user_id": 2},
        "text": "Hola",
        "attachments": ["1_a.pdf"],
    }
    assert await client.messages.attachment(key, site_id="MLB") == b"%PDF-1.7"
