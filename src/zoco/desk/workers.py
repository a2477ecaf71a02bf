"""The loops that keep a desk up to date, several of which may run on one database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from zoco.desk import duties
from zoco.desk.desk import Desk
from zoco.desk.drift import verify_listings
from zoco.desk.first_reading import read_on
from zoco.desk.follow_up import work_store
from zoco.desk.publish import push_store
from zoco.desk.records import listings, work
from zoco.desk.sorting import sort_inbox

_logger = logging.getLogger(__name__)

# Signals wake the loops at once; this is for what falls due by itself, or was signalled elsewhere.
_LOOK_EVERY_SECONDS: Final = 1.0
_TIDY_EVERY_SECONDS: Final = 60.0
_AFTER_A_BUG_SECONDS: Final = 5.0


class Workers:
    """Sorts the inbox, follows up, writes listings, reads new stores, and tidies.

        workers = Workers(desk)
        async with asyncio.TaskGroup() as group:
            group.create_task(workers.run())
            ...
            await workers.stop()

    Each store has its own lanes, one for what is fetched and one for what is written, so that a store
    which answers slowly, or not at all, delays nobody but itself. What is under way when they are
    stopped is cancelled; its leases run out and the next round does it again.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._stopped = asyncio.Event()
        self._lanes: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._bells = {name: asyncio.Event() for name in ("inbox", "work", "pushes", "stores")}
        for name, bell in self._bells.items():
            desk.database.on_signal(name, bell.set)

    async def run(self) -> None:
        """Work until `stop` is called, or this task is cancelled."""
        loops = [
            asyncio.create_task(self._loop(self._sort, self._bells["inbox"], _LOOK_EVERY_SECONDS)),
            asyncio.create_task(self._loop(self._open_work_lanes, self._bells["work"], _LOOK_EVERY_SECONDS)),
            asyncio.create_task(
                self._loop(self._open_push_lanes, self._bells["pushes"], _LOOK_EVERY_SECONDS)
            ),
            asyncio.create_task(self._loop(self._read, self._bells["stores"], _LOOK_EVERY_SECONDS)),
            asyncio.create_task(self._loop(self._verify, None, _LOOK_EVERY_SECONDS)),
            asyncio.create_task(self._loop(self._tidy, None, _TIDY_EVERY_SECONDS)),
        ]
        try:
            await self._stopped.wait()
        finally:
            tasks = [*loops, *self._lanes.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        self._stopped.set()

    async def _loop(
        self, duty: Callable[[], Awaitable[None]], bell: asyncio.Event | None, every_seconds: float
    ) -> None:
        while True:
            try:
                await duty()
            except Exception:
                # A bug in one duty must not end the others; it is logged, and tried again.
                _logger.exception("a duty of the desk failed")
                await asyncio.sleep(_AFTER_A_BUG_SECONDS)
            await _wait(bell, every_seconds)

    async def _sort(self) -> None:
        while await sort_inbox(self._desk):
            pass

    async def _open_work_lanes(self) -> None:
        now = self._desk.clock.now()
        for store_id in await self._desk.database.read(lambda tx: work.stores_with_due_work(tx, now)):
            self._open_lane("work", store_id, work_store)

    async def _open_push_lanes(self) -> None:
        now = self._desk.clock.now()
        for store_id in await self._desk.database.read(lambda tx: listings.stores_with_due_pushes(tx, now)):
            self._open_lane("push", store_id, push_store)

    def _open_lane(self, kind: str, store_id: int, step: Callable[[Desk, int], Awaitable[int]]) -> None:
        lane = self._lanes.get((kind, store_id))
        if lane is None or lane.done():
            self._lanes[kind, store_id] = asyncio.create_task(self._run_lane(kind, store_id, step))

    async def _run_lane(self, kind: str, store_id: int, step: Callable[[Desk, int], Awaitable[int]]) -> None:
        try:
            while await step(self._desk, store_id):
                pass
        except Exception:
            # The leases of what was claimed run out by themselves; the lane is opened again then.
            _logger.exception("store %s: %s failed", store_id, kind)

    async def _read(self) -> None:
        while await read_on(self._desk):
            pass

    async def _verify(self) -> None:
        while await verify_listings(self._desk):
            pass

    async def _tidy(self) -> None:
        for duty in duties.ALL:
            await duty(self._desk)


async def _wait(bell: asyncio.Event | None, seconds: float) -> None:
    if bell is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return
    bell.clear()
