"""A banned seller's live orders are cancelled, batch by batch (T19)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from tests.marketplace.market import Market
from zoco.domain.items import Item
from zoco.domain.orders import Cause, Order, OrderStatus
from zoco.domain.payments import PaymentStatus
from zoco.domain.refusals import Reason, Refused
from zoco.domain.users import UserChange
from zoco.marketplace import bans, expiry
from zoco.marketplace.expiry import ExpiryLoop
from zoco.storage import orders


async def say(market: Market, site_status: str, *, of: int | None = None) -> None:
    change = UserChange(site_status=site_status)
    user_id = market.seller.user_id if of is None else of
    await market.database.write(lambda tx: bans.change_user(tx, user_id, change, market.now))


async def cancel_some(market: Market, limit: int) -> int:
    return await market.database.write(partial(bans.cancel_orders_of_banned, now=market.now, limit=limit))


async def statuses(market: Market, placed: list[Order]) -> list[str]:
    kept = [await market.order(order) for order in placed]
    return [f"{order.status} {order.cause}" if order.cause else str(order.status) for order in kept]


async def test_every_live_order_ends_and_what_is_over_stays(market: Market) -> None:
    item, car = await market.list_item(available_quantity=9), await market.list_vehicle()
    over, unpaid, paid = [await market.place(item) for _ in range(3)]
    await market.pay(over)
    for who in (market.seller, market.buyer):
        await market.rate(over, by=who, fulfilled=True, message="Todo bien")
    hidden = await market.place(car)
    await market.pay(paid)
    before = await market.order(over)

    await say(market, "deactive")
    assert await market.database.read(expiry.next_due) == market.now
    assert await ExpiryLoop(market.database, market.clock).run_due() == 4

    assert await statuses(market, [over, unpaid, paid, hidden]) == [
        "paid",
        *["cancelled seller_banned"] * 3,
    ]
    assert await market.order(over) == before
    assert (await market.order(paid)).payments[0].status is PaymentStatus.REFUNDED
    assert (await market.item(item)).available_quantity == 8
    assert (await market.item(car)).available_quantity == 1
    assert await cancel_some(market, 100) == 0


async def test_it_goes_on_where_it_stopped(market: Market) -> None:
    item = await market.list_item(available_quantity=9)
    placed = [await market.place(item) for _ in range(5)]
    await say(market, "deactive")

    # As after a crash: each batch is a transaction of its own.
    done = [await cancel_some(market, 2) for _ in range(3)]

    assert done == [2, 2, 1]
    assert await statuses(market, placed) == ["cancelled seller_banned"] * 5
    assert (await market.item(item)).available_quantity == 9
    assert await market.database.read(lambda tx: tx.all("SELECT seller_id FROM bans")) == []


async def test_two_bans_share_a_batch(market: Market) -> None:
    item = await market.list_item(available_quantity=9)
    placed = [await market.place(item) for _ in range(3)]
    await say(market, "deactive", of=market.rival.user_id)
    await say(market, "deactive")

    assert await cancel_some(market, 2) == 2
    assert await cancel_some(market, 2) == 1
    assert await statuses(market, placed) == ["cancelled seller_banned"] * 3


async def test_who_is_let_back_keeps_what_is_left(market: Market) -> None:
    item = await market.list_item(available_quantity=9)
    placed = [await market.place(item) for _ in range(3)]
    await say(market, "deactive")
    await cancel_some(market, 1)

    await say(market, "active")

    assert await cancel_some(market, 100) == 0
    assert await statuses(market, placed) == ["cancelled seller_banned", "confirmed", "confirmed"]
    await market.place(item)
    await say(market, "deactive")
    assert await cancel_some(market, 100) == 3


async def test_expired_deals_are_over_unless_their_money_waits(market: Market) -> None:
    item = await market.list_item(available_quantity=9)
    quiet, disputed = [await market.place(item) for _ in range(2)]
    for order in (quiet, disputed):
        await market.pay(order)
    words = {"message": "No vino", "reason": "SELLER_REGRETS"}
    await market.rate(disputed, by=market.seller, fulfilled=True, message="Entregado")
    await market.rate(disputed, by=market.buyer, fulfilled=False, rating="negative", **words)
    market.clock.advance(timedelta(days=21))
    loop = ExpiryLoop(market.database, market.clock)
    await loop.run_due()

    await say(market, "deactive")

    assert await loop.run_due() == 1
    assert await statuses(market, [quiet, disputed]) == ["paid", "cancelled seller_banned"]


async def test_nobody_buys_of_the_banned_nor_sells_to_them(market: Market) -> None:
    item = await market.list_item()
    await say(market, "deactive", of=market.rival.user_id)
    with pytest.raises(Refused) as refused:
        await market.place(item, by=market.rival)
    assert refused.value.reason is Reason.USER_NOT_ACTIVE

    await say(market, "deactive")
    with pytest.raises(Refused) as refused:
        await market.place(item)
    assert refused.value.reason is Reason.ITEM_NOT_ACTIVE


async def _buy(market: Market, item: Item) -> Order | None:
    try:
        return await market.place(item)
    except Refused:
        return None


@pytest.mark.parametrize("attempt", range(3))
async def test_no_order_slips_through_a_ban(market: Market, attempt: int) -> None:
    item = await market.list_item(available_quantity=50)
    await asyncio.gather(*(market.database.read(lambda tx: tx.one("SELECT 1")) for _ in range(8)))

    async def ban() -> None:
        await say(market, "deactive")
        while await cancel_some(market, 2):
            pass

    bought, *_ = await asyncio.gather(asyncio.gather(*(_buy(market, item) for _ in range(12))), ban())

    placed = [order for order in bought if order is not None]
    assert await statuses(market, placed) == ["cancelled seller_banned"] * len(placed)
    assert (await market.item(item)).available_quantity == 50


@pytest.mark.parametrize("attempt", range(3))
async def test_a_buyer_pays_while_the_seller_is_banned(market: Market, attempt: int) -> None:
    item = await market.list_item(available_quantity=9)
    placed = [await market.place(item) for _ in range(6)]
    await say(market, "deactive")

    outcomes = await asyncio.gather(
        *(market.pay(order) for order in placed),
        cancel_some(market, 4),
        cancel_some(market, 4),
        return_exceptions=True,
    )
    await cancel_some(market, 100)

    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, Refused)
            assert outcome.reason is Reason.ORDER_NOT_PAYABLE
    for order in placed:
        kept = await market.database.read(partial(orders.get, order_id=order.id))
        assert kept is not None
        assert (kept.status, kept.cause) == (OrderStatus.CANCELLED, Cause.SELLER_BANNED)
        assert {payment.status for payment in kept.payments} <= {PaymentStatus.REFUNDED}
    assert (await market.item(item)).available_quantity == 9
