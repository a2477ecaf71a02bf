"""`zoco up` is killed under load, again and again, and loses nothing that it has answered.

ZOCO_KILLS=300 kills longer, ZOCO_KILLS_SEED=7 repeats the plan of a seed that was printed. The plan is
what is bought and when the kill comes; the machine decides how far the program has come by then.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.fresh_databases import FreshDatabases
from tests.simulation.books import Books, undelivered, unfinished
from tests.simulation.desk_owner import DeskOwner
from tests.simulation.market_day import CARS, GOODS, Errand, Market, open_market
from tests.simulation.mortal_zoco import OPERATOR_KEY, MortalZoco
from tests.simulation.remains import Remains
from zoco.client import NotFound
from zoco.client.operator import Operator

_KILLS = int(os.environ.get("ZOCO_KILLS", "12"))
# PostgreSQL takes care of its own files: what there is to lose, SQLite's process loses.
KILLS = {"sqlite": -(-_KILLS * 2 // 3), "postgresql": _KILLS // 3}
SEED = int(os.environ.get("ZOCO_KILLS_SEED", secrets.randbelow(1_000_000)))
_LIFE_SECONDS = (0.05, 1.0)
_ERRANDS_PER_LIFE = 5
_SECONDS_TO_REST = 90


@dataclass(kw_only=True)
class World:
    zoco: MortalZoco
    remains: Remains
    chance: Random
    owner: DeskOwner
    stack: AsyncExitStack
    replayed: set[str] = field(default_factory=set)

    async def begin(self) -> Market:
        """The first life: people, stores, and listings that share their stock."""
        await self.zoco.start()
        operator = await self.stack.enter_async_context(Operator(self.zoco.url, OPERATOR_KEY))
        market = await open_market(
            self.stack, operator, self.zoco.desk_url, self.chance, name="Desk of the kills"
        )
        await self.owner.become_owner(self.zoco.said)
        await self.owner.connect(operator, market.application, [seller.id for seller in market.sellers])
        async with asyncio.timeout(_SECONDS_TO_REST):
            while await self.owner.is_reading():
                await self.zoco.live_for(0.1)
        assert await self.owner.link_all() == {*GOODS, *CARS}
        return market

    async def live_and_die(self, market: Market) -> None:
        """People buy until the program is killed under their hands; sometimes it dies in its cradle first."""
        shopping = [
            asyncio.create_task(shopper.shop(self.owner, _ERRANDS_PER_LIFE)) for shopper in market.shoppers
        ]
        await self.zoco.live_for(self.chance.uniform(*_LIFE_SECONDS))
        await self.zoco.kill()
        await asyncio.gather(*shopping)
        (await Books.read(self.remains, market)).check()
        if self.chance.random() < 0.15:
            await self.zoco.begin()
            await self.zoco.live_for(self.chance.uniform(0.0, 0.6))
            await self.zoco.kill()
        if self.chance.random() < 0.5:
            await self.remains.leases_run_out()
        await self.zoco.start()
        await self.ask_again(market)

    async def ask_again(self, market: Market) -> None:
        """The same key gets the same answer, in another life too."""
        for errand in market.errands:
            if errand.order is not None and f"{errand.name} order" not in self.replayed:
                self.replayed.add(f"{errand.name} order")
                assert await errand.place() == errand.order
            for card, payment in errand.payments.items():
                if f"{errand.name} {card}" not in self.replayed:
                    self.replayed.add(f"{errand.name} {card}")
                    assert await errand.pay(card) == payment

    async def come_to_rest(self, market: Market) -> None:
        """Everything begun is finished, and what follows from it; if not, the books tell what is missing."""
        stock = dict(market.initial)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS_TO_REST):
                while not all([await shopper.finish(self.owner) for shopper in market.shoppers]):
                    await self.zoco.live_for(0.1)
                left = [errand for errand in market.errands if errand.order is not None]
                while left := [errand for errand in left if not await self._agreed(errand, stock)]:
                    await self.zoco.live_for(0.1)
                while await self._shown(market) != self._due(market, stock) or await self._busy():
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

    async def _shown(self, market: Market) -> list[int]:
        """What each listing offers to everybody."""
        return [
            (await seller.client.items.get(item_id)).available_quantity
            for seller in market.sellers
            for item_id in seller.items.values()
        ]

    def _due(self, market: Market, stock: dict[str, int]) -> list[int]:
        return [stock[sku] for seller in market.sellers for sku in seller.items]


@pytest.fixture
async def world(engine: str, fresh_databases: FreshDatabases, tmp_path: Path) -> AsyncIterator[World]:
    urls = {part: f"sqlite:///{tmp_path}/{part}.db" for part in ("marketplace", "desk")}
    flags = ["--empty"]
    if engine == "postgresql":
        urls = {part: await fresh_databases.create() for part in urls}
        flags += ["--database-url", urls["marketplace"], "--desk-database-url", urls["desk"]]
    zoco = MortalZoco(tmp_path, *flags)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(zoco.kill)
        owner = await stack.enter_async_context(DeskOwner(zoco.desk_url))
        yield World(zoco=zoco, remains=Remains(**urls), chance=Random(SEED), owner=owner, stack=stack)
    sys.stdout.write(zoco.said)
    if engine == "postgresql":
        for url in urls.values():
            await fresh_databases.drop(url)


@pytest.mark.timeout(150 + 12 * _KILLS)
async def test_a_killed_program_keeps_every_promise(world: World, engine: str) -> None:
    sys.stdout.write(f"ZOCO_KILLS={_KILLS} ZOCO_KILLS_SEED={SEED}\n")
    market = await world.begin()

    for _ in range(KILLS[engine]):
        await world.live_and_die(market)
    await world.remains.leases_run_out()
    await world.come_to_rest(market)

    assert await world.zoco.stop() == 0
    (await Books.read(world.remains, market)).check_at_rest()
    assert "Traceback" not in world.zoco.said, world.zoco.said
    assert all(errand.done for errand in market.errands)
    # Otherwise nobody was killed in the middle of anything.
    assert sum(errand.asked_again for errand in market.errands) >= KILLS[engine] // 2
    placed = sum(errand.order is not None for errand in market.errands)
    sys.stdout.write(f"{placed} orders in {world.zoco.lives} lives\n")
