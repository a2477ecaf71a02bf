"""The desk dies between any two writes, and the next round repairs what it left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from tests.desk.conftest import NORTH, NORTH_ITEM, SOUTH, SOUTH_ITEM, Shop, a_desk, settle
from tests.hand_clock import HandClock
from zoco.database.transaction import Database, Work
from zoco.desk import after_sale, products
from zoco.desk.duties import release_dead_leases

Result = TypeVar("Result")


class Killed(Exception):
    pass


class MortalDatabase:
    """Dies at write number `dies_at` (from 1), just before or just after it is committed."""

    def __init__(self, database: Database, *, dies_at: int, after_commit: bool) -> None:
        self._database = database
        self._left = dies_at
        self._after_commit = after_commit
        self.died = False
        self.engine = database.engine

    async def read(self, work: Work[Result], *, wait_seconds_max: float | None = None) -> Result:
        self._refuse_when_dead()
        return await self._database.read(work, wait_seconds_max=wait_seconds_max)

    async def write(
        self, work: Work[Result], *, wait_seconds_max: float | None = None, long: bool = False
    ) -> Result:
        self._refuse_when_dead()
        self._left -= 1
        dying = self._left == 0
        if dying and not self._after_commit:
            self.died = True
            raise Killed
        result = await self._database.write(work, wait_seconds_max=wait_seconds_max, long=long)
        if dying:
            self.died = True
            raise Killed
        return result

    def on_signal(self, name: str, listener: Callable[[], None]) -> None:
        self._database.on_signal(name, listener)

    async def close(self) -> None:
        pass

    def _refuse_when_dead(self) -> None:
        if self.died:
            raise Killed


async def _live_and_die(
    shop: Shop, clock: HandClock, act: Callable[..., object], *, dies_at: int, after: bool
) -> bool:
    """Whether a desk that does `act` and settles has died over it."""
    database = MortalDatabase(shop.desk.database, dies_at=dies_at, after_commit=after)
    desk = a_desk(database, clock)
    try:
        await act(desk)  # type: ignore[misc]
        await settle(desk, (shop.south, shop.north), push=True)
    except* Killed:
        pass
    finally:
        await desk.close()
    return database.died


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("after_commit", [False, True])
async def test_killed_at_any_write_of_a_sale(shop: Shop, clock: HandClock, after_commit: bool) -> None:
    await products.correct(shop.desk, shop.product, reason="count", quantity=40, note="", by=shop.person)
    await shop.settle()
    sold, dies_at, died = 0, 0, True
    while died:
        dies_at += 1
        order = shop.marketplace.sell(SOUTH_ITEM)
        sold += 1
        await shop.tell(f"/orders/{order}", user=SOUTH, identity=str(order))
        died = await _live_and_die(shop, clock, _nothing, dies_at=dies_at, after=after_commit)
        clock.advance(timedelta(minutes=3))
        await shop.settle()
        assert await shop.on_hand() == 40 - sold
        assert shop.marketplace.items[NORTH_ITEM].quantity == 40 - sold
        assert shop.marketplace.items[SOUTH_ITEM].quantity == 40 - sold
        assert await shop.column("SELECT count(*) FROM work") == [0]
        assert await shop.column("SELECT count(*) FROM listings WHERE push_state <> 'idle'") == [0]
        assert await shop.column("SELECT count(*) FROM inbox WHERE state <> 'done'") == [0]
    assert dies_at > 4


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("after_commit", [False, True])
async def test_killed_at_any_write_of_a_return(shop: Shop, clock: HandClock, after_commit: bool) -> None:
    dies_at, died = 0, True
    while died:
        dies_at += 1
        order = shop.marketplace.sell(SOUTH_ITEM, reservation=True)
        await shop.tell(f"/orders/{order}", user=SOUTH, identity=f"{order} sold")
        await shop.settle()
        assert await shop.on_hand() == 9

        async def give_back(desk: object, order: int = order) -> None:
            await after_sale.return_reservation(desk, shop.south, order, by=shop.person)  # type: ignore[arg-type]

        died = await _live_and_die(shop, clock, give_back, dies_at=dies_at, after=after_commit)
        # The marketplace tells of its own accord as well.
        await shop.tell(f"/orders/{order}", user=SOUTH, identity=f"{order} returned")
        clock.advance(timedelta(minutes=3))
        await shop.settle()
        assert await shop.on_hand() == 10
        assert shop.marketplace.items[NORTH_ITEM].quantity == 10
        assert shop.marketplace.items[SOUTH_ITEM].quantity == 10
    assert dies_at > 4


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("after_commit", [False, True])
async def test_killed_at_any_write_of_a_count_while_others_buy(
    shop: Shop, clock: HandClock, after_commit: bool
) -> None:
    """What the dead desk wrote, and nobody knows of, must not hide a sale that nobody has told of yet."""
    on_hand, dies_at, died = 40, 0, True
    while died:
        dies_at += 1
        on_hand += 5

        async def count(desk: object, quantity: int = on_hand) -> None:
            await products.correct(
                desk,  # type: ignore[arg-type]
                shop.product, reason="count", quantity=quantity, note="", by=shop.person,
            )  # fmt: skip

        died = await _live_and_die(shop, clock, count, dies_at=dies_at, after=after_commit)
        sold = [shop.marketplace.sell(NORTH_ITEM), shop.marketplace.sell(NORTH_ITEM)]
        clock.advance(timedelta(minutes=3))
        await shop.settle()
        for order in sold:
            await shop.tell(f"/orders/{order}", user=NORTH, identity=str(order))
        await shop.settle()
        on_hand = await shop.on_hand()
        assert shop.marketplace.items[NORTH_ITEM].quantity == on_hand
        assert shop.marketplace.items[SOUTH_ITEM].quantity == on_hand
    assert dies_at > 4


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_more_sales_than_one_page_are_looked_up(shop: Shop, clock: HandClock) -> None:
    await products.correct(shop.desk, shop.product, reason="count", quantity=200, note="", by=shop.person)
    await shop.settle()
    for _ in range(120):
        shop.marketplace.sell(NORTH_ITEM)
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    assert await shop.on_hand() == 79
    assert shop.marketplace.items[NORTH_ITEM].quantity == 79
    assert shop.marketplace.items[SOUTH_ITEM].quantity == 79


async def test_what_a_killed_desk_had_leased_goes_on_at_the_next_start(shop: Shop, clock: HandClock) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity=str(order))
    await shop.follow_up()
    # Of each store in turn, work and pushes are claimed: it dies over the push to the other store.
    assert await _live_and_die(shop, clock, _nothing, dies_at=5, after=True)
    assert await shop.column("SELECT item_id FROM listings WHERE push_leased_until > 0") == [NORTH_ITEM]

    await release_dead_leases(shop.desk)
    await shop.settle()
    # Several desks may work on one PostgreSQL, and one of them cannot know that another is dead.
    alone = shop.desk.database.engine == "sqlite"
    assert shop.marketplace.items[NORTH_ITEM].quantity == (9 if alone else 10)

    clock.advance(timedelta(minutes=3))
    await shop.settle()
    assert shop.marketplace.items[NORTH_ITEM].quantity == 9


async def _nothing(desk: object) -> None:
    pass
