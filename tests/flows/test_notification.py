"""The notification as it is posted, and what counts as having received it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from tests.flows.world import Callback, Marketplace, Person, sell
from zoco.resources.order import Order
from zoco.resources.user import NewUser


async def sale(marketplace: Marketplace, seller: Person) -> Order:
    """Somebody buys something that need not be paid at once: one `orders` notification."""
    buyer = await marketplace.person(NewUser(site_id="MLA"))
    item = await sell(seller, title="Termo de acero", price=840, quantity=5, condition="used")
    return await buyer.client.orders.place(item_id=item.id, quantity=1)


async def test_its_body_holds_the_printed_fields(marketplace: Marketplace, callback: Callback) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    application = await marketplace.application(seller, callback, "orders", seller)
    order = await sale(marketplace, seller)

    await marketplace.deliver()

    assert len(callback.received) == 1
    body = json.loads(callback.received[0])
    assert len(body.pop("_id")) == 24
    assert body == {
        "user_id": seller.id,
        "resource": f"/orders/{order.id}",
        "topic": "orders",
        "received": "2013-05-27T14:00:00.000Z",
        "application_id": application.id,
        "sent": "2013-05-27T14:00:00.000Z",
        "attempts": 0,
    }


async def test_its_resource_leads_to_the_order(marketplace: Marketplace, callback: Callback) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    await marketplace.application(seller, callback, "orders", seller)
    order = await sale(marketplace, seller)
    await marketplace.deliver()

    fetched = await seller.client.fetch(callback.notifications[0].resource, Order)

    assert fetched.value.id == order.id
    assert fetched.value.order_items[0].quantity == 1


async def test_201_is_no_acknowledgement_and_200_is(marketplace: Marketplace, callback: Callback) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    await marketplace.application(seller, callback, "orders", seller)
    callback.status = 201
    await sale(marketplace, seller)
    await marketplace.deliver()

    callback.status = 200
    await marketplace.operator.advance("60s")

    first, second = callback.notifications
    assert (first.attempts, second.attempts) == (0, 1)
    assert first.id == second.id
    assert first.received == second.received
    assert first.sent is not None
    assert second.sent is not None
    waited = datetime.fromisoformat(second.sent) - datetime.fromisoformat(first.sent)
    assert timedelta(seconds=15) <= waited <= timedelta(seconds=18)

    await marketplace.operator.advance("13h")
    assert len(callback.received) == 2


async def test_it_is_retried_for_twelve_hours_and_then_discarded(
    marketplace: Marketplace, callback: Callback
) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    await marketplace.application(seller, callback, "orders", seller)
    callback.status = 500
    await sale(marketplace, seller)
    await marketplace.deliver()

    await marketplace.operator.advance("11h")
    before = len(callback.received)
    await marketplace.operator.advance("1h")
    at_the_end = callback.notifications
    await marketplace.operator.advance("24h")

    assert before >= 9
    assert at_the_end[-1].sent == "2013-05-28T02:00:00.000Z"
    assert len(callback.received) == len(at_the_end)


async def test_who_does_not_subscribe_hears_nothing(marketplace: Marketplace, callback: Callback) -> None:
    seller = await marketplace.person(NewUser(site_id="MLA"))
    await marketplace.application(seller, callback, "questions", seller)
    await sale(marketplace, seller)

    await marketplace.deliver()

    assert callback.received == []
