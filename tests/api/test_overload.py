"""A marketplace that has too much to do says so, and does nothing of what it turns away."""

from __future__ import annotations

from tests.api.conftest import Market, plain_item
from tests.busy_database import kept_busy
from zoco.database.transaction import WAITING_WORKS_MAX


async def test_who_would_have_to_wait_too_long_is_told_to_come_back(market: Market) -> None:
    seller = await market.person("VENDEDORA")

    async with kept_busy(market.database, waiting=WAITING_WORKS_MAX):
        turned_away = await market.client.post("/items", plain_item(), token=seller.token)
    later = await market.client.post("/items", plain_item(), token=seller.token)

    assert turned_away.refusal == (503, "service_unavailable")
    assert turned_away.headers["retry-after"] == "1"
    assert later.status == 201
