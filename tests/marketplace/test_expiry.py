"""Time passes: unpaid orders, ended deals, ended listings."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.marketplace.market import Market, Notice
from zoco.clock import SandboxClock
from zoco.domain.items import ItemStatus
from zoco.domain.orders import Cause, OrderStatus
from zoco.domain.payments import PaymentStatus
from zoco.marketplace import expiry
from zoco.marketplace.expiry import ExpiryLoop


async def test_an_order_not_paid_in_time_is_cancelled_and_what_was_paid_goes_back(market: Market) -> None:
    order = await market.place(await market.list_vehicle())
    await market.pay(order, amount=order.total.amount - 1)
    loop = ExpiryLoop(market.database, market.clock)
    deadline = market.now + timedelta(hours=72)
    assert await market.database.read(expiry.next_due) == deadline

    market.clock.advance(timedelta(hours=72) - timedelta(microseconds=1))
    assert await loop.run_due() == 0
    market.clock.advance(timedelta(microseconds=1))
    assert await loop.run_due() == 1

    kept = await market.order(order)
    assert (kept.status, kept.cause) == (OrderStatus.CANCELLED, Cause.PAYMENT_EXPIRED)
    assert kept.payments[0].status is PaymentStatus.REFUNDED
    assert await loop.run_due() == 0


async def test_a_deal_that_ends_without_a_word_pays_the_seller(market: Market) -> None:
    order = await market.place(await market.list_vehicle())
    await market.pay(order)
    await market.subscribe("payments")
    market.clock.advance(timedelta(days=21))

    await ExpiryLoop(market.database, market.clock).run_due()

    kept = await market.order(order)
    assert (kept.status, kept.expired) == (OrderStatus.PAID, True)
    payment = kept.payments[0]
    assert payment.date_released == market.now
    assert await market.notices() == [Notice(market.seller.user_id, "payments", f"/collections/{payment.id}")]


async def test_a_contradiction_holds_the_money_and_is_not_looked_at_again(market: Market) -> None:
    order = await market.place(await market.list_vehicle())
    await market.pay(order)
    await market.rate(order, by=market.seller, fulfilled=True)
    await market.rate(order, by=market.buyer, fulfilled=False)
    market.clock.advance(timedelta(days=21))
    loop = ExpiryLoop(market.database, market.clock)

    assert await loop.run_due() == 1

    assert (await market.order(order)).payments[0].date_released is None
    assert await loop.run_due() == 0


async def test_a_listing_ends_after_sixty_days(market: Market) -> None:
    item = await market.list_item()
    await market.subscribe("items")
    market.clock.advance(item.stop_time - market.now)

    await ExpiryLoop(market.database, market.clock).run_due()

    listed = await market.item(item)
    assert (listed.status, listed.sub_status) == (ItemStatus.CLOSED, ("expired",))
    assert await market.notices() == [Notice(market.seller.user_id, "items", f"/items/{item.id}")]
    assert await market.database.read(expiry.next_due) is None


async def test_more_than_a_batch_is_worked_off(market: Market) -> None:
    for number in range(expiry.BATCH + 1):
        await market.list_item(id=f"MLA{number}")
    market.clock.advance(timedelta(days=60))

    assert await ExpiryLoop(market.database, market.clock).run_due() == expiry.BATCH + 1


async def test_the_loop_wakes_when_the_clock_is_moved(market: Market) -> None:
    item = await market.list_item()
    sandbox = SandboxClock(market.clock)
    ended = asyncio.Event()
    market.database.on_signal("feed", ended.set)
    await market.subscribe("items")
    ended.clear()
    loop = ExpiryLoop(market.database, sandbox)
    running = asyncio.create_task(loop.run())

    sandbox.advance_to(item.stop_time)
    async with asyncio.timeout(10):
        await ended.wait()
    loop.stop()
    await running

    assert (await market.item(item)).status is ItemStatus.CLOSED


async def test_what_nobody_can_use_is_forgotten(market: Market) -> None:
    await market.token_for(market.seller)
    market.clock.advance(timedelta(days=180))

    await market.database.write(lambda tx: expiry.forget_the_expired(tx, market.now))

    for table in ("access_tokens", "refresh_tokens"):
        rows = await market.database.read(lambda tx, table=table: tx.all(f"SELECT * FROM {table}"))
        assert len(rows) == 0
