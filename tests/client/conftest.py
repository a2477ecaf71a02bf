from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.client.fake_marketplace import FakeMarketplace
from zoco.client import Client, Retries


@pytest.fixture
async def marketplace() -> AsyncIterator[FakeMarketplace]:
    fake = FakeMarketplace()
    async with fake.serving():
        yield fake


@pytest.fixture
async def client(marketplace: FakeMarketplace) -> AsyncIterator[Client]:
    """The seller's client; it repeats without waiting."""
    patient = Retries(first_wait_seconds=0.0)
    async with Client(marketplace.base_url, tokens="APP_USR-secret", retries=patient) as client:
        yield client
