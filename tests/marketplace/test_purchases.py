"""Placing, paying and cancelling, as it ends up in the database."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.builders import a_variation
from tests.marketplace.market import Market
from zoco.domain.items import ItemStatus
from zoco.domain.orders import Cause, OrderStatus, View
from zoco.domain.payments import PaymentStatus
from zoco.domain.refusals import Reason, Refused


async def test_an_order_outside_the_mandatory_flow_is_confirmed_and_takes_stock(market: Market) -> None:
    item = await market.list_item(available_quantity=3)

    order = await market.place(item, quantity=2)

    kept = await market.order(order)
    assert kept == order
    assert kept.status is OrderStatus.CONFIRMED
    assert kept.date_closed == market.now
    assert kept.application_id == market.application.id
    listed = await market.item(item)
    assert (listed.available_quantity, listed.sold_quantity, listed.version) == (1, 2, 2)


async def test_a_reservation_waits_for_its_payment_without_taking_stock(market: Market) -> None:
    car = await market.list_vehicle()

    order = await market.place(car)

    assert (await market.order(order)).status is OrderStatus.PAYMENT_REQUIRED
    assert await market.item(car) == car


async def test_a_paid_reservation_is_visible_and_takes_the_car_off_the_air(market: Market) -> None:
    car = await market.list_vehicle()
    order = await market.place(car)

    payment = await market.pay(order)

    assert payment.status is PaymentStatus.APPROVED
    assert payment.transaction_amount.amount == Decimal(499)
    kept = await market.order(order)
    assert (kept.status, kept.date_closed, kept.payments) == (OrderStatus.PAID, market.now, (payment,))
    listed = await market.item(car)
    assert (listed.available_quantity, listed.status) == (0, ItemStatus.PAUSED)
    assert listed.sub_status == ("out_of_stock",)


async def test_a_second_card_completes_a_partial_payment(market: Market) -> None:
    car = await market.list_vehicle()
    order = await market.place(car)

    first = await market.pay(order, amount=Decimal(299))
    assert (await market.order(order)).status is OrderStatus.PARTIALLY_PAID
    second = await market.pay(order, installments=3)

    kept = await market.order(order)
    assert kept.status is OrderStatus.PAID
    assert kept.payments == (first, second)
    assert second.transaction_amount.amount == Decimal(200)
    assert second.total_paid_amount.amount == Decimal("213.98")


async def test_whoever_pays_second_for_the_last_unit_gets_his_money_back(market: Market) -> None:
    car = await market.list_vehicle()
    slow, quick = await market.place(car), await market.place(car, by=market.rival)
    await market.pay(quick, by=market.rival)

    payment = await market.pay(slow)

    assert payment.status is PaymentStatus.REFUNDED
    kept = await market.order(slow)
    assert (kept.status, kept.cause, kept.date_closed) == (OrderStatus.CANCELLED, Cause.OUT_OF_STOCK, None)
    assert (await market.item(car)).available_quantity == 0


async def test_stock_is_taken_from_the_variation(market: Market) -> None:
    red, blue = a_variation(), a_variation(id=10000000002)
    item = await market.list_item(available_quantity=4, initial_quantity=4, variations=(red, blue))

    await market.place(item, quantity=2, variation_id=blue.id)

    listed = await market.item(item)
    assert listed.variations == (red, replace(blue, available_quantity=0, sold_quantity=2))
    assert listed.available_quantity == 2


async def test_a_provider_credits_a_waiting_payment(market: Market) -> None:
    car = await market.list_vehicle()
    order = await market.place(car)
    waiting = await market.pay(order, holder="CONT")
    assert (await market.order(order)).status is OrderStatus.PAYMENT_IN_PROCESS

    credited = await market.provider_says(waiting, "approved")

    assert credited.date_approved == market.now
    assert (await market.order(order)).status is OrderStatus.PAID


async def test_the_same_credit_told_twice_counts_once(market: Market) -> None:
    item = await market.list_vehicle(available_quantity=5, initial_quantity=5)
    order = await market.place(item)
    waiting = await market.pay(order, holder="CONT")
    await market.provider_says(waiting, "approved")
    before = await market.order(order)
    await market.subscribe("orders", "payments", "items")

    await market.provider_says(waiting, "approved")

    assert await market.order(order) == before
    assert (await market.item(item)).available_quantity == 4
    assert await market.notices() == []


async def test_a_charge_back_ends_the_order_and_returns_the_stock(market: Market) -> None:
    car = await market.list_vehicle()
    order = await market.place(car)
    payment = await market.pay(order)

    await market.provider_says(payment, "charged_back")

    kept = await market.order(order)
    assert (kept.status, kept.cause) == (OrderStatus.CANCELLED, Cause.PAYMENT_REFUNDED)
    listed = await market.item(car)
    assert (listed.available_quantity, listed.status) == (1, ItemStatus.ACTIVE)


async def test_a_cancelled_order_gives_its_stock_back(market: Market) -> None:
    item = await market.list_item(available_quantity=3)
    order = await market.place(item, quantity=3)
    assert (await market.item(item)).status is ItemStatus.PAUSED

    seen = await market.cancel(order, by=market.seller)

    assert (seen.order.cause, seen.view) == (Cause.SELLER_CANCELLED, View.SELLER)
    listed = await market.item(item)
    assert (listed.available_quantity, listed.sold_quantity, listed.status) == (3, 0, ItemStatus.ACTIVE)


async def test_refusals_of_placing(market: Market) -> None:
    item = await market.list_item()
    await market.block(buyer=market.rival)

    for caller, item_id, reason in (
        (market.buyer, "MLA1", Reason.ITEM_NOT_FOUND),
        (market.seller, item.id, Reason.OWN_ITEM),
        (market.rival, item.id, Reason.BUYER_BLOCKED),
    ):
        with pytest.raises(Refused) as refused:
            await market.place(replace(item, id=item_id), by=caller)
        assert refused.value.reason is reason
    assert await market.item(item) == item


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("seller", Reason.ORDER_NOT_FOUND),
        ("stranger", Reason.ORDER_NOT_FOUND),
    ],
)
async def test_nobody_but_its_buyer_knows_of_a_hidden_order(market: Market, who: str, reason: Reason) -> None:
    order = await market.place(await market.list_vehicle())
    caller = getattr(market, who)

    for attempt in (
        lambda: market.pay(order, by=caller),
        lambda: market.cancel(order, by=caller),
        lambda: market.see(order, by=caller),
        lambda: market.rate(order, by=caller, fulfilled=True),
    ):
        with pytest.raises(Refused) as refused:
            await attempt()
        assert refused.value.reason is reason


async def test_only_the_buyer_pays_and_strangers_stay_out(market: Market) -> None:
    order = await market.place(await market.list_item())

    for caller, reason in ((market.seller, Reason.NOT_YOURS), (market.stranger, Reason.NOT_A_PARTY)):
        with pytest.raises(Refused) as refused:
            await market.pay(order, by=caller)
        assert refused.value.reason is reason


async def test_amounts_are_refused_when_finer_than_the_currency_or_more_than_owed(market: Market) -> None:
    order = await market.place(await market.list_item())

    for amount, reason in (
        (Decimal("10.001"), Reason.AMOUNT_TOO_FINE),
        (Decimal(1001), Reason.INVALID_TRANSACTION_AMOUNT),
        (Decimal(0), Reason.INVALID_TRANSACTION_AMOUNT),
    ):
        with pytest.raises(Refused) as refused:
            await market.pay(order, amount=amount)
        assert refused.value.reason is reason
    assert (await market.order(order)).payments == ()


async def test_words_of_the_provider_about_nothing_are_refused(market: Market) -> None:
    payment = await market.pay(await market.place(await market.list_item()))

    for known, status, reason in (
        (replace(payment, id=1), "refunded", Reason.PAYMENT_NOT_FOUND),
        (payment, "lost", Reason.INVALID_FIELD),
        (payment, "pending", Reason.ILLEGAL_PAYMENT_CHANGE),
    ):
        with pytest.raises(Refused) as refused:
            await market.provider_says(known, status)
        assert refused.value.reason is reason
