"""A small marketplace: a seller, two buyers, a stranger, an application that both sides granted."""

from __future__ import annotations

import pytest

from tests.hand_clock import HandClock
from tests.marketplace.market import Market, open_market
from zoco.database.transaction import Database


@pytest.fixture
async def market(database: Database, clock: HandClock) -> Market:
    return await open_market(database, clock)
