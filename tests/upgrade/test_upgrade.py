"""From the release before to one after this, while people buy; and back again to this one."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from tests.fresh_databases import FreshDatabases
from tests.house.migration_rules import faults, previous_release
from tests.simulation.market_world import SEED, MarketWorld
from tests.simulation.mortal_programs import MortalPrograms
from tests.simulation.mortal_zoco import MortalZoco
from tests.simulation.remains import Remains
from tests.upgrade.previous_program import LATER

_LIFE_SECONDS = 1.0


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.timeout(600)
async def test_old_and_new_programs_share_the_work_and_nobody_notices(
    fresh_databases: FreshDatabases, tmp_path: Path, previous_source: Path, next_source: Path
) -> None:
    """A 5xx would end the test: buyers ask again only what was not answered at all."""
    sys.stdout.write(f"ZOCO_KILLS_SEED={SEED}\n")
    urls = {part: await fresh_databases.create() for part in ("marketplace", "desk")}
    zoco = MortalPrograms(tmp_path, marketplace_url=urls["marketplace"], desk_url=urls["desk"])
    async with AsyncExitStack() as stack:
        stack.push_async_callback(zoco.kill)
        world = MarketWorld(zoco=zoco, remains=Remains(**urls), chance=Random(SEED), stack=stack)
        zoco.run_from(previous_source)
        await world.begin()
        async with world.shopping():
            await zoco.live_for(_LIFE_SECONDS)
            zoco.run_from(next_source)
            for name in ("api-1", "dispatch-1", "desk", "dispatch-0", "api-0"):
                assert await is_migrated(world) == (name != "api-1")
                await zoco.replace(name)
                await zoco.live_for(_LIFE_SECONDS)
        (await world.books()).check()

        # And back: this program has never heard of the last migrations.
        assert await zoco.stop() == 0
        await world.remains.time_passes()
        zoco.run_from(None)
        await zoco.start()
        await world.ask_again()
        await world.come_to_rest()
        assert await zoco.stop() == 0
        (await world.books()).check_at_rest()
        assert "Traceback" not in zoco.said, zoco.said
        assert all(errand.done for errand in world.market.errands)
    for url in urls.values():
        await fresh_databases.drop(url)


@pytest.mark.timeout(600)
async def test_a_killed_programs_folder_is_taken_over_by_the_next_release(
    tmp_path: Path, previous_source: Path, next_source: Path
) -> None:
    sys.stdout.write(f"ZOCO_KILLS_SEED={SEED}\n")
    zoco = MortalZoco(tmp_path, "--empty")
    urls = {part: f"sqlite:///{tmp_path}/{part}.db" for part in ("marketplace", "desk")}
    async with AsyncExitStack() as stack:
        stack.push_async_callback(zoco.kill)
        world = MarketWorld(zoco=zoco, remains=Remains(**urls), chance=Random(SEED), stack=stack)
        zoco.source = previous_source
        await world.begin()
        for source in (next_source, None):
            assert await is_migrated(world) == (source is None)
            async with world.shopping():
                await zoco.live_for(_LIFE_SECONDS)
                await zoco.kill()
            (await world.books()).check()
            zoco.source = source
            await zoco.start()
            await world.ask_again()
        await world.come_to_rest()
        assert await zoco.stop() == 0
        (await world.books()).check_at_rest()
        assert "Traceback" not in zoco.said, zoco.said


async def is_migrated(world: MarketWorld[MortalPrograms] | MarketWorld[MortalZoco]) -> bool:
    """Whether the release after has been here."""
    known = [
        await world.remains.rows(part, "SELECT 1 FROM migrations WHERE name LIKE '%_later'")
        for part in ("marketplace", "desk")
    ]
    return any(known)


@pytest.mark.parametrize(("part", "script"), [*zip(("marketplace", "desk"), LATER.values(), strict=True)])
def test_the_migrations_that_are_tried_here_obey_the_rules(part: str, script: str) -> None:
    release = previous_release()
    assert (
        faults(
            script,
            released=release.version,
            reads_whole=release.reads_whole[part],
            deletes_from=release.deletes_from[part],
        )
        == []
    )
