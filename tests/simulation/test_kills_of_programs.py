"""Five programs on one PostgreSQL: any of them is killed while the others go on, and nothing is lost.

Two `zoco api` that buyers choose between, two `zoco dispatch`, one `zoco desk`. In the end one of the
dispatchers stays dead, so that the other must take over what it had leased.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from tests.fresh_databases import FreshDatabases
from tests.simulation.market_world import KILLS, SEED, MarketWorld
from tests.simulation.mortal_programs import MortalPrograms
from tests.simulation.remains import Remains

_KILLS = max(6, KILLS - KILLS // 3 - KILLS // 12)
_KILLS_PER_CHAPTER = 7
_PAUSE_SECONDS = (0.1, 0.8)
# A callback's lease is ten seconds long.
_SECONDS_TO_TAKE_OVER = 30

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


async def live_through(world: MarketWorld[MortalPrograms], kills: int) -> list[str]:
    """One program after the other is killed and begun again; then the books are read. Who was killed."""
    killed = []
    async with world.shopping():
        for _ in range(kills):
            await world.zoco.live_for(world.chance.uniform(*_PAUSE_SECONDS))
            killed.append(world.chance.choice(list(world.zoco.programs)))
            await world.zoco.programs[killed[-1]].kill()
            await world.zoco.programs[killed[-1]].begin()
    await world.zoco.ready()
    (await world.books()).check()
    await world.ask_again()
    return killed


async def bequeath(world: MarketWorld[MortalPrograms]) -> set[str]:
    """One dispatcher dies for good while it holds every callback, and another lives; what it was called."""
    testator, heir, desk = (world.zoco.programs[name] for name in ("dispatch-0", "dispatch-1", "desk"))
    for dead in (testator, heir, desk):
        await dead.kill()
    await world.remains.time_passes()
    async with world.shopping():
        await asyncio.gather(testator.start(), desk.start())
        async with asyncio.timeout(_SECONDS_TO_TAKE_OVER):
            while len(leases := await _leases(world)) < 2:
                await world.zoco.live_for(0.05)
        await heir.start()
        leases = await _leases(world)
        await testator.kill()
        await world.zoco.live_for(1.0)
    return set(leases.values())


async def _leases(world: MarketWorld[MortalPrograms]) -> dict[int, str]:
    """Who holds which application's callback at this moment."""
    rows = await world.remains.rows(
        "marketplace",
        "SELECT application_id, dispatcher FROM callback_leases"
        " WHERE leased_until > CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
    )
    return {row["application_id"]: row["dispatcher"] for row in rows}


@pytest.fixture
async def world(
    fresh_databases: FreshDatabases, tmp_path: Path
) -> AsyncIterator[MarketWorld[MortalPrograms]]:
    urls = {part: await fresh_databases.create() for part in ("marketplace", "desk")}
    zoco = MortalPrograms(tmp_path, marketplace_url=urls["marketplace"], desk_url=urls["desk"])
    async with AsyncExitStack() as stack:
        stack.push_async_callback(zoco.kill)
        yield MarketWorld(zoco=zoco, remains=Remains(**urls), chance=Random(SEED), stack=stack)
    sys.stdout.write(zoco.said)
    for url in urls.values():
        await fresh_databases.drop(url)


@pytest.mark.timeout(300 + 12 * KILLS)
async def test_programs_that_are_killed_are_succeeded_by_the_others(
    world: MarketWorld[MortalPrograms],
) -> None:
    sys.stdout.write(f"ZOCO_KILLS={KILLS} ZOCO_KILLS_SEED={SEED}\n")
    await world.begin()
    killed: Counter[str] = Counter()

    while killed.total() < _KILLS:
        killed.update(await live_through(world, min(_KILLS - killed.total(), _KILLS_PER_CHAPTER)))
    testators = await bequeath(world)
    await world.come_to_rest()

    heirs = set((await _leases(world)).values())
    assert len(testators) == 1
    assert not heirs & testators
    assert await world.zoco.stop() == 0
    (await world.books()).check_at_rest()
    assert "Traceback" not in world.zoco.said, world.zoco.said
    errands = world.market.errands
    assert all(errand.done for errand in errands)
    # Otherwise nobody was killed in the middle of anything.
    assert sum(errand.asked_again for errand in errands) >= _KILLS // 4
    placed = sum(errand.order is not None for errand in errands)
    sys.stdout.write(f"{placed} orders; killed: {dict(killed)}\n")
