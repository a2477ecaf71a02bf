"""`zoco up --demo` is killed while it fills its world, and the next start goes on where it stood."""

from __future__ import annotations

import os
import secrets
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.simulation.mortal_zoco import MortalZoco
from tests.simulation.remains import Remains

_KILLS = 5
_LIFE_SECONDS = (0.6, 2.2)
SEED = int(os.environ.get("ZOCO_KILLS_SEED", secrets.randbelow(1_000_000)))


@pytest.mark.timeout(240)
async def test_a_half_filled_demo_world_is_filled_to_its_end(tmp_path: Path) -> None:
    sys.stdout.write(f"ZOCO_KILLS_SEED={SEED}\n")
    chance = Random(SEED)
    zoco = MortalZoco(tmp_path, "--demo")
    try:
        for _ in range(_KILLS):
            await zoco.begin()
            await zoco.live_for(chance.uniform(*_LIFE_SECONDS))
            await zoco.kill()
        await zoco.start()
        assert await zoco.stop() == 0
    finally:
        await zoco.kill()
        sys.stdout.write(zoco.said)

    remains = Remains(**{part: f"sqlite:///{tmp_path}/{part}.db" for part in ("marketplace", "desk")})
    people = await remains.rows("marketplace", "SELECT * FROM users WHERE nickname NOT LIKE 'USER%'")
    assert len(people) == 12
    items = await remains.rows("marketplace", "SELECT site_id, seller_custom_field AS sku FROM items")
    assert set(Counter((row["site_id"], row["sku"]) for row in items).values()) == {1}
    assert Counter(row["site_id"] for row in items) == {"MLB": 16, "MLA": 12, "MLM": 12}
    stores = await remains.rows("desk", "SELECT state, import_state FROM stores")
    assert [(row["state"], row["import_state"]) for row in stores] == [("connected", "done")] * 3
    unlinked = await remains.rows("desk", "SELECT id FROM listings WHERE product_id IS NULL")
    assert list(unlinked) == []
    sales = await remains.rows(
        "marketplace", "SELECT site_id FROM orders WHERE status = 'paid' GROUP BY site_id ORDER BY site_id"
    )
    assert [row["site_id"] for row in sales] == ["MLA", "MLB", "MLM"]
    assert len(await remains.rows("desk", "SELECT id FROM people")) == 1
    assert "Traceback" not in zoco.said
