"""The world's time, as those who call it see it."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.flows.world import Marketplace
from zoco.resources.site import SiteSummary


async def test_answers_are_dated_by_the_world_clock(marketplace: Marketplace) -> None:
    nobody = await marketplace.anonymous()
    before = await nobody.fetch("/sites", list[SiteSummary])

    await marketplace.operator.advance("21d")
    after = await nobody.fetch("/sites", list[SiteSummary])

    assert before.date == datetime(2013, 5, 27, 14, 0, tzinfo=UTC)
    assert after.date == datetime(2013, 6, 17, 14, 0, tzinfo=UTC)


async def test_every_answer_names_its_world(marketplace: Marketplace) -> None:
    nobody = await marketplace.anonymous()

    first, second = [await nobody.fetch("/sites", list[SiteSummary]) for _ in range(2)]

    assert first.world
    assert first.world == second.world
