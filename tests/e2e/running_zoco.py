"""A marketplace, its dispatcher, a desk and its workers on free ports, in a thread of their own.

    with running_zoco(folder) as zoco:
        zoco.do(demo.fill(zoco.marketplace_url, zoco.operator_key, zoco.desk, seed=42))

Playwright's own loop holds the test's thread; `do` runs a coroutine where the servers are.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from zoco.cli.parts import open_desk, open_marketplace
from zoco.cli.serving import bind, running, serving
from zoco.desk.desk import Desk
from zoco.settings import Settings

Result = TypeVar("Result")
_PATIENCE_SECONDS = 60


@dataclass
class RunningZoco:
    loop: asyncio.AbstractEventLoop
    marketplace_url: str
    desk_url: str
    operator_key: str
    desk: Desk

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the servers' loop, and wait for its end."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_PATIENCE_SECONDS)


@contextmanager
def running_zoco(folder: Path) -> Iterator[RunningZoco]:
    """Everything that `zoco up` runs, until the block ends."""
    ready = threading.Event()
    outcome: list[RunningZoco | BaseException] = []
    stops: list[asyncio.Event] = []

    async def serve() -> None:
        stop = asyncio.Event()
        stops.append(stop)
        async with AsyncExitStack() as stack:
            outcome.append(await _start(stack, folder))
            ready.set()
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            outcome.append(error)
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="zoco")
    thread.start()
    ready.wait(_PATIENCE_SECONDS)
    started = outcome[0]
    if not isinstance(started, RunningZoco):
        thread.join()
        raise started
    try:
        yield started
    finally:
        started.loop.call_soon_threadsafe(stops[0].set)
        thread.join(_PATIENCE_SECONDS)


async def _start(stack: AsyncExitStack, folder: Path) -> RunningZoco:
    marketplace_listener = bind("127.0.0.1", 0, "the marketplace")
    desk_listener = bind("127.0.0.1", 0, "the desk")
    settings = Settings(
        port=marketplace_listener.getsockname()[1],
        desk_port=desk_listener.getsockname()[1],
        data=folder,
        operator_key="the operator of the tests",
    )
    marketplace = await stack.enter_async_context(open_marketplace(settings))
    opened = await stack.enter_async_context(open_desk(settings))
    await stack.enter_async_context(serving(marketplace.app, marketplace_listener))
    await stack.enter_async_context(serving(opened.app, desk_listener))
    await stack.enter_async_context(running(marketplace.dispatcher.run(), marketplace.expiry.run()))
    await stack.enter_async_context(running(opened.workers.run()))
    return RunningZoco(
        loop=asyncio.get_running_loop(),
        marketplace_url=settings.marketplace_address,
        desk_url=settings.desk_address,
        operator_key=marketplace.operator_key,
        desk=opened.desk,
    )
