"""A backup taken while people buy is restored, agrees with itself, and goes on as if nothing had been."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from tests.cli.running_zoco import zoco
from tests.fresh_databases import FreshDatabases
from tests.simulation.books import Books
from tests.simulation.market_world import SEED, MarketWorld
from tests.simulation.mortal_zoco import MortalZoco
from tests.simulation.remains import Remains

_SHOPPING_SECONDS = 0.5


@asynccontextmanager
async def two_urls(engine: str, fresh_databases: FreshDatabases, data: Path) -> AsyncIterator[dict[str, str]]:
    """Databases that do not exist, or are empty, for a marketplace and a desk."""
    if engine == "sqlite":
        yield {part: f"sqlite:///{data}/{part}.db" for part in ("marketplace", "desk")}
        return
    urls = {part: await fresh_databases.create() for part in ("marketplace", "desk")}
    yield urls
    for url in urls.values():
        await fresh_databases.drop(url)


def flags(urls: dict[str, str]) -> list[str]:
    return ["--database-url", urls["marketplace"], "--desk-database-url", urls["desk"]]


async def run(command: str, file: Path, urls: dict[str, str], data: Path) -> None:
    done = await asyncio.to_thread(
        zoco, command, str(file), "--data", str(data), *flags(urls), folder=file.parent
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.timeout(300)
async def test_a_backup_under_load_is_one_moment_and_the_world_goes_on_from_it(
    engine: str, fresh_databases: FreshDatabases, tmp_path: Path
) -> None:
    sys.stdout.write(f"ZOCO_KILLS_SEED={SEED}\n")
    old, amid, new = (tmp_path / name for name in ("old", "amid", "new"))
    for folder in (old, amid, new):
        folder.mkdir()
    async with AsyncExitStack() as stack:
        urls, amid_urls, new_urls = [
            await stack.enter_async_context(two_urls(engine, fresh_databases, data))
            for data in (old, amid, new)
        ]
        first = MortalZoco(old, "--empty", *flags(urls))
        stack.push_async_callback(first.kill)
        world = MarketWorld(zoco=first, remains=Remains(**urls), chance=Random(SEED), stack=stack)
        await world.begin()
        async with world.shopping():
            await first.live_for(_SHOPPING_SECONDS)
            answered = {errand.order.id for errand in world.market.errands if errand.order is not None}
            await run("backup", tmp_path / "amid.zip", urls, old)
        # Nobody buys any more, but of what was bought not all has been told and followed up.
        await run("backup", tmp_path / "last.zip", urls, old)
        await first.kill()

        await run("restore", tmp_path / "amid.zip", amid_urls, amid)
        books = await Books.read(Remains(**amid_urls), world.market, world.heard)
        assert answered
        assert answered <= set(books.orders)
        books.check_rows()

        await run("restore", tmp_path / "last.zip", new_urls, new)
        shutil.copy(old / "desk.key", new / "desk.key")
        world.zoco = MortalZoco(new, *flags(new_urls), ports=first.ports)
        stack.push_async_callback(world.zoco.kill)
        world.remains = Remains(**new_urls)
        await world.forget_what_was_told_since()
        await world.remains.time_passes()
        await world.zoco.start()
        await world.ask_again()
        await world.come_to_rest()
        assert await world.zoco.stop() == 0
        (await world.books()).check_at_rest()
        assert "Traceback" not in world.zoco.said, world.zoco.said
