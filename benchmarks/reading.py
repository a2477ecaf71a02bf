"""`GET /orders/{id}` checked and seen through the caller's eyes, beside a bare server with the same bytes.

Two thousand paid orders of several sellers, asked for by either party, in any order. Some were paid in
two parts, some were rated by both.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
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
_ORDERS = 2_000
_SHOPS = 20
_PAID_IN_TWO, _RATED = 4, 5


async def measure() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with server("marketplace", folder / "marketplace") as marketplace:
            steps = await _paid_orders(f"http://127.0.0.1:{marketplace.port}")
            (folder / "bare").mkdir()
            (folder / "bare" / "answer").write_bytes(await _answer(marketplace.port, steps[-1]))
            async with server("bare", folder / "bare") as bare:
                figures = await taking_turns(
                    {
                        name: partial(
                            called, target, Plan(target.port, _CALLERS, _SECONDS, steps, any_step=True)
                        )
                        for name, target in (("bare server", bare), ("zoco", marketplace))
                    }
                )
    show(f"GET /orders/{{id}} of {_ORDERS:,}, {_CALLERS} connections", figures, beside="bare server")


@dataclass(frozen=True, slots=True)
class _Shop:
    """A seller, what he sells, and the buyer who comes back."""

    seller: Client
    seller_token: str
    buyer: Client
    buyer_token: str
    item_id: str


async def _paid_orders(url: str) -> list[Step]:
    """What is asked for, once everything has been bought; the last is an order paid at once and not rated."""
    async with AsyncExitStack() as stack, Operator(url, OPERATOR_KEY) as operator:
        shops = [await _shop(url, operator, stack) for _ in range(_SHOPS)]
        steps: list[Step] = []
        for begin in range(0, _ORDERS, _SHOPS):
            bought = (_buy(shop, begin + number) for number, shop in enumerate(shops))
            steps += await asyncio.gather(*bought)
        return steps


async def _shop(url: str, operator: Operator, stack: AsyncExitStack) -> _Shop:
    _, seller_token = await people.person(operator)
    _, buyer_token = await people.person(operator)
    return _Shop(
        seller=await stack.enter_async_context(Client(url, tokens=seller_token)),
        seller_token=seller_token,
        buyer=await stack.enter_async_context(Client(url, tokens=buyer_token)),
        buyer_token=buyer_token,
        item_id=await people.lamp(url, seller_token),
    )


async def _buy(shop: _Shop, number: int) -> Step:
    order = await shop.buyer.orders.place(item_id=shop.item_id, quantity=1)
    pay = partial(shop.buyer.orders.pay, order.id, payment_method_id="visa", cardholder_name="APRO")
    if number % _PAID_IN_TWO == 0:
        await pay(transaction_amount=Decimal(40))
    await pay()
    if number % _RATED == 0:
        for party in (shop.seller, shop.buyer):
            await party.orders.give_feedback(order.id, fulfilled=True, rating="positive", message="Thank you")
    token = shop.seller_token if number % 2 else shop.buyer_token
    return Step("GET", f"/orders/{order.id}", token=token)


async def _answer(port: int, step: Step) -> bytes:
    """The bytes of one answer, head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = (
        f"GET {step.path} HTTP/1.1\r\nhost: zoco\r\n"
        f"authorization: Bearer {step.token}\r\nconnection: close\r\n\r\n"
    )
    writer.write(request.encode())
    answer = await reader.read()
    writer.close()
    return answer.replace(b"connection: close\r\n", b"")
