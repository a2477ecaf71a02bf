"""A desk is killed between spending a refresh token and keeping what that brought.

The marketplace's rule is that each works once, so the store's access is gone. The desk must say so in
plain words, lose nothing that it was told, and go on when the store is connected again.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import aiohttp
from aiohttp import web

from tests.cli.running_zoco import free_port
from tests.notifications.receiver import listening
from tests.simulation.desk_owner import DeskOwner
from tests.simulation.market_day import GOODS_STOCK, Market, open_market
from tests.simulation.mortal_program import MortalProgram
from tests.simulation.mortal_zoco import OPERATOR_KEY
from tests.simulation.remains import Remains
from zoco.client import Client
from zoco.client.operator import Operator

SEED = 1
SKU = "GATO-01"
_SECONDS_MAX = 60


class Gate:
    """Stands before a marketplace and passes everything on, but keeps the answer to a refresh."""

    def __init__(self, marketplace_url: str) -> None:
        self._marketplace_url = marketplace_url
        self.url = ""
        self.spent = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method,
                self._marketplace_url + request.path_qs,
                data=await request.read(),
                headers=headers,
            ) as answer,
        ):
            body = await answer.read()
            passed_on = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in ("content-length", "transfer-encoding", "connection")
            }
        if request.path == "/oauth/token" and not self.spent.is_set():
            assert answer.status == 200, body
            self.spent.set()
            await asyncio.Event().wait()
        return web.Response(status=answer.status, body=body, headers=passed_on)


@asynccontextmanager
async def gate_before(marketplace_url: str) -> AsyncIterator[Gate]:
    gate = Gate(marketplace_url)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", gate.handle)
    runner = web.AppRunner(application, shutdown_timeout=1.0, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    gate.url = f"http://{host}:{port}"
    try:
        yield gate
    finally:
        await runner.cleanup()


async def buy(operator: Operator, market: Market) -> int:
    """One unit in the first store, paid; the order."""
    shopper = market.shoppers[0]
    token = (await operator.issue_token(shopper.id)).access_token
    async with Client(operator.base_url, tokens=token) as buyer:
        order = await buyer.orders.place(item_id=shopper.seller.items[SKU], quantity=1)
        await buyer.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")
    return order.id


async def test_a_desk_killed_over_a_refresh_asks_to_be_connected_again(tmp_path: Path) -> None:
    sys.stdout.write(f"seed {SEED}\n")
    port, desk_port = free_port(), free_port()
    url, desk_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{desk_port}"
    shared = ("--operator-key", OPERATOR_KEY, "--data", str(tmp_path))
    marketplace = MortalProgram(tmp_path, "api", *shared, "--port", str(port), until="marketplace")
    desk = MortalProgram(tmp_path, "desk", *shared, "--desk-port", str(desk_port), until="sales desk")
    remains = Remains(**{part: f"sqlite:///{tmp_path}/{part}.db" for part in ("marketplace", "desk")})
    async with AsyncExitStack() as stack:
        for program in (marketplace, desk):
            stack.push_async_callback(program.kill)
            await program.start()
        gate = await stack.enter_async_context(gate_before(url))
        listener = await stack.enter_async_context(listening())
        operator = await stack.enter_async_context(Operator(url, OPERATOR_KEY))
        owner = await stack.enter_async_context(DeskOwner(desk_url))
        market = await open_market(
            stack, operator, desk_url, Random(SEED), name="Desk", listener_url=listener.url
        )
        sellers = [seller.id for seller in market.sellers]
        await desk.live_for(0.2)
        await owner.become_owner(desk.said)
        await owner.connect(operator, market.application, sellers, base_url=gate.url)
        async with asyncio.timeout(_SECONDS_MAX):
            while await owner.is_reading():
                await desk.live_for(0.1)
        await owner.link_all()

        # The stores' access tokens live six hours.
        await operator.advance("7h")
        orders = [await buy(operator, market)]
        async with asyncio.timeout(_SECONDS_MAX):
            await gate.spent.wait()
        await desk.kill()
        orders.append(await buy(operator, market))
        await desk.start()
        orders.append(await buy(operator, market))

        async with asyncio.timeout(_SECONDS_MAX):
            while "a renewal works only once" not in await owner.page("/settings/stores"):
                await desk.live_for(0.1)
        assert "Connect it again" in await owner.page("/orders")
        lost = await remains.rows("desk", "SELECT id FROM stores WHERE state_reason = 'refresh_lost'")
        assert len(lost) == 1
        assert [await owner.order(sellers[0], order) for order in orders] == [None] * 3

        await owner.connect(operator, market.application, sellers, base_url=gate.url)
        async with asyncio.timeout(_SECONDS_MAX):
            while None in [await owner.order(sellers[0], order) for order in orders]:
                await desk.live_for(0.1)
            while await shown(operator, market) != [GOODS_STOCK - len(orders)] * 2:
                await desk.live_for(0.1)
        movements = await remains.rows("desk", "SELECT order_id FROM movements WHERE reason = 'sale'")
        assert sorted(row["order_id"] for row in movements) == orders
        assert await desk.stop() == 0
        assert "Traceback" not in desk.said, desk.said


async def shown(operator: Operator, market: Market) -> list[int]:
    """What each store offers of the good that is bought here."""
    token = (await operator.issue_token(market.sellers[0].id)).access_token
    async with Client(operator.base_url, tokens=token) as anybody:
        return [(await anybody.items.get(seller.items[SKU])).available_quantity for seller in market.sellers]
