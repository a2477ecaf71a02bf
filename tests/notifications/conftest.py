from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.hand_clock import HandClock
from tests.notifications.feed_world import FeedWorld
from tests.notifications.receiver import Receiver, listening
from zoco.database.transaction import Database
from zoco.notifications.callbacks import callbacks
from zoco.notifications.delivery import Post


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as one:
        yield one


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with callbacks() as one:
        yield one


@pytest.fixture
def feed(database: Database, clock: HandClock) -> FeedWorld:
    return FeedWorld(database, clock)
