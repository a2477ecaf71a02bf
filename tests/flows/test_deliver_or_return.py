"""Delivering a reserved vehicle, or giving the reservation back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.flows.people import RESERVATION_BUYER, RESERVATION_SELLER
from tests.flows.world import Callback, Marketplace, Person, sell_car
from zoco.client import BadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    seller: Person
    buyer: Person
    item_id: str
    order_id: int
    payment_id: int


@pytest.fixture
async def reserved(marketplace: Marketplace) -> Reserved:
    """A reservation that has been paid."""
    seller = await marketplace.person(RESERVATION_SELLER)
    buyer = await marketplace.person(RESERVATION_BUYER)
    car = await sell_car(seller, title="Nissan March 1.0", price=25000, reservation_price=499)
    order = await buyer.client.orders.place(item_id=car.id, quantity=1)
    payment = await buyer.client.orders.pay(order.id, payment_method_id="visa")
    return Reserved(seller=seller, buyer=buyer, item_id=car.id, order_id=order.id, payment_id=payment.id)


async def test_money_is_released_after_the_buyer_confirms(reserved: Reserved) -> None:
    seller, buyer = reserved.seller.client, reserved.buyer.client

    report = await seller.orders.give_feedback(reserved.order_id, fulfilled=True, rating="positive")

    assert (report.fulfilled, report.rating, report.role) == (True, "positive", "seller")
    delivered = await seller.orders.get(reserved.order_id)
    assert "delivered" in delivered.tags
    assert "not_delivered" not in delivered.tags
    assert (await seller.collections.get(reserved.payment_id)).released == "no"

    await buyer.orders.give_feedback(reserved.order_id, fulfilled=True, rating="positive")

    assert (await seller.collections.get(reserved.payment_id)).released == "yes"
    assert (await seller.orders.get(reserved.order_id)).fulfilled is True


async def test_a_delivered_vehicle_leaves_the_recent_orders(reserved: Reserved) -> None:
    seller = reserved.seller.client
    await seller.orders.give_feedback(reserved.order_id, fulfilled=True, rating="positive")

    recent = await seller.orders.search(section="recent", seller=reserved.seller.id)
    before_the_buyer = await seller.orders.search(section="archived", seller=reserved.seller.id)
    await reserved.buyer.client.orders.give_feedback(reserved.order_id, fulfilled=True, rating="positive")
    archived = await seller.orders.search(section="archived", seller=reserved.seller.id)

    assert recent.results == []
    assert before_the_buyer.results == []
    assert [order.id for order in archived.results] == [reserved.order_id]


async def test_the_buyer_sees_the_delivery_report_but_not_yet_the_rating(reserved: Reserved) -> None:
    await reserved.seller.client.orders.give_feedback(reserved.order_id, fulfilled=True, rating="positive")

    pair = await reserved.buyer.client.orders.feedback(reserved.order_id)

    assert pair.sale is not None
    assert (pair.sale.fulfilled, pair.sale.rating) == (True, None)
    assert pair.purchase is None


async def test_a_returned_reservation_is_refunded_automatically(reserved: Reserved) -> None:
    seller, buyer = reserved.seller.client, reserved.buyer.client

    await seller.orders.give_feedback(reserved.order_id, fulfilled=False, rating="neutral")

    order = await buyer.orders.get(reserved.order_id)
    assert order.status == "cancelled"
    assert order.status_detail is not None
    assert order.status_detail.code == "reservation_returned"
    payment = await buyer.payments.get(reserved.payment_id)
    assert (payment.status, payment.transaction_amount_refunded) == ("refunded", Decimal(499))
    car = await seller.items.get(reserved.item_id)
    assert (car.status, car.available_quantity, car.sold_quantity) == ("active", 1, 0)


@pytest.mark.parametrize(
    ("fulfilled", "rating"), [(True, "neutral"), (False, "positive"), (False, "negative")]
)
async def test_the_rating_says_what_the_report_says(reserved: Reserved, fulfilled: bool, rating: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await reserved.seller.client.orders.give_feedback(
            reserved.order_id,
            fulfilled=fulfilled,
            rating=rating,  # type: ignore[arg-type]
        )

    assert refused.value.error == "invalid_rating"


async def test_one_report_per_reservation(reserved: Reserved) -> None:
    seller = reserved.seller.client
    await seller.orders.give_feedback(reserved.order_id, fulfilled=True, rating="positive")

    with pytest.raises(BadRequest) as refused:
        await seller.orders.give_feedback(reserved.order_id, fulfilled=True, rating="positive")

    assert refused.value.error == "feedback_already_exists"


async def test_after_the_deadline_nothing_is_given_back_and_the_money_is_released(
    marketplace: Marketplace, reserved: Reserved
) -> None:
    await marketplace.operator.advance("22d")
    seller = (await marketplace.signed_in(reserved.seller.user)).client

    with pytest.raises(BadRequest) as refused:
        await seller.orders.give_feedback(reserved.order_id, fulfilled=False, rating="neutral")

    assert refused.value.error == "not_fulfilled_feedback_in_order_expired"
    assert (await seller.collections.get(reserved.payment_id)).released == "yes"


async def test_the_return_is_notified(
    marketplace: Marketplace, callback: Callback, reserved: Reserved
) -> None:
    await marketplace.deliver()
    await marketplace.application(reserved.seller, callback, "orders,payments,items", reserved.seller)

    await reserved.seller.client.orders.give_feedback(reserved.order_id, fulfilled=False, rating="neutral")
    await marketplace.deliver()

    seller_id = reserved.seller.id
    assert callback.of_topic("orders", user_id=seller_id) == [f"/orders/{reserved.order_id}"]
    assert callback.of_topic("payments", user_id=seller_id) == [f"/collections/{reserved.payment_id}"]
    assert callback.of_topic("items", user_id=seller_id) == [f"/items/{reserved.item_id}"]
