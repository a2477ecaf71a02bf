"""A sale in one store until the other store's listing is written, by the desk's own measurement.

Both programs in one process, as `zoco up` runs them; so are the buyers, who come at a steady pace.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from benchmarks import people
from benchmarks.measuring import free_port
from benchmarks.served import OPERATOR_KEY

from zoco.cli.observing import observing
from zoco.cli.parts import OpenDesk, open_desk, open_marketplace
from zoco.cli.serving import bind, running, serving
from zoco.client import Client
from zoco.client.operator import Operator
from zoco.database.transaction import Database, Transaction
from zoco.desk import products, stores
from zoco.desk.desk import Desk
from zoco.desk.records import people as desk_people
from zoco.desk.records.stock_views import sync_latencies
from zoco.settings import Settings

_SALES = 100
_SALES_A_SECOND = 20
_WAIT_SECONDS_MAX = 60


async def measure() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        settings = Settings(
            port=free_port(),
            desk_port=free_port(),
            data=folder,
            operator_key=OPERATOR_KEY,
            log="errors",
        )
        async with _both_programs(settings) as opened:
            buyer_token, item_id = await _two_stores(settings, opened.desk)
            await _sell(settings, buyer_token, item_id)
            await _until(opened.desk.database, _SALES, _pushed)
            (latency,) = await opened.desk.database.read(sync_latencies)
    print(f"\nsale in one store to the other store written, {_SALES_A_SECOND} sales/s on an open desk")
    print(f"{'sales':>8}{'p50 ms':>9}{'p99 ms':>9}")
    p50_ms, p99_ms = (each.total_seconds() * 1000 for each in (latency.median, latency.p99))
    print(f"{latency.sales:>8}{p50_ms:>9.0f}{p99_ms:>9.0f}")


@asynccontextmanager
async def _both_programs(settings: Settings) -> AsyncIterator[OpenDesk]:
    async with AsyncExitStack() as stack:
        watch = await stack.enter_async_context(observing(settings))
        marketplace = await stack.enter_async_context(open_marketplace(settings, watch))
        opened = await stack.enter_async_context(open_desk(settings, watch))
        for app, port in ((marketplace.app, settings.port), (opened.app, settings.desk_port)):
            await stack.enter_async_context(serving(app, bind(settings.host, port, "a benchmark")))
        works = (marketplace.dispatcher.run(), marketplace.expiry.run(), opened.workers.run())
        await stack.enter_async_context(running(*works))
        yield opened


async def _two_stores(settings: Settings, desk: Desk) -> tuple[str, str]:
    """Connected, and both sell the same product; a buyer, and the item in the first store."""
    url = settings.marketplace_address
    async with Operator(url, OPERATOR_KEY) as operator:
        south, north, (_, buyer_token) = [await people.person(operator) for _ in range(3)]
        application = await people.listener(
            operator,
            south[1],
            [],
            callback=f"{settings.desk_address}/notifications",
            redirect=settings.desk_address + stores.CALLBACK_PATH,
        )
        items = [await people.lamp(url, token) for _, token in (south, north)]
        known = await stores.add_application(
            desk,
            base_url=url,
            auth_url=url,
            client_id=application.id,
            client_secret=str(application.secret_key),
        )
        for seller_id, _ in (south, north):
            token = await operator.issue_token(seller_id, app_id=application.id)
            await stores.paste(
                desk,
                application_id=known,
                access_token=token.access_token,
                refresh_token=str(token.refresh_token),
            )
    await _until(desk.database, len(items), _imported)
    await _link(desk)
    return buyer_token, items[0]


async def _link(desk: Desk) -> None:
    now = desk.clock.now()
    owner = await desk.database.write(
        lambda tx: desk_people.add(tx, username="ana", name="Ana", role="owner", password_hash="-", now=now)
    )
    assert owner is not None
    product = await products.create(desk, sku="LAMP", name="Lamp", on_hand=90_000, by=owner)
    rows = await desk.database.read(lambda tx: tx.all("SELECT id FROM listings"))
    for row in rows:
        await products.link(desk, row["id"], product, by=owner)


async def _sell(settings: Settings, buyer_token: str, item_id: str) -> None:
    async with (
        Client(settings.marketplace_address, tokens=buyer_token) as buyer,
        asyncio.TaskGroup() as group,
    ):

        async def buy() -> None:
            order = await buyer.orders.place(item_id=item_id, quantity=1)
            await buyer.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")

        for _ in range(_SALES):
            group.create_task(buy())
            await asyncio.sleep(1 / _SALES_A_SECOND)


async def _until(database: Database, expected: int, counted: str) -> None:
    async def found(tx: Transaction) -> int:
        row = await tx.one(counted)
        assert row is not None
        return int(row["number"])

    async with asyncio.timeout(_WAIT_SECONDS_MAX):
        while await database.read(found) < expected:  # noqa: ASYNC110 - nothing signals from outside
            await asyncio.sleep(0.1)


_imported = "SELECT COUNT(*) AS number FROM listings"
_pushed = """SELECT COUNT(*) AS number FROM (
    SELECT order_id FROM sale_pushes GROUP BY order_id HAVING COUNT(*) = COUNT(written_at)) AS sales"""
