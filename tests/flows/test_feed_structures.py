"""What the first notifications guide prints as structures: the resources that one fetches (C-19)."""

from __future__ import annotations

import json
from decimal import Decimal

from tests.flows.people import RESERVATION_BUYER, RESERVATION_SELLER
from tests.flows.world import Marketplace, printed_part, sell
from zoco.resources.feedback import FeedbackPair
from zoco.resources.payment import Payment
from zoco.resources.user import NewUser

WATCH = "Casio Ef-527bk-1av Edifice Chronograph Mens Watch Ef527bk"
COMPLAINT = "O usuário deu o lance, mas não efetuou o pagamento."


async def test_the_payment_of_a_watch(marketplace: Marketplace) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    buyer = await marketplace.person(NewUser(site_id="MLA"))
    watch = await sell(seller, title=WATCH, price=840, quantity=1)
    order = await buyer.client.orders.place(item_id=watch.id, quantity=1)
    paid = await buyer.client.orders.pay(order.id, payment_method_id="account_money")

    answer = await buyer.client.fetch(f"/payments/{paid.id}", Payment)

    expected = {
        "site_id": "MLA",
        "date_created": "2013-05-27T10:00:00.000-04:00",
        "date_approved": "2013-05-27T10:00:00.000-04:00",
        "order_id": order.id,
        "date_last_updated": "2013-05-27T10:00:00.000-04:00",
        "collector_id": seller.id,
        "payer_id": buyer.id,
        "reason": WATCH,
        "transaction_amount": 840,
        "currency_id": "ARS",
        "total_paid_amount": 840,
        "shipping_cost": 0,
        "status": "approved",
        "status_detail": "accredited",
        "marketplace": "MELI",
        "operation_type": "regular_payment",
    }
    assert printed_part(json.loads(answer.body), expected) == expected
    assert answer.value.transaction_amount == Decimal(840)


async def test_the_feedback_of_a_disappointed_seller(marketplace: Marketplace) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    buyer = await marketplace.person(RESERVATION_BUYER)
    item = await sell(seller, title="Vestido de festa", price=120, quantity=1, site_id="MLB")
    order = await buyer.client.orders.place(item_id=item.id, quantity=1)
    await buyer.client.orders.pay(order.id, payment_method_id="visa")
    await seller.client.orders.give_feedback(
        order.id, fulfilled=False, rating="negative", reason="THEY_DIDNT_ANSWER", message=COMPLAINT
    )

    answer = await seller.client.fetch(f"/orders/{order.id}/feedback", FeedbackPair)

    expected = {
        "item": {"id": item.id},
        "from": {"id": seller.id},
        "to": {"id": buyer.id},
        "date_created": "2013-05-27T10:00:00.000-04:00",
        "date_last_updated": "2013-05-27T10:00:00.000-04:00",
        "fulfilled": False,
        "reason": "THEY_DIDNT_ANSWER",
        "rating": "negative",
        "status": "active",
        "message": COMPLAINT,
        "reply": None,
        "reply_status": "",
        "reply_date": None,
    }
    assert printed_part(json.loads(answer.body)["sale"], expected) == expected
