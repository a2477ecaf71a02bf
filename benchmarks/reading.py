"""`GET /orders/{id}` checked and seen through the caller's eyes, beside a bare server with the same bytes."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import people
from benchmarks.load import Plan, Step
from benchmarks.measuring import called, server, show, taking_turns
from benchmarks.served import OPERATOR_KEY

from zoco.client import Client
from zoco.client.operator import Operator

_SECONDS = 2.0
_CALLERS = 32


async def measure() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with server("marketplace", folder / "marketplace") as marketplace:
            url = f"http://127.0.0.1:{marketplace.port}"
            token, order_id = await _paid_order(url)
            path = f"/orders/{order_id}"
            (folder / "bare").mkdir()
            (folder / "bare" / "answer").write_bytes(await _answer(marketplace.port, path, token))
            async with server("bare", folder / "bare") as bare:
                steps = [Step("GET", path, token=token)]
                figures = await taking_turns(
                    {
                        name: partial(called, target, Plan(target.port, _CALLERS, _SECONDS, steps))
                        for name, target in (("bare server", bare), ("zoco", marketplace))
                    }
                )
    show(f"GET /orders/{{id}}, {_CALLERS} connections", figures, beside="bare server")


async def _paid_order(url: str) -> tuple[str, int]:
    """The seller's token, and an order that a buyer has paid."""
    async with Operator(url, OPERATOR_KEY) as operator:
        _, seller_token = await people.person(operator)
        _, buyer_token = await people.person(operator)
    item_id = await people.lamp(url, seller_token)
    async with Client(url, tokens=buyer_token) as buyer:
        order = await buyer.orders.place(item_id=item_id, quantity=1)
        await buyer.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")
    return seller_token, order.id


async def _answer(port: int, path: str, token: str) -> bytes:
    """The bytes of one answer, head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = (
        f"GET {path} HTTP/1.1\r\nhost: zoco\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
    )
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer.replace(b"connection: close\r\n", b"")
