"""Who hears of what (contract 17.7), recorded with the fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.marketplace.market import Market, Notice
from zoco.domain.events import Event, FeedbackNews, ItemNews, OrderNews, PaymentNews, ShippingNews, Stage
from zoco.domain.refusals import Refused
from zoco.notifications import feed

TOPICS = ("created_orders", "orders", "orders_v2", "payments", "items", "orders_feedback", "shipments")


async def record(market: Market, *events: Event) -> int:
    return await market.database.write(lambda tx: feed.record(tx, events, market.now))


def order_news(market: Market, stage: Stage) -> OrderNews:
    return OrderNews(order_id=5, seller_id=market.seller.user_id, buyer_id=market.buyer.user_id, stage=stage)


def heard(notices: Sequence[Notice], market: Market) -> list[tuple[str, str, str]]:
    names = {market.seller.user_id: "S", market.buyer.user_id: "B"}
    return [(names[notice.user_id], notice.topic, notice.resource) for notice in notices]


async def test_the_table_of_events_and_topics(market: Market) -> None:
    await market.subscribe(*TOPICS)
    seller_id, buyer_id = market.seller.user_id, market.buyer.user_id
    order = "/orders/5"

    for event, expected in (
        (order_news(market, Stage.HIDDEN), [("S", "created_orders", order), ("B", "created_orders", order)]),
        (
            order_news(market, Stage.BECAME_VISIBLE),
            [
                ("S", "created_orders", order),
                ("B", "created_orders", order),
                ("S", "orders", order),
                ("B", "orders", order),
                ("S", "orders_v2", order),
                ("B", "orders_v2", order),
            ],
        ),
        (
            order_news(market, Stage.VISIBLE),
            [
                ("S", "orders", order),
                ("B", "orders", order),
                ("S", "orders_v2", order),
                ("B", "orders_v2", order),
            ],
        ),
        (PaymentNews(9, buyer_id=buyer_id, seller_id=None), [("B", "payments", "/payments/9")]),
        (
            PaymentNews(9, buyer_id=buyer_id, seller_id=seller_id),
            [("S", "payments", "/collections/9"), ("B", "payments", "/payments/9")],
        ),
        (ItemNews("MLA1", seller_id), [("S", "items", "/items/MLA1")]),
        (
            FeedbackNews(5, seller_id, buyer_id),
            [
                ("S", "orders_feedback", "/orders/5/feedback"),
                ("B", "orders_feedback", "/orders/5/feedback"),
            ],
        ),
        (
            ShippingNews(5, buyer_id=buyer_id, seller_id=seller_id),
            [("S", "shipments", "/orders/5/shipping"), ("B", "shipments", "/orders/5/shipping")],
        ),
        (
            ShippingNews(5, buyer_id=buyer_id, seller_id=None),
            [("B", "shipments", "/orders/5/shipping")],
        ),
    ):
        assert await record(market, event) == len(expected)
        assert heard(await market.notices(), market) == expected
        await market.forget_notices()


async def test_no_subscription_no_message(market: Market) -> None:
    await market.subscribe("items")

    assert await record(market, order_news(market, Stage.VISIBLE)) == 0


async def test_no_grant_no_message(market: Market) -> None:
    await market.subscribe("items")

    assert await record(market, ItemNews("MLA1", market.stranger.user_id)) == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE applications SET active = 0",
        "UPDATE applications SET notifications_callback_url = NULL",
    ],
)
async def test_who_cannot_be_told_is_not_told(market: Market, change: str) -> None:
    await market.subscribe("items")
    await market.database.write(lambda tx: tx.run(change))

    assert await record(market, ItemNews("MLA1", market.seller.user_id)) == 0


async def test_a_row_is_due_at_once_and_has_an_id_of_its_own(market: Market) -> None:
    await market.subscribe("items")
    await record(market, *(ItemNews("MLA1", market.seller.user_id) for _ in range(2)))

    rows: Sequence[Any] = await market.database.read(
        lambda tx: tx.all("SELECT * FROM notifications ORDER BY seq")
    )
    assert len({row["id"] for row in rows}) == 2
    assert all(len(row["id"]) == 24 for row in rows)
    received = 1_772_452_800_000_000
    assert [
        (row["application_id"], row["received"], row["next_attempt"], row["attempts"], row["state"])
        for row in rows
    ] == [(market.application.id, received, received, 0, "pending")] * 2


async def test_a_refusal_tells_nobody(market: Market) -> None:
    await market.subscribe(*TOPICS)
    order = await market.place(await market.list_item())
    await market.forget_notices()

    with pytest.raises(Refused):
        await market.pay(order, by=market.seller)

    assert await market.notices() == []


async def test_the_news_of_a_paid_reservation(market: Market) -> None:
    await market.subscribe("created_orders", "orders", "payments", "items")
    car = await market.list_vehicle()
    order = await market.place(car)
    order_resource = f"/orders/{order.id}"
    assert heard(await market.notices(), market) == [
        ("S", "created_orders", order_resource),
        ("B", "created_orders", order_resource),
    ]
    await market.forget_notices()

    payment = await market.pay(order)

    assert sorted(heard(await market.notices(), market)) == sorted(
        [
            ("S", "created_orders", order_resource),
            ("B", "created_orders", order_resource),
            ("S", "orders", order_resource),
            ("B", "orders", order_resource),
            ("S", "payments", f"/collections/{payment.id}"),
            ("B", "payments", f"/payments/{payment.id}"),
            ("S", "items", f"/items/{car.id}"),
        ]
    )
