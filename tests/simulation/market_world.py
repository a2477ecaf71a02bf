"""A market day around programs that die: how it begins, what is asked again, and how it comes to rest."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Generic, TypeVar

from tests.notifications.receiver import Receiver, listening
from tests.simulation.books import Books, undelivered, unfinished
from tests.simulation.desk_owner import DeskOwner
from tests.simulation.market_day import CARS, GOODS, Errand, Market, open_market
from tests.simulation.mortal_programs import MortalPrograms
from tests.simulation.mortal_zoco import OPERATOR_KEY, MortalZoco
from tests.simulation.remains import Remains
from zoco.client import NotFound
from zoco.client.operator import Operator

# How often something is killed in all the tests of this folder together.
KILLS = int(os.environ.get("ZOCO_KILLS", "48"))
SEED = int(os.environ.get("ZOCO_KILLS_SEED", secrets.randbelow(1_000_000)))
_SECONDS_TO_REST = 90


Zoco = TypeVar("Zoco", MortalZoco, MortalPrograms)


@dataclass(kw_only=True)
class MarketWorld(Generic[Zoco]):
    zoco: Zoco
    remains: Remains
    chance: Random
    stack: AsyncExitStack
    owner: DeskOwner = field(init=False)
    listener: Receiver = field(init=False)
    market: Market = field(init=False)
    replayed: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        """The first life: people, stores, and listings that share their stock."""
        await self.zoco.start()
        self.owner = await self.stack.enter_async_context(DeskOwner(self.zoco.desk_url))
        self.listener = await self.stack.enter_async_context(listening())
        operators = [
            await self.stack.enter_async_context(Operator(url, OPERATOR_KEY)) for url in self.zoco.urls
        ]
        self.market = await open_market(
            self.stack,
            operators[0],
            self.zoco.desk_url,
            self.chance,
            name="Desk of the kills",
            listener_url=self.listener.url,
            urls=self.zoco.urls,
        )
        await self.owner.become_owner(self.zoco.said)
        # Each store through another door, as far as there are several.
        for number, seller in enumerate(self.market.sellers):
            door = operators[number % len(operators)]
            await self.owner.connect(door, self.market.application, [seller.id])
        async with asyncio.timeout(_SECONDS_TO_REST):
            while await self.owner.is_reading():
                await self.zoco.live_for(0.1)
        assert await self.owner.link_all() == {*GOODS, *CARS}

    @asynccontextmanager
    async def shopping(self) -> AsyncIterator[None]:
        """People buy meanwhile, whoever lives and dies."""
        closing = asyncio.Event()
        shoppers = [
            asyncio.create_task(shopper.shop_on(self.owner, until=closing))
            for shopper in self.market.shoppers
        ]
        try:
            yield
        finally:
            closing.set()
            await asyncio.gather(*shoppers)

    async def books(self) -> Books:
        return await Books.read(self.remains, self.market, self.heard)

    def heard(self) -> list[str]:
        """The messages that the listener was told, oldest first."""
        return [str(each.body["_id"]) for each in self.listener.heard]

    async def forget_what_was_told_since(self) -> None:
        """Of a world that was put back, the listener knows too much."""
        rows = await self.remains.rows("marketplace", "SELECT id FROM notifications")
        known = {row["id"] for row in rows}
        self.listener.heard[:] = [each for each in self.listener.heard if each.body["_id"] in known]

    async def ask_again(self) -> None:
        """The same key gets the same answer, in another life and at any door."""
        for errand in self.market.errands:
            if errand.order is not None and f"{errand.name} order" not in self.replayed:
                self.replayed.add(f"{errand.name} order")
                assert await errand.place() == errand.order
            for card, payment in errand.payments.items():
                if f"{errand.name} {card}" not in self.replayed:
                    self.replayed.add(f"{errand.name} {card}")
                    assert await errand.pay(card) == payment

    async def come_to_rest(self) -> None:
        """Everything begun is finished, and what follows from it; if not, the books tell what is missing."""
        stock = dict(self.market.initial)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS_TO_REST):
                while not all([await shopper.finish(self.owner) for shopper in self.market.shoppers]):
                    await self.zoco.live_for(0.1)
                left = [errand for errand in self.market.errands if errand.order is not None]
                while left := [errand for errand in left if not await self._agreed(errand, stock)]:
                    await self.zoco.live_for(0.1)
                while await self._shown() != self._due(stock) or await self._busy():
                    await self.zoco.live_for(0.1)

    async def _busy(self) -> bool:
        """Whether news is still on its way: what the desk writes comes back as the marketplace's news."""
        return bool(
            await unfinished(self.remains)
            or await undelivered(self.remains)
            or await unfinished(self.remains)
        )

    async def _agreed(self, errand: Errand, stock: dict[str, int]) -> bool:
        """Whether the desk has the order as its seller reads it; a sale is then taken off the stock."""
        assert errand.order is not None
        known = await self.owner.order(errand.seller.id, errand.order.id)
        try:
            order = await errand.seller.client.orders.get(errand.order.id)
        except NotFound:
            return known is None
        if known is None or known.status != order.status:
            return False
        if order.status == "paid":
            stock[errand.plan.sku] -= errand.plan.quantity
        return True

    async def _shown(self) -> list[int]:
        """What each listing offers to everybody."""
        return [
            (await seller.client.items.get(item_id)).available_quantity
            for seller in self.market.sellers
            for item_id in seller.items.values()
        ]

    def _due(self, stock: dict[str, int]) -> list[int]:
        return [stock[sku] for seller in self.market.sellers for sku in seller.items]
