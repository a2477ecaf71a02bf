"""An order of 591 BRL paid with two cards: 296, and 295 financed to 315.62."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.flows.people import TWO_CARDS_BUYER, TWO_CARDS_SELLER
from tests.flows.world import Marketplace, printed_part, sell_car
from zoco.client import NotFound
from zoco.resources.order import Order

TITLE = "Item De Testeo, Por Favor No Ofertar --kc:off"
PLACED = datetime.fromisoformat("2014-10-26T22:46:18-04:00")
FIRST_CARD = datetime.fromisoformat("2014-10-26T22:48:46-04:00")
SECOND_CARD = datetime.fromisoformat("2014-10-26T22:50:10-04:00")


@pytest.fixture
def start() -> datetime:
    return datetime(2014, 10, 27, 2, 40, tzinfo=UTC)


PHONES = {
    "phone": {"area_code": "01", "extension": None, "number": "1111-1111"},
    "alternative_phone": {"area_code": None, "extension": None, "number": ""},
}


def printed_payment(**differing: object) -> dict[str, object]:
    return {
        "activation_uri": None,
        "atm_transfer_reference": {"company_id": None, "transaction_id": None},
        "available_actions": [],
        "card_id": None,
        "coupon_amount": 0,
        "coupon_id": None,
        "currency_id": "BRL",
        "issuer_id": "25",
        "operation_type": "regular_payment",
        "overpaid_amount": 0,
        "payment_method_id": "visa",
        "payment_type": "credit_card",
        "reason": TITLE,
        "shipping_cost": 0,
        "site_id": "MLB",
        "status": "approved",
        "status_code": None,
        "status_detail": "accredited",
        **differing,
    }


def printed_payments(payment_ids: tuple[int, int], **parties: object) -> list[dict[str, object]]:
    """A payment that is approved at once changes no more after it is made."""
    return [
        printed_payment(
            **parties,
            id=payment_ids[0],
            installments=1,
            date_created="2014-10-26T22:48:46.000-04:00",
            date_last_modified="2014-10-26T22:48:46.000-04:00",
            total_paid_amount=296,
            transaction_amount=296,
        ),
        printed_payment(
            **parties,
            id=payment_ids[1],
            installments=3,
            date_created="2014-10-26T22:50:10.000-04:00",
            date_last_modified="2014-10-26T22:50:10.000-04:00",
            total_paid_amount=315.62,
            transaction_amount=295,
        ),
    ]


def printed(
    *, order_id: int, item_id: str, buyer_id: int, seller_id: int, payments: list[dict[str, object]]
) -> dict[str, object]:
    """The facts of the document's second answer. The order is closed when it is paid (C-04), and it is a
    reservation and says so (C-33).
    """
    return {
        "buyer": {
            **PHONES,
            "billing_info": {"doc_number": "67045427794", "doc_type": "CPF"},
            "email": "test_user_21963158@testuser.com",
            "first_name": "Test",
            "id": buyer_id,
            "last_name": "Test",
            "nickname": "TETE2022123",
        },
        "coupon": {"amount": 0, "id": None},
        "currency_id": "BRL",
        "date_closed": "2014-10-26T22:50:10.000-04:00",
        "date_created": "2014-10-26T22:46:18.000-04:00",
        "feedback": {"purchase": None, "sale": None},
        "id": order_id,
        "last_updated": "2014-10-26T22:50:10.000-04:00",
        "mediations": [],
        "order_items": [
            {
                "currency_id": "BRL",
                "item": {
                    "id": item_id,
                    "title": TITLE,
                    "category_id": "MLB1744",
                    "variation_attributes": [],
                    "variation_id": None,
                },
                "quantity": 1,
                "unit_price": 591,
                "full_unit_price": 25000,
            }
        ],
        "paid_amount": 591,
        "payments": payments,
        "seller": {
            **PHONES,
            "email": "test_user_70385259@testuser.com",
            "first_name": "Test",
            "id": seller_id,
            "last_name": "Test",
            "nickname": "TETE6072468",
        },
        "shipping": {"status": "to_be_agreed"},
        "status": "paid",
        "status_detail": None,
        "tags": ["not_delivered", "paid", "reservation"],
        "total_amount": 591,
        "total_amount_with_shipping": 591,
    }


async def test_two_cards_pay_one_order(marketplace: Marketplace) -> None:
    seller = await marketplace.person(TWO_CARDS_SELLER)
    buyer = await marketplace.person(TWO_CARDS_BUYER)
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=591)
    orders = buyer.client.orders

    await marketplace.operator.advance_to(PLACED)
    order = await orders.place(item_id=car.id, quantity=1)
    await marketplace.operator.advance_to(FIRST_CARD)
    first = await orders.pay(
        order.id, payment_method_id="visa", transaction_amount=Decimal(296), issuer_id="25"
    )

    assert (await orders.get(order.id)).status == "partially_paid"
    with pytest.raises(NotFound):
        await seller.client.orders.get(order.id)

    await marketplace.operator.advance_to(SECOND_CARD)
    second = await orders.pay(order.id, payment_method_id="visa", installments=3, issuer_id="25")

    answer = await seller.client.fetch(f"/orders/{order.id}", Order)
    expected = printed(
        order_id=order.id,
        item_id=car.id,
        buyer_id=buyer.id,
        seller_id=seller.id,
        payments=printed_payments(
            (first.id, second.id), order_id=order.id, payer_id=buyer.id, collector={"id": seller.id}
        ),
    )
    assert printed_part(json.loads(answer.body), expected) == expected


async def test_a_card_at_its_limit_is_rejected_and_the_second_one_pays(marketplace: Marketplace) -> None:
    seller = await marketplace.person(TWO_CARDS_SELLER)
    buyer = await marketplace.person(TWO_CARDS_BUYER)
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=591)
    order = await buyer.client.orders.place(item_id=car.id, quantity=1)

    rejected = await buyer.client.orders.pay(order.id, payment_method_id="visa", cardholder_name="FUND")
    waiting = await buyer.client.orders.get(order.id)
    await buyer.client.orders.pay(order.id, payment_method_id="master", cardholder_name="APRO")

    assert (rejected.status, rejected.status_detail) == ("rejected", "cc_rejected_insufficient_amount")
    assert waiting.status == "payment_required"
    paid = await seller.client.orders.get(order.id)
    assert (paid.status, paid.paid_amount) == ("paid", Decimal(591))
    assert [payment.status for payment in paid.payments] == ["rejected", "approved"]


async def test_the_buyer_reads_the_payment_and_the_seller_the_collection(marketplace: Marketplace) -> None:
    seller = await marketplace.person(TWO_CARDS_SELLER)
    buyer = await marketplace.person(TWO_CARDS_BUYER)
    car = await sell_car(seller, title=TITLE, price=25000, reservation_price=591)
    order = await buyer.client.orders.place(item_id=car.id, quantity=1)
    first = await buyer.client.orders.pay(order.id, payment_method_id="visa", transaction_amount=Decimal(296))
    second = await buyer.client.orders.pay(order.id, payment_method_id="visa", installments=3)

    page = await buyer.client.payments.mine()
    collection = await seller.client.collections.get(second.id)

    assert [payment.id for payment in page.results] == [second.id, first.id]
    assert (await buyer.client.payments.get(first.id)).total_paid_amount == Decimal(296)
    assert (collection.order_id, collection.total_paid_amount) == (order.id, Decimal("315.62"))
    assert (collection.payer.id, collection.collector.id) == (buyer.id, seller.id)
    assert collection.released == "no"
