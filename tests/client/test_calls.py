"""What each call sends, and what it makes of the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from tests.client import bodies
from tests.client.fake_marketplace import FakeMarketplace
from zoco.client import Client
from zoco.client.operator import Operator
from zoco.resources.application import ApplicationChange, NewApplication
from zoco.resources.item import Attribute, NewItem
from zoco.resources.order import Order
from zoco.resources.shipping import ReceiverAddress
from zoco.resources.user import NewUser


async def test_fetch_keeps_the_envelope(marketplace: FakeMarketplace, client: Client) -> None:
    body = (
        b'{"id":"731867397","status":"paid","date_created":"d","total_amount":499.90,"currency_id":"BRL",'
        b'"buyer":{"id":"1"},"seller":{"id":2},"not_known_to_us":true}'
    )
    headers = {"ETag": '"7"', "X-Zoco-World": "w1"}
    marketplace.answer("GET /orders/731867397", body, headers=headers)

    answer = await client.fetch("/orders/731867397?attributes=id", Order)

    assert (answer.value.id, answer.value.total_amount, answer.value.buyer.id) == (
        731867397,
        Decimal("499.90"),
        1,
    )
    assert answer.body == body
    assert (answer.status, answer.etag, answer.world) == (200, '"7"', "w1")
    assert answer.date == datetime(2012, 5, 27, 10, 0, tzinfo=UTC)
    assert marketplace.requests[0].query == [("attributes", "id")]


async def test_an_answer_without_etag_and_world(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /orders/1", bodies.order(1))

    answer = await client.fetch("/orders/1", Order)

    assert (answer.etag, answer.world) == (None, None)


async def test_search_sends_the_documents_names(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /orders/search/recent", bodies.page(total=0))

    await client.orders.search(
        section="recent",
        seller=1234,
        status=["paid", "cancelled"],
        date_created_from=datetime(2015, 7, 1, 4, tzinfo=UTC),
        tags="reservation",
        tags_not=["delivered", "pack_order"],
        feedback_sale_fulfilled=True,
        feedback_purchase_fulfilled=False,
        sort="date_desc",
        offset=100,
        limit=10,
    )

    assert marketplace.requests[0].query == [
        ("seller", "1234"),
        ("order.status", "paid,cancelled"),
        ("order.date_created.from", "2015-07-01T00:00:00.000-04:00"),
        ("tags", "reservation"),
        ("tags.not", "delivered,pack_order"),
        ("feedback.sale.fulfilled", "T"),
        ("feedback.purchase.fulfilled", "F"),
        ("sort", "date_desc"),
        ("offset", "100"),
        ("limit", "10"),
    ]


async def test_search_all_walks_the_pages(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /orders/search", bodies.page(bodies.order(1), bodies.order(2), total=3))
    marketplace.answer("GET /orders/search", bodies.page(bodies.order(3), total=4, offset=2))
    marketplace.answer("GET /orders/search", bodies.page(bodies.order(4), total=4, offset=3))

    found = [order.id async for order in client.orders.search_all(seller=2, q="march")]

    assert found == [1, 2, 3, 4]
    assert [dict(request.query)["offset"] for request in marketplace.requests] == ["0", "2", "3"]
    assert {dict(request.query)["q"] for request in marketplace.requests} == {"march"}


async def test_search_all_ends_when_a_page_is_empty(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /orders/search", bodies.page(total=7))

    assert [order.id async for order in client.orders.search_all(buyer=1)] == []
    assert len(marketplace.requests) == 1


async def test_placing_and_paying(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("POST /orders", bodies.order(9), status=201)
    payment = {"id": 5, "currency_id": "BRL", "status": "approved", "transaction_amount": 295}
    marketplace.answer("POST /orders/9/payments", payment, status=201)

    order = await client.orders.place(item_id="MLB1", quantity=2, variation_id=7, idempotency_key="k1")
    paid = await client.orders.pay(
        order.id,
        payment_method_id="visa",
        transaction_amount=Decimal("295.50"),
        installments=3,
        cardholder_name="APRO",
        idempotency_key="k2",
    )

    placing, paying = marketplace.requests
    assert placing.json == {
        "order_items": [{"item_id": "MLB1", "quantity": 2, "variation_id": 7, "item": None}]
    }
    assert placing.headers["X-Idempotency-Key"] == "k1"
    assert b'"transaction_amount":295.50' in paying.body
    assert paying.headers["X-Idempotency-Key"] == "k2"
    assert (paid.id, paid.transaction_amount) == (5, Decimal(295))


async def test_cancelling_and_feedback(marketplace: FakeMarketplace, client: Client) -> None:
    feedback = {"id": 3, "date_created": "d", "fulfilled": False, "rating": "neutral"}
    marketplace.answer("PUT /orders/9", bodies.order(9, status="cancelled"))
    marketplace.answer("POST /orders/9/feedback", feedback, status=201)
    marketplace.answer("GET /orders/9/feedback", {"sale": feedback, "purchase": None})

    cancelled = await client.orders.cancel(9)
    given = await client.orders.give_feedback(9, fulfilled=False, rating="neutral", restock_item=False)
    pair = await client.orders.feedback(9)

    assert cancelled.status == "cancelled"
    assert marketplace.requests[0].json == {"status": "cancelled"}
    sent = marketplace.requests[1].json
    assert isinstance(sent, dict)
    assert (sent["fulfilled"], sent["rating"], sent["restock_item"]) == (False, "neutral", False)
    assert (given.id, pair.sale, pair.purchase) == (3, given, None)


async def test_an_update_sends_only_what_changes(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("PUT /items/MLB1", bodies.item("MLB1", available_quantity=2), headers={"ETag": '"8"'})

    answer = await client.items.update("MLB1", if_match='"7"', available_quantity=2)

    sent = marketplace.requests[0]
    assert sent.body == b'{"available_quantity":2}'
    assert sent.headers["If-Match"] == '"7"'
    assert sent.headers["Content-Type"] == "application/json"
    assert (answer.value.available_quantity, answer.etag) == (2, '"8"')


async def test_an_update_without_condition_names_none(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("PUT /items/MLB1", bodies.item("MLB1"))

    await client.items.update("MLB1", price=Decimal("19.90"))

    assert "If-Match" not in marketplace.requests[0].headers
    assert marketplace.requests[0].body == b'{"price":19.90}'


async def test_publishing_sends_what_was_given(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("POST /items", bodies.item(), status=201)
    price = Attribute(id="RESERVATION_PRICE", value_name="499 BRL")

    await client.items.publish(
        NewItem(
            title="Nissan March",
            category_id="MLB1744",
            price=Decimal(25000),
            currency_id="BRL",
            available_quantity=0,
            buying_mode="classified",
            listing_type_id="gold",
            condition="used",
            sale_terms=[price],
        )
    )

    sent = marketplace.requests[0].json
    assert isinstance(sent, dict)
    assert sent.keys() == {
        "title", "category_id", "price", "currency_id", "available_quantity", "buying_mode",
        "listing_type_id", "condition", "sale_terms", "automatic_relist",
    }  # fmt: skip
    assert (sent["price"], sent["available_quantity"]) == (25000, 0)


async def test_many_items_come_in_calls_of_twenty_and_leave_out_the_missing(
    marketplace: FakeMarketplace, client: Client
) -> None:
    missing = {"code": 404, "body": {"message": "no", "error": "not_found", "status": 404, "cause": []}}
    marketplace.answer("GET /items", [{"code": 200, "body": bodies.item("MLB1")}, missing])
    marketplace.answer("GET /items", [{"code": 200, "body": bodies.item("MLB21")}])

    found = await client.items.many([f"MLB{number}" for number in range(1, 22)])

    assert list(found) == ["MLB1", "MLB21"]
    assert found["MLB21"].id == "MLB21"
    assert [len(dict(request.query)["ids"].split(",")) for request in marketplace.requests] == [20, 1]


async def test_all_listings_of_a_user(marketplace: FakeMarketplace, client: Client) -> None:
    def page(ids: list[str], offset: int) -> dict[str, object]:
        return {"seller_id": "2", "paging": {"total": 3, "offset": offset, "limit": 100}, "results": ids}

    marketplace.answer("GET /users/2/items/search", page(["MLB1", "MLB2"], 0))
    marketplace.answer("GET /users/2/items/search", page(["MLB3"], 2))

    assert [item_id async for item_id in client.items.all_of_user(2, status="active")] == [
        "MLB1",
        "MLB2",
        "MLB3",
    ]
    assert marketplace.requests[1].query == [("offset", "2"), ("limit", "100"), ("status", "active")]


async def test_users_and_revocation(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("GET /users/me", {"id": 2, "nickname": "TETE"})
    marketplace.answer("GET /users/3", {"id": 3, "nickname": "OTRO"})
    answer = {"user_id": 2, "app_id": 14529, "msg": "Autorización eliminada"}
    marketplace.answer("DELETE /users/2/applications/14529", answer)

    assert (await client.users.me()).nickname == "TETE"
    assert (await client.users.get(3)).nickname == "OTRO"
    assert (await client.users.revoke(2, 14529)).msg == "Autorización eliminada"
    assert marketplace.requests[2].body == b""


async def test_reference_data(marketplace: FakeMarketplace, client: Client) -> None:
    site = {"id": "MLA", "name": "Argentina", "country_id": "AR", "default_currency_id": "ARS"}
    marketplace.answer("GET /sites", [{"id": "MLA", "name": "Argentina", "default_currency_id": "ARS"}])
    marketplace.answer("GET /sites/MLA", {**site, "payment_method_ids": ["MLAMP"]})
    marketplace.answer("GET /categories/MLB1744", {"id": "MLB1744", "name": "Carros"})
    method = {"id": "MLAMP", "name": "MercadoPago", "payment_type_id": "account_money"}
    marketplace.answer("GET /payment_methods/MLAMP", method)

    assert [site.id for site in await client.sites.all()] == ["MLA"]
    assert (await client.sites.get("MLA")).payment_method_ids == ["MLAMP"]
    assert (await client.categories.get("MLB1744")).name == "Carros"
    assert (await client.payment_methods.get("MLAMP")).payment_type_id == "account_money"


async def test_payments_and_collections(marketplace: FakeMarketplace, client: Client) -> None:
    payment = {"id": 5, "currency_id": "BRL", "status": "approved", "transaction_amount": "296"}
    page = {"paging": {"total": 1, "offset": 0, "limit": 50}, "results": [payment]}
    party = {"id": 1}
    collection = {
        **payment,
        "date_created": "d",
        "payer": party,
        "collector": party,
        "order_id": 9,
        "net_received_amount": 296,
        "total_paid_amount": 296,
        "released": "yes",
    }
    marketplace.answer("GET /payments/5", payment)
    marketplace.answer("GET /payments", page)
    marketplace.answer("GET /collections/5", collection)

    assert (await client.payments.get(5)).transaction_amount == Decimal(296)
    assert [each.id for each in (await client.payments.mine()).results] == [5]
    assert (await client.collections.get(5)).released == "yes"


async def test_applications(marketplace: FakeMarketplace, client: Client) -> None:
    application = {"id": 14529, "name": "Desk", "secret_key": "shh"}
    marketplace.answer("POST /applications", application, status=201)
    marketplace.answer("PUT /applications/14529", application)

    made = await client.applications.create(
        NewApplication(name="Desk", callback_url="https://desk.example/back")
    )
    await client.applications.change(14529, ApplicationChange(notifications_topics=["orders"]))

    assert made.secret_key == "shh"
    assert marketplace.requests[1].json == {"notifications_topics": ["orders"]}


async def test_the_operator_shows_his_key(marketplace: FakeMarketplace) -> None:
    clock = {"now": "2026-01-01T00:00:00.000Z", "running": True}
    marketplace.answer("POST /operator/users", {"id": 2, "nickname": "TETE", "password": "once"}, status=201)
    marketplace.answer("POST /operator/tokens", bodies.token("APP_USR-1", "TG-1"), status=201)
    payment = {"id": 5, "currency_id": "BRL", "status": "approved", "transaction_amount": 296}
    marketplace.answer("POST /operator/payments/5", payment)
    marketplace.answer("POST /sandbox/clock", clock)
    marketplace.answer("GET /sandbox/clock", clock)

    async with Operator(marketplace.base_url, "the-key") as operator:
        assert (await operator.create_user(NewUser(site_id="MLB"))).password == "once"
        assert (await operator.issue_token(2, app_id=14529)).access_token == "APP_USR-1"
        await operator.payment_word(5, status="approved", status_detail="accredited")
        assert (await operator.advance("12h")).running
        await operator.advance_to(datetime(2026, 1, 1, 12, tzinfo=UTC))
        assert (await operator.clock()).now == "2026-01-01T00:00:00.000Z"

    assert {request.headers["X-Operator-Key"] for request in marketplace.requests} == {"the-key"}
    assert marketplace.requests[1].json == {
        "user_id": 2, "app_id": 14529, "scopes": ["read", "write", "offline_access"],
    }  # fmt: skip
    assert marketplace.requests[2].json == {"status": "approved", "status_detail": "accredited"}
    assert marketplace.requests[3].json == {"advance": "12h"}
    assert marketplace.requests[4].json == {"now": "2026-01-01T12:00:00.000Z"}


async def test_notes(marketplace: FakeMarketplace, client: Client) -> None:
    note = {"id": "ab" * 12, "date_created": "d", "date_last_updated": "d", "note": "test"}
    one = f"/orders/7/notes/{note['id']}"
    marketplace.answer("POST /orders/7/notes", {"note": note}, status=201)
    marketplace.answer("GET /orders/7/notes", [{"results": [note], "order_id": 7}])
    marketplace.answer(f"GET {one}", note)
    marketplace.answer(f"PUT {one}", {"note": {**note, "note": "test2"}})
    marketplace.answer(f"DELETE {one}", {"note": note})

    added = await client.notes.add(7, "test")
    assert await client.notes.of_order(7) == [added]
    assert await client.notes.get(7, added.id) == added
    assert (await client.notes.change(7, added.id, "test2")).note == "test2"
    await client.notes.delete(7, added.id)

    assert [request.json for request in marketplace.requests if request.body] == [
        {"note": "test"},
        {"note": "test2"},
    ]


async def test_black_lists(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("POST /users/2/order_blacklist", {})
    marketplace.answer("GET /users/2/order_blacklist", [{"user": {"id": "7"}}])
    marketplace.answer("DELETE /users/2/order_blacklist/7", {})
    marketplace.answer("GET /users/2/questions_blacklist", [])

    await client.order_blacklist.add(2, 7, reason="Never came")
    await client.order_blacklist.add(2, 7)
    [entry] = await client.order_blacklist.of_user(2, offset=50)
    await client.order_blacklist.remove(2, 7)
    assert await client.questions_blacklist.of_user(2) == []

    assert (entry.user.id, entry.reason) == (7, None)
    assert marketplace.requests[0].json == {"user_id": 7, "reason": "Never came"}
    assert marketplace.requests[1].json == {"user_id": 7}
    assert marketplace.requests[2].query == [("offset", "50"), ("limit", "50")]


async def test_shipping(marketplace: FakeMarketplace, client: Client) -> None:
    shipping = {"status": "shipped", "cost": 15.5, "receiver_address": {"zip_code": "5300"}}
    marketplace.answer("GET /orders/7/shipping", shipping)
    marketplace.answer("PUT /orders/7/shipping", shipping)
    marketplace.answer("POST /operator/orders/7/shipping", shipping)

    seen = await client.orders.shipping(7)
    await client.orders.instruct_shipping(7, receiver_address=ReceiverAddress(zip_code="5300"), comments="")
    async with Operator(marketplace.base_url, "the-key") as operator:
        await operator.carrier_word(7, status="shipped", cost=Decimal("15.5"))

    assert (seen.status, seen.cost) == ("shipped", Decimal("15.5"))
    assert seen.receiver_address == ReceiverAddress(zip_code="5300")
    assert marketplace.requests[1].json == {"receiver_address": {"zip_code": "5300"}, "comments": ""}
    assert marketplace.requests[2].json == {"status": "shipped", "cost": 15.5}


async def test_the_operator_decides(marketplace: FakeMarketplace) -> None:
    marketplace.answer("POST /operator/orders/7/invalidate", bodies.order(7, status="invalid"))
    marketplace.answer("POST /operator/orders/7/settle", bodies.order(7))

    user = {"id": 2, "nickname": "TETE", "status": {"site_status": "deactive"}}
    marketplace.answer("POST /operator/users/2", user)
    marketplace.answer("POST /operator/items/MLB1/review", bodies.item("MLB1", status="closed"))

    async with Operator(marketplace.base_url, "the-key") as operator:
        banned = await operator.change_user(2, site_status="deactive", official_store_ids=[1])
        assert banned.status.site_status == "deactive"
        assert (await operator.review_item("MLB1", status="closed")).status == "closed"
        assert (await operator.invalidate_order(7, reason="A stolen card")).status == "invalid"
        assert (await operator.settle_order(7, to="seller")).status == "paid"

    assert [request.json for request in marketplace.requests] == [
        {"site_status": "deactive", "official_store_ids": [1]},
        {"status": "closed"},
        {"reason": "A stolen card"},
        {"to": "seller"},
    ]
