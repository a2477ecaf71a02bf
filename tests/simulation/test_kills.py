"""`zoco up` is killed under load, again and again, and loses nothing that it has answered.

ZOCO_KILLS=500 kills longer, ZOCO_KILLS_SEED=7 repeats the plan of a seed that was printed. The plan is
what is bought and when the kill comes; the machine decides how far the program has come by then.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from tests.fresh_databases import FreshDatabases
from tests.simulation.market_world import KILLS, SEED, MarketWorld
from tests.simulation.mortal_zoco import MortalZoco
from tests.simulation.remains import Remains

# PostgreSQL takes care of its own files: what there is to lose, SQLite's process loses.
_LIVES = {"sqlite": max(1, KILLS // 3), "postgresql": max(1, KILLS // 12)}
_LIFE_SECONDS = (0.05, 1.0)
_ERRANDS_PER_LIFE = 5


async def live_and_die(world: MarketWorld[MortalZoco]) -> None:
    """People buy until the program is killed under their hands; sometimes it dies in its cradle first."""
    shopping = [
        asyncio.create_task(shopper.shop(world.owner, _ERRANDS_PER_LIFE)) for shopper in world.market.shoppers
    ]
    await world.zoco.live_for(world.chance.uniform(*_LIFE_SECONDS))
    await world.zoco.kill()
    await asyncio.gather(*shopping)
    (await world.books()).check()
    if world.chance.random() < 0.15:
        await world.zoco.begin()
        await world.zoco.live_for(world.chance.uniform(0.0, 0.6))
        await world.zoco.kill()
    if world.chance.random() < 0.5:
        await world.remains.time_passes()
    await world.zoco.start()
    await world.ask_again()


@pytest.fixture
async def world(
    engine: str, fresh_databases: FreshDatabases, tmp_path: Path
) -> AsyncIterator[MarketWorld[MortalZoco]]:
    urls = {part: f"sqlite:///{tmp_path}/{part}.db" for part in ("marketplace", "desk")}
    flags = ["--empty"]
    if engine == "postgresql":
        urls = {part: await fresh_databases.create() for part in urls}
        flags += ["--database-url", urls["marketplace"], "--desk-database-url", urls["desk"]]
    zoco = MortalZoco(tmp_path, *flags)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(zoco.kill)
        yield MarketWorld(zoco=zoco, remains=Remains(**urls), chance=Random(SEED), stack=stack)
    sys.stdout.write(zoco.said)
    if engine == "postgresql":
        for url in urls.values():
            await fresh_databases.drop(url)


@pytest.mark.timeout(150 + 12 * KILLS)
async def test_a_killed_program_keeps_every_promise(world: MarketWorld[MortalZoco], engine: str) -> None:
    sys.stdout.write(f"ZOCO_KILLS={KILLS} ZOCO_KILLS_SEED={SEED}\n")
    await world.begin()

    for _ in range(_LIVES[engine]):
        await live_and_die(world)
    await world.zoco.kill()
    await world.remains.time_passes()
    await world.zoco.start()
    await world.come_to_rest()

    assert await world.zoco.stop() == 0
    (await world.books()).check_at_rest()
    assert "Traceback" not in world.zoco.said, world.zoco.said
    errands = world.market.errands
    assert all(errand.done for errand in errands)
    # Otherwise nobody was killed in the middle of anything.
    assert sum(errand.asked_again for errand in errands) >= _LIVES[engine] // 2
    placed = sum(errand.order is not None for errand in errands)
    sys.stdout.write(f"{placed} orders in {world.zoco.lives} lives\n")
