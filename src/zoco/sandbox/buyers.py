"""Simulated buyers: every few seconds one of them does one thing, over HTTP like anybody else."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from types import TracebackType
from typing import Self

from zoco.client import Client, ClientError
from zoco.client.operator import Operator
from zoco.resources.order import Order
from zoco.resources.site import SiteSummary
from zoco.sandbox.demo_people import DemoWorld, Member, OperatorTokens

logger = logging.getLogger(__name__)

ORDERS_MAX = 500
_PAUSE_SECONDS = (3.0, 8.0)
# A buyer cancels a reservation only out of so many: the dealer is to have some to deliver.
_RESERVATIONS_KEPT = 3
_WORDS = {
    "MLB": "Tudo certo, recomendo.",
    "MLA": "Todo perfecto, muy recomendable.",
    "MLM": "Excelente trato, llegó muy bien.",
}


class NotASandbox(Exception):
    """The marketplace is not in sandbox mode: nobody is simulated there."""


@dataclass(frozen=True, slots=True)
class _Buyer:
    member: Member
    client: Client


@dataclass(frozen=True, slots=True)
class _Debt:
    """An order that waits for its buyer to pay; `refused` once a card has been."""

    buyer: _Buyer
    order: Order
    refused: bool = False


class Buyers:
    """Buys, pays, confirms and cancels until it is cancelled itself.

        await Buyers(base_url, operator_key, world).run()

    or one action at a time:

        async with Buyers(base_url, operator_key, world) as buyers:
            await buyers.act()

    At most `orders_max` orders are ever placed, counting those of earlier runs, and one action is
    under way at a time. A refusal is part of the game: the next action is another one.
    """

    def __init__(
        self,
        base_url: str,
        operator_key: str,
        world: DemoWorld,
        *,
        seed: int = 42,
        orders_max: int = ORDERS_MAX,
    ) -> None:
        self._base_url = base_url
        self._operator = Operator(base_url, operator_key)
        self._world = world
        self._random = Random(seed)
        self._orders_left = orders_max
        self._open = AsyncExitStack()
        self._buyers: list[_Buyer] = []
        self._shops: dict[str, list[tuple[Member, Client]]] = {}
        # What is not paid before a restart stays unpaid: the marketplace shows such orders to nobody.
        self._debts: deque[_Debt] = deque()
        self._moves: list[tuple[int, Callable[[], Awaitable[str | None]]]] = [
            (5, self._order),
            (6, self._pay),
            (2, self._hear_from_provider),
            (3, self._confirm),
            (1, self._cancel),
        ]

    async def __aenter__(self) -> Self:
        await refuse_unless_sandbox(self._base_url)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._operator)
            self._buyers = [
                _Buyer(member, await self._client_of(stack, member)) for member in self._world.buyers
            ]
            for seller in self._world.sellers:
                shop = (seller, await self._client_of(stack, seller))
                self._shops.setdefault(seller.site_id, []).append(shop)
            for buyer in self._buyers:
                page = await buyer.client.orders.search(buyer=buyer.member.id, limit=1)
                self._orders_left -= page.paging.total
            self._open = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def run(self) -> None:
        async with self:
            while True:
                await asyncio.sleep(self._random.uniform(*_PAUSE_SECONDS))
                try:
                    await self.act()
                except Exception:
                    logger.exception("A simulated buyer stumbled")

    async def act(self) -> str | None:
        """One action of somebody; what was done, None when it was refused or nobody had anything to do."""
        moves = list(self._moves)
        while moves:
            chosen = self._random.choices(moves, [weight for weight, _ in moves])[0]
            moves.remove(chosen)
            try:
                done = await chosen[1]()
            except ClientError as error:
                logger.info("A simulated buyer was refused: %s", error)
                return None
            if done is not None:
                logger.info("%s", done)
                return done
        return None

    async def _order(self) -> str | None:
        """Somebody buys something that is on sale on their site."""
        if self._orders_left <= 0:
            return None
        buyer = self._random.choice(self._buyers)
        seller, shop = self._random.choice(self._shops[buyer.member.site_id])
        page = await shop.items.of_user(seller.id, status="active")
        if not page.results:
            return None
        item = await buyer.client.items.get(self._random.choice(page.results))
        quantity = min(self._random.choices([1, 2, 3], [12, 3, 1])[0], item.available_quantity)
        order = await buyer.client.orders.place(item_id=item.id, quantity=quantity)
        self._orders_left -= 1
        self._debts.append(_Debt(buyer, order))
        return f"{buyer.member.nickname} placed order {order.id}: {quantity} x {item.title}"

    async def _pay(self) -> str | None:
        """Whoever has waited longest pays, in one of the ways in which people pay."""
        if not self._debts:
            return None
        debt = self._debts.popleft()
        if debt.refused:
            return await self._pay_at_once(debt)
        ways = [self._pay_at_once, self._pay_with_two_cards, self._pay_pending, self._pay_refused]
        return await self._random.choices(ways, [10, 3, 3, 2])[0](debt)

    async def _pay_at_once(self, debt: _Debt) -> str:
        method, installments = self._random.choice(
            [("visa", 1), ("master", 1), ("visa", 3), ("account_money", 1)]
        )
        await debt.buyer.client.orders.pay(
            debt.order.id, payment_method_id=method, installments=installments, cardholder_name="APRO"
        )
        return f"{debt.buyer.member.nickname} paid order {debt.order.id}"

    async def _pay_with_two_cards(self, debt: _Debt) -> str:
        pay, order_id = debt.buyer.client.orders.pay, debt.order.id
        half = Decimal(int(debt.order.total_amount / 2))
        await pay(order_id, payment_method_id="visa", transaction_amount=half, cardholder_name="APRO")
        await pay(order_id, payment_method_id="master", installments=3, cardholder_name="APRO")
        return f"{debt.buyer.member.nickname} paid order {order_id} with two cards"

    async def _pay_pending(self, debt: _Debt) -> str:
        await debt.buyer.client.orders.pay(debt.order.id, payment_method_id="visa", cardholder_name="CONT")
        return f"{debt.buyer.member.nickname} paid order {debt.order.id}, which is being reviewed"

    async def _pay_refused(self, debt: _Debt) -> str:
        await debt.buyer.client.orders.pay(debt.order.id, payment_method_id="visa", cardholder_name="FUND")
        self._debts.appendleft(_Debt(debt.buyer, debt.order, refused=True))
        return f"{debt.buyer.member.nickname}'s card was rejected for order {debt.order.id}"

    async def _hear_from_provider(self) -> str | None:
        """The payment provider ends one of its reviews, mostly well."""
        buyer = self._random.choice(self._buyers)
        page = await buyer.client.orders.search(buyer=buyer.member.id, status="payment_in_process", limit=1)
        waiting = [
            (order, payment)
            for order in page.results
            for payment in order.payments
            if payment.status == "in_process"
        ]
        if not waiting:
            return None
        order, payment = waiting[0]
        if self._random.random() < 0.8:
            await self._operator.payment_word(payment.id, status="approved", status_detail="accredited")
            return f"Payment {payment.id} of order {order.id} was approved"
        await self._operator.payment_word(
            payment.id, status="rejected", status_detail="cc_rejected_other_reason"
        )
        self._debts.append(_Debt(buyer, order, refused=True))
        return f"Payment {payment.id} of order {order.id} was rejected"

    async def _confirm(self) -> str | None:
        """Somebody has received what the seller says was delivered."""
        buyer = self._random.choice(self._buyers)
        page = await buyer.client.orders.search(
            buyer=buyer.member.id, tags="delivered", feedback_status="pending", limit=1
        )
        if not page.results:
            return None
        order = page.results[0]
        await buyer.client.orders.give_feedback(
            order.id, fulfilled=True, rating="positive", message=_WORDS[buyer.member.site_id]
        )
        return f"{buyer.member.nickname} confirmed order {order.id}"

    async def _cancel(self) -> str | None:
        """Now and then somebody thinks better of it: of an unpaid order, or of a reservation."""
        if self._debts and self._random.random() < 0.5:
            debt = self._debts.pop()
            await debt.buyer.client.orders.cancel(debt.order.id)
            return f"{debt.buyer.member.nickname} cancelled the unpaid order {debt.order.id}"
        buyer = self._random.choice(self._buyers)
        page = await buyer.client.orders.search(
            buyer=buyer.member.id,
            status="paid",
            tags=["reservation", "not_delivered"],
            sort="date_desc",
            limit=1,
        )
        if page.paging.total < _RESERVATIONS_KEPT:
            return None
        await buyer.client.orders.cancel(page.results[0].id)
        return f"{buyer.member.nickname} cancelled the reservation {page.results[0].id}"

    async def _client_of(self, stack: AsyncExitStack, member: Member) -> Client:
        tokens = OperatorTokens(self._operator, member.id)
        return await stack.enter_async_context(Client(self._base_url, tokens=tokens))


async def refuse_unless_sandbox(base_url: str) -> None:
    """Raise `NotASandbox` unless the marketplace's answers name a world, as only a sandbox's do (A-45)."""
    async with Client(base_url) as client:
        answer = await client.fetch("/sites", list[SiteSummary])
    if answer.world is None:
        raise NotASandbox(f"{base_url} is not in sandbox mode")
