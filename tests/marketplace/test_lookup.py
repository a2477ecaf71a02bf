"""Orders and payments as each may look at them."""

from __future__ import annotations

import pytest

from tests.marketplace.market import Market
from zoco.domain.order_search import OrderQuery
from zoco.domain.orders import View
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import order_lookup, payments_lookup
from zoco.marketplace.caller import Caller
from zoco.marketplace.views import CollectionView


async def test_each_party_sees_the_order_his_way(market: Market) -> None:
    order = await market.place(await market.list_vehicle())

    hidden = await market.see(order, by=market.buyer)
    await market.pay(order)
    bought = await market.see(order, by=market.buyer)
    sold = await market.see(order, by=market.seller)

    assert (hidden.view, bought.view, sold.view) == (View.BUYER_HIDDEN, View.BUYER, View.SELLER)
    assert (sold.buyer.nickname, sold.seller.nickname) == ("ROSA_CAMPOS", "AUTOS_DO_VALE")


async def test_a_stranger_is_turned_away_and_nothing_is_not_found(market: Market) -> None:
    order = await market.place(await market.list_item())

    with pytest.raises(Refused) as refused:
        await market.see(order, by=market.stranger)
    assert refused.value.reason is Reason.NOT_A_PARTY
    with pytest.raises(Refused) as refused:
        await market.database.read(lambda tx: order_lookup.one_order(tx, market.buyer, 7))
    assert refused.value.reason is Reason.ORDER_NOT_FOUND


async def test_a_search_brings_the_people_along(market: Market) -> None:
    order = await market.place(await market.list_item())
    await market.place(await market.list_vehicle())
    query = OrderQuery(seller_id=market.seller.user_id)

    found = await market.database.read(lambda tx: order_lookup.search(tx, market.seller, query, market.now))

    assert found.total == 1
    assert [(view.order.id, view.buyer.nickname, view.view) for view in found.orders] == [
        (order.id, "ROSA_CAMPOS", View.SELLER)
    ]
    assert found.counts["order.status"]["confirmed"] == 1


async def test_nobody_searches_other_peoples_orders(market: Market) -> None:
    for query in (
        OrderQuery(seller_id=market.seller.user_id),
        OrderQuery(seller_id=market.seller.user_id, buyer_id=market.rival.user_id),
    ):
        with pytest.raises(Refused) as refused:
            await market.database.read(
                lambda tx, query=query: order_lookup.search(tx, market.buyer, query, market.now)
            )
        assert refused.value.reason is Reason.NOT_YOURS


async def test_the_payer_reads_payments_and_the_collector_collections(market: Market) -> None:
    payment = await market.pay(await market.place(await market.list_item()))

    assert (
        await market.database.read(lambda tx: payments_lookup.payment(tx, market.buyer, payment.id))
        == payment
    )
    seen: CollectionView = await market.database.read(
        lambda tx: payments_lookup.collection(tx, market.seller, payment.id)
    )
    assert (seen.payment, seen.payer.nickname, seen.collector.nickname) == (
        payment,
        "ROSA_CAMPOS",
        "AUTOS_DO_VALE",
    )
    own = await market.database.read(
        lambda tx: payments_lookup.payments_of(tx, market.buyer, offset=0, limit=50)
    )
    assert (own.total, own.payments) == (1, [payment])


async def test_refusals_of_reading_a_payment(market: Market) -> None:
    visible = await market.pay(await market.place(await market.list_item()))
    hidden = await market.pay(await market.place(await market.list_vehicle()), holder="CONT")

    async def refusal(caller: Caller, payment_id: int, *, as_collection: bool) -> Reason:
        look = payments_lookup.collection if as_collection else payments_lookup.payment
        with pytest.raises(Refused) as refused:
            await market.database.read(lambda tx: look(tx, caller, payment_id))
        return refused.value.reason

    assert await refusal(market.seller, visible.id, as_collection=False) is Reason.NOT_YOURS
    assert await refusal(market.buyer, visible.id, as_collection=True) is Reason.NOT_YOURS
    assert await refusal(market.stranger, visible.id, as_collection=False) is Reason.NOT_YOURS
    for caller in (market.seller, market.stranger):
        assert await refusal(caller, hidden.id, as_collection=True) is Reason.PAYMENT_NOT_FOUND
    assert await refusal(market.buyer, 7, as_collection=False) is Reason.PAYMENT_NOT_FOUND
