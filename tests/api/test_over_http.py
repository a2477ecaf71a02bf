"""A few calls over a real socket: what in-process calls cannot show."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import uvicorn

from tests.api.conftest import OPERATOR_KEY, PUBLIC_URL, Market
from tests.hand_clock import HandClock
from zoco.api.app import create_app
from zoco.database.transaction import Database


@pytest.fixture
async def base_url(database: Database, clock: HandClock) -> AsyncIterator[str]:
    app = create_app(database, clock, operator_key=OPERATOR_KEY, sandbox=True, public_url=PUBLIC_URL)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving
    listening.close()


async def test_a_reservation_over_a_socket(base_url: str, market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    vehicle = await market.vehicle(seller)
    async with aiohttp.ClientSession(base_url, headers={"Authorization": f"Bearer {buyer.token}"}) as session:
        body = {"order_items": [{"item_id": vehicle["id"], "quantity": 1}]}
        async with session.post("/orders", json=body) as placed:
            assert placed.status == 201
            assert placed.headers["X-Zoco-World"]
            order = await placed.json()
        async with session.get(f"/orders%2F{order['id']}") as read:
            assert (await read.json())["status"] == "payment_required"
        async with session.post("/orders", data=io.BytesIO(b"x" * 2_000_000)) as refused:
            assert refused.status == 413
        async with session.get("/sites") as sites:
            assert sites.headers["Content-Type"] == "application/json;charset=UTF-8"
            assert len(await sites.json(content_type=None)) == 19


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_ten_buyers_and_one_vehicle(base_url: str, market: Market) -> None:
    seller = await market.person("VENDEDORA")
    vehicle = await market.vehicle(seller)
    buyers = [await market.person(f"COMPRADORA{number}") for number in range(10)]
    orders = [await market.order(buyer, vehicle["id"]) for buyer in buyers]

    async def pay(token: str, order_id: int) -> str:
        async with aiohttp.ClientSession(base_url) as session:
            body = {"payment_method_id": "visa", "cardholder_name": "APRO"}
            headers = {"Authorization": f"Bearer {token}"}
            async with session.post(f"/orders/{order_id}/payments", json=body, headers=headers) as paid:
                answer = await paid.json()
                return f"{paid.status} {answer['status']}"

    outcomes = await asyncio.gather(
        *(pay(buyer.token, order["id"]) for buyer, order in zip(buyers, orders, strict=True))
    )

    assert sorted(outcomes) == ["201 approved"] + ["201 refunded"] * 9
