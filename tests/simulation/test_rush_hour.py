"""Everybody at once over HTTP: one process on SQLite, four on one PostgreSQL database; the same promises.

ZOCO_RUSH_SECONDS=60 trades longer.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from tests.conftest import MARKETPLACE_MIGRATIONS
from tests.fresh_databases import FreshDatabases
from tests.simulation.remains import Remains
from tests.simulation.rush_hour import Crowd, Trade, api_processes, car, open_crowd, tool

PROCESSES = {"sqlite": 1, "postgresql": 4}
TRADE_SECONDS = float(os.environ.get("ZOCO_RUSH_SECONDS", "3"))
_BUYERS = 20

# Of each listing: what is there, what orders hold of it.
_STOCK = """
    SELECT id, available_quantity, (SELECT COALESCE(CAST(SUM(quantity) AS BIGINT), 0) FROM orders
        WHERE item_id = items.id AND stock_taken = 1 AND stock_returned = 0) AS held
    FROM items ORDER BY id
"""
# Of each order: what it costs, and what of its buyer's money is with the seller.
_MONEY = """
    SELECT id, status, quantity * unit_price + shipping_cost AS total,
        (SELECT COALESCE(CAST(SUM(transaction_amount - refunded_amount) AS BIGINT), 0) FROM payments
            WHERE order_id = orders.id AND status IN ('approved', 'refunded')) AS paid
    FROM orders
"""


@pytest.fixture
async def database_url(fresh_databases: FreshDatabases) -> AsyncIterator[str]:
    url = await fresh_databases.create(MARKETPLACE_MIGRATIONS)
    yield url
    await fresh_databases.drop(url)


@pytest.fixture
async def crowd(engine: str, database_url: str, tmp_path: Path) -> AsyncIterator[Crowd]:
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(
            api_processes(PROCESSES[engine], tmp_path, "--database-url", database_url)
        )
        yield await open_crowd(stack, urls)


@pytest.mark.timeout(120)
async def test_twenty_buyers_pay_for_the_last_unit_and_then_trade_goes_on(
    crowd: Crowd, database_url: str
) -> None:
    await crowd.grow(_BUYERS)
    await _all_pay_for_the_last_unit(crowd, Remains(marketplace=database_url))
    await _trade(crowd, Remains(marketplace=database_url))


async def _all_pay_for_the_last_unit(crowd: Crowd, remains: Remains) -> None:
    last = await crowd.seller.doors[0].items.publish(car())
    doors = [buyer.doors[number % len(buyer.doors)] for number, buyer in enumerate(crowd.buyers)]
    orders = await asyncio.gather(*(door.orders.place(item_id=last.id, quantity=1) for door in doors))

    payments = await asyncio.gather(
        *(
            door.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")
            for door, order in zip(doors, orders, strict=True)
        )
    )

    assert Counter(payment.status for payment in payments) == {"approved": 1, "refunded": _BUYERS - 1}
    kept = await asyncio.gather(
        *(door.orders.get(order.id) for door, order in zip(doors, orders, strict=True))
    )
    assert Counter(order.status for order in kept) == {"paid": 1, "cancelled": _BUYERS - 1}
    assert [order.paid_amount for order in kept if order.status == "cancelled"] == [0] * (_BUYERS - 1)
    listed = await crowd.seller.doors[0].items.get(last.id)
    assert (listed.available_quantity, listed.sold_quantity) == (0, 1)
    rows = await remains.rows("marketplace", _STOCK)
    assert [(row["available_quantity"], row["held"]) for row in rows] == [(0, 1)]


async def _trade(crowd: Crowd, remains: Remains) -> None:
    seed = secrets.randbelow(1_000_000)
    sys.stdout.write(f"trading with seed {seed}\n")
    publish = crowd.seller.doors[0].items.publish
    trade = Trade(
        crowd=crowd,
        cars=[(await publish(car())).id for _ in range(4)],
        tools=[(await publish(tool(5))).id for _ in range(2)],
        chance=Random(seed),
    )
    initial = dict.fromkeys(trade.cars, 1) | dict.fromkeys(trade.tools, 5)

    trading = [asyncio.create_task(trade.buy(buyer)) for buyer in crowd.buyers[:8]]
    trading.append(asyncio.create_task(trade.restock()))
    done, _ = await asyncio.wait(trading, timeout=TRADE_SECONDS, return_when=asyncio.FIRST_EXCEPTION)
    trade.is_over = True
    await asyncio.gather(*trading)

    assert not done
    assert trade.purchases >= 5
    for row in await remains.rows("marketplace", _STOCK):
        if row["id"] in initial:
            assert row["available_quantity"] >= 0, row
            assert row["available_quantity"] + row["held"] == initial[row["id"]] + trade.added[row["id"]], row
    for row in await remains.rows("marketplace", _MONEY):
        if row["status"] == "paid":
            assert row["paid"] == row["total"], row
        elif row["status"] == "cancelled":
            assert row["paid"] == 0, row
        else:
            assert row["paid"] < row["total"], row
    sys.stdout.write(f"{trade.purchases} purchases, {trade.added.total()} added\n")
