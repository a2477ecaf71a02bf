"""Delivered, returned, confirmed: what feedback does, and who reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.marketplace.market import Market
from zoco.domain.items import ItemStatus
from zoco.domain.orders import Cause, Order, OrderStatus
from zoco.domain.payments import PaymentStatus
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import after_sale
from zoco.marketplace.caller import Caller
from zoco.marketplace.views import FeedbackPairView


async def reserved(market: Market) -> Order:
    order = await market.place(await market.list_vehicle())
    await market.pay(order)
    return await market.order(order)


async def feedback_of(market: Market, order: Order, by: Caller) -> FeedbackPairView:
    return await market.database.read(lambda tx: after_sale.feedback_of(tx, by, order.id, market.now))


async def test_money_goes_to_the_seller_when_both_say_that_it_was_delivered(market: Market) -> None:
    order = await reserved(market)

    given = await market.rate(order, by=market.seller, fulfilled=True)
    assert (given.author.id, given.receiver.id) == (market.seller.user_id, market.buyer.user_id)
    delivered = await market.order(order)
    assert (delivered.delivered, delivered.payments[0].date_released) == (True, None)

    await market.rate(order, by=market.buyer, fulfilled=True)
    assert (await market.order(order)).payments[0].date_released == market.now


async def test_a_returned_reservation_gives_money_and_car_back(market: Market) -> None:
    car = await market.list_vehicle()
    order = await market.place(car)
    await market.pay(order)

    await market.rate(order, by=market.seller, fulfilled=False)

    kept = await market.order(order)
    assert (kept.status, kept.cause) == (OrderStatus.CANCELLED, Cause.RESERVATION_RETURNED)
    assert kept.payments[0].status is PaymentStatus.REFUNDED
    listed = await market.item(car)
    assert (listed.available_quantity, listed.status) == (1, ItemStatus.ACTIVE)


async def test_a_car_that_is_not_to_be_restocked_stays_off_the_air(market: Market) -> None:
    car = await market.list_vehicle()
    order = await market.place(car)
    await market.pay(order)

    await market.rate(order, by=market.seller, fulfilled=False, restock_item=False)

    assert (await market.item(car)).available_quantity == 0


async def test_the_buyer_reads_at_once_whether_it_was_delivered_and_later_the_rest(market: Market) -> None:
    order = await reserved(market)
    await market.rate(order, by=market.seller, fulfilled=True)

    own = await feedback_of(market, order, market.seller)
    early = await feedback_of(market, order, market.buyer)
    market.clock.advance(timedelta(days=21))
    late = await feedback_of(market, order, market.buyer)

    partly = [seen.sale.fulfilled_only if seen.sale else None for seen in (own, early, late)]
    assert partly == [False, True, False]
    assert early.purchase is None


async def test_what_the_buyer_of_another_order_says_is_hidden_until_both_have_spoken(market: Market) -> None:
    order = await market.place(await market.list_item())
    await market.rate(order, by=market.buyer, fulfilled=True, message="Todo bien")

    before = await feedback_of(market, order, market.seller)
    await market.rate(order, by=market.seller, fulfilled=True, message="Gracias")
    after = await feedback_of(market, order, market.seller)

    assert before.purchase is None
    assert after.purchase is not None
    assert after.purchase.feedback.message == "Todo bien"


async def test_strangers_neither_rate_nor_read(market: Market) -> None:
    order = await reserved(market)

    for attempt in (
        lambda: market.rate(order, by=market.stranger, fulfilled=True),
        lambda: feedback_of(market, order, market.stranger),
    ):
        with pytest.raises(Refused) as refused:
            await attempt()
        assert refused.value.reason is Reason.NOT_A_PARTY


async def test_a_second_feedback_changes_nothing(market: Market) -> None:
    order = await reserved(market)
    await market.rate(order, by=market.seller, fulfilled=True)
    before = await market.order(order)

    with pytest.raises(Refused) as refused:
        await market.rate(order, by=market.seller, fulfilled=False)

    assert refused.value.reason is Reason.FEEDBACK_ALREADY_EXISTS
    assert await market.order(order) == before
