"""Reserving a Nissan March: 499 of 25,000 BRL, and the order as the document prints it."""

from __future__ import annotations

import json
from datetime import datetime

import aiohttp
import pytest

from tests.flows.people import RESERVATION_BUYER, RESERVATION_SELLER
from tests.flows.world import Callback, Marketplace, printed_part, sell_car
from zoco.client import NotFound
from zoco.resources.order import Order
from zoco.resources.user import NewUser

TITLE = "Nissan March MARCH 1.0 S 12V FLEX 4P MANUAL"
PLACED = datetime.fromisoformat("2013-05-27T10:01:50-04:00")
PAID = datetime.fromisoformat("2013-05-27T10:04:07-04:00")


def printed(
    *, order_id: int, item_id: str, buyer_id: int, seller_id: int, payment_id: int
) -> dict[str, object]:
    """The facts of the document's first answer. Ids are numbers and the payment is dated (C-05);
    the category is that of cars.
    """
    return {
        "id": order_id,
        "status": "paid",
        "status_detail": None,
        "date_created": "2013-05-27T10:01:50.000-04:00",
        "date_closed": "2013-05-27T10:04:07.000-04:00",
        "order_items": [
            {
                "item": {
                    "id": item_id,
                    "title": TITLE,
                    "category_id": "MLB1744",
                    "variation_id": None,
                    "variation_attributes": [],
                },
                "quantity": 1,
                "unit_price": 499,
                "full_unit_price": 25000,
                "currency_id": "BRL",
            }
        ],
        "total_amount": 499,
        "currency_id": "BRL",
        "buyer": {
            "id": buyer_id,
            "nickname": "COMPRADORTESTE",
            "email": "b@b.com",
            "phone": {"area_code": "11", "number": "12345678", "extension": None},
            "first_name": "Comprador de testes",
            "last_name": "da Silva",
            "billing_info": {"doc_type": "CPF", "doc_number": "12345678910"},
        },
        "seller": {
            "id": seller_id,
            "nickname": "VENDEDORTESTES",
            "email": "a@a.com",
            "phone": {"area_code": None, "number": "11 12345678", "extension": "11"},
            "first_name": "Vendedor de Testes",
            "last_name": "testes de documentacao",
        },
        "payments": [
            {
                "id": payment_id,
                "transaction_amount": 499,
                "currency_id": "BRL",
                "status": "approved",
                "date_created": "2013-05-27T10:04:07.000-04:00",
                "date_last_modified": "2013-05-27T10:04:07.000-04:00",
            }
        ],
        "feedback": {"purchase": None, "sale": None},
        "shipping": {"status": "to_be_agreed"},
        "tags": ["not_delivered", "paid", "reservation"],
    }


async def test_the_paid_reservation_reads_as_printed(marketplace: Marketplace) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    buyer = await marketplace.person(RESERVATION_BUYER)
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=499)

    await marketplace.operator.advance_to(PLACED)
    order = await buyer.client.orders.place(item_id=car.id, quantity=1)
    await marketplace.operator.advance_to(PAID)
    payment = await buyer.client.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")

    answer = await seller.client.fetch(f"/orders/{order.id}", Order)
    expected = printed(
        order_id=order.id, item_id=car.id, buyer_id=buyer.id, seller_id=seller.id, payment_id=payment.id
    )
    assert printed_part(json.loads(answer.body), expected) == expected
    assert "billing_info" not in json.loads(answer.body)["seller"]
    assert answer.value.expiration_date == "2013-06-17T10:01:50.000-04:00"


async def test_until_it_is_paid_only_the_buyer_knows(marketplace: Marketplace, callback: Callback) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    buyer = await marketplace.person(RESERVATION_BUYER)
    await marketplace.application(seller, callback, "orders,created_orders", seller)
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=499)

    order = await buyer.client.orders.place(item_id=car.id, quantity=1)
    await marketplace.deliver()

    assert (order.status, order.date_closed) == ("payment_required", None)
    assert sorted(order.tags) == ["not_delivered", "not_paid", "reservation"]
    body = json.loads((await buyer.client.fetch(f"/orders/{order.id}", Order)).body)
    assert body["seller"] == {"id": seller.id, "nickname": "VENDEDORTESTES"}
    with pytest.raises(NotFound) as hidden:
        await seller.client.orders.get(order.id)
    assert (hidden.value.error, hidden.value.message) == ("order_not_found", "Order not found.")
    assert (await seller.client.items.get(car.id)).available_quantity == 1
    assert [(told.topic, told.resource) for told in callback.notifications] == [
        ("created_orders", f"/orders/{order.id}")
    ]


async def test_paying_takes_the_car_off_the_air_and_tells_the_seller(
    marketplace: Marketplace, callback: Callback
) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    buyer = await marketplace.person(RESERVATION_BUYER)
    await marketplace.application(seller, callback, "orders,created_orders", seller)
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=499)
    order = await buyer.client.orders.place(item_id=car.id, quantity=1)
    await marketplace.deliver()
    callback.received.clear()

    await buyer.client.orders.pay(order.id, payment_method_id="visa")
    await marketplace.deliver()

    reserved = await seller.client.items.get(car.id)
    assert (reserved.available_quantity, reserved.status, reserved.sub_status) == (
        0,
        "paused",
        ["out_of_stock"],
    )
    assert callback.of_topic("orders", user_id=seller.id) == [f"/orders/{order.id}"]
    assert callback.of_topic("created_orders", user_id=seller.id) == [f"/orders/{order.id}"]


async def test_two_buyers_one_car_the_first_credited_payment_wins(marketplace: Marketplace) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    first = await marketplace.person(RESERVATION_BUYER)
    second = await marketplace.person(NewUser(site_id="MLB", nickname="SEGUNDO"))
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=499)
    early = await first.client.orders.place(item_id=car.id, quantity=1)
    late = await second.client.orders.place(item_id=car.id, quantity=1)

    await second.client.orders.pay(late.id, payment_method_id="visa")
    refunded = await first.client.orders.pay(early.id, payment_method_id="visa")

    assert (await seller.client.orders.get(late.id)).status == "paid"
    lost = await first.client.orders.get(early.id)
    assert (lost.status, lost.date_closed) == ("cancelled", None)
    assert lost.status_detail is not None
    assert lost.status_detail.code == "out_of_stock"
    assert (await first.client.payments.get(refunded.id)).status == "refunded"


async def test_the_token_may_stand_in_the_query_as_in_the_first_document(marketplace: Marketplace) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    buyer = await marketplace.person(RESERVATION_BUYER)
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=499)
    order = await buyer.client.orders.place(item_id=car.id, quantity=1)

    url = f"{marketplace.url}/orders/{order.id}?access_token={buyer.token}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        assert (await response.json())["id"] == order.id
