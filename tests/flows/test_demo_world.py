"""The demo world: filled through the front doors, and its buyers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from tests.client.fake_marketplace import FakeMarketplace
from tests.flows.conftest import OPERATOR_KEY
from tests.flows.world import Marketplace
from zoco.cli.serving import bind, running, serving
from zoco.clock import Clock, SystemClock
from zoco.database.transaction import Database, Transaction
from zoco.desk import people
from zoco.desk.app import create_app
from zoco.desk.desk import Desk
from zoco.desk.records import listings, products, stores
from zoco.desk.workers import Workers
from zoco.resources.user import NewUser
from zoco.sandbox import demo
from zoco.sandbox.buyers import Buyers, NotASandbox, refuse_unless_sandbox


@pytest.fixture
def time_outside() -> Clock:
    """Real time: the desk waits in it."""
    return SystemClock()


@pytest.fixture
async def desk(marketplace: Marketplace, desk_database: Database) -> AsyncIterator[Desk]:
    """A desk at work, and the marketplace's notifications on their way to it."""
    async with AsyncExitStack() as stack:
        listener = bind("127.0.0.1", 0, "the desk")
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        desk = Desk(desk_database, SystemClock(), secret_key=b"0" * 32, public_url=url)
        stack.push_async_callback(desk.close)
        await stack.enter_async_context(serving(create_app(desk), listener))
        await stack.enter_async_context(running(marketplace.dispatcher.run(), Workers(desk).run()))
        yield desk


@pytest.fixture
async def production() -> AsyncIterator[FakeMarketplace]:
    """A marketplace whose answers name no world."""
    fake = FakeMarketplace()
    fake.answer("GET /sites", [])
    async with fake.serving():
        yield fake


async def until(desk: Desk, holds: Callable[[Transaction], Awaitable[bool]]) -> None:
    """Wait until the desk's rows say so."""
    news = asyncio.Event()
    desk.database.on_signal("live", news.set)
    async with asyncio.timeout(60):
        while not await desk.database.read(holds):
            await news.wait()
            news.clear()


async def stock(tx: Transaction, sku: str) -> tuple[int, set[int]]:
    """What is on the shelf, and what the listings were last seen to show."""
    product = await products.by_sku(tx, sku)
    assert product is not None
    shown = {listing.actual for listing in await listings.of_product(tx, product.id)}
    return await products.on_hand(tx, product.id), shown


async def test_a_filled_world_and_a_sale_that_reaches_the_other_store(
    marketplace: Marketplace, desk: Desk
) -> None:
    world = await demo.fill(marketplace.url, OPERATOR_KEY, desk, seed=7)

    assert await demo.kept(desk) == world
    connected = await desk.database.read(stores.connected)
    assert sorted((store.site_id, store.nickname) for store in connected) == [
        ("MLA", "CASA_QUEBRACHO"),
        ("MLB", "PATIO_DO_VALE"),
        ("MLM", "CASA_QUEBRACHO_MX"),
    ]
    assert await desk.database.read(lambda tx: stock(tx, "CASA-110")) == (3, {3})

    argentina = next(member for member in world.sellers if member.site_id == "MLA")
    somebody = next(member for member in world.buyers if member.site_id == "MLA")
    shop, buyer = [await marketplace.client_of(member.id) for member in (argentina, somebody)]
    item_ids = [item_id async for item_id in shop.items.all_of_user(argentina.id)]
    items = (await shop.items.many(item_ids)).values()
    (chair,) = [item for item in items if item.seller_custom_field == "CASA-110"]
    order = await buyer.orders.place(item_id=chair.id, quantity=2)
    await buyer.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")

    async def both_stores_show_one(tx: Transaction) -> bool:
        return await stock(tx, "CASA-110") == (1, {1})

    await until(desk, both_stores_show_one)

    printed = demo.sign_ins(OPERATOR_KEY)[0]
    signed_in = await people.sign_in(desk, printed.username, printed.password, address="127.0.0.1")
    assert (signed_in.person.role, signed_in.person.name) == ("owner", "Ana Quebracho")
    with pytest.raises(demo.DemoUnfillable, match="has an owner already"):
        await demo.fill(marketplace.url, OPERATOR_KEY, desk, seed=7)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_buyers_act_within_their_bound_and_the_desk_keeps_up(
    marketplace: Marketplace, desk: Desk
) -> None:
    world = await demo.fill(marketplace.url, OPERATOR_KEY, desk, seed=7)
    dealer = await marketplace.client_of(world.sellers[0].id)
    (reserved,) = (await dealer.orders.search(seller=world.sellers[0].id, tags="reservation")).results
    await dealer.orders.give_feedback(reserved.id, fulfilled=True, rating="positive")

    async with Buyers(marketplace.url, OPERATOR_KEY, world, seed=3, orders_max=13) as buyers:
        done = [await buyers.act() for _ in range(80)]

    told = "\n".join(each for each in done if each is not None)
    # Three of the thirteen are the sales of the first day.
    assert told.count(" placed order ") == 10
    assert "with two cards" in told
    assert "being reviewed" in told
    assert "card was rejected" in told
    assert f" confirmed order {reserved.id}" in told

    async def every_listing_shows_what_is_there(tx: Transaction) -> bool:
        for listing in await listings_of_all(tx):
            if listing.product_id is None or listing.actual != await products.on_hand(tx, listing.product_id):
                return False
        return True

    await until(desk, every_listing_shows_what_is_there)


async def listings_of_all(tx: Transaction) -> list[listings.Listing]:
    found = []
    for number in range(101, 113):
        product = await products.by_sku(tx, f"CASA-{number}")
        assert product is not None
        found += await listings.of_product(tx, product.id)
    return found


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_marketplace_where_its_people_live_already_is_left_alone(
    marketplace: Marketplace, desk: Desk
) -> None:
    await marketplace.operator.create_user(NewUser(site_id="MLA", nickname="CASA_QUEBRACHO"))

    for _ in range(2):
        with pytest.raises(demo.DemoUnfillable, match="its people live here already"):
            await demo.fill(marketplace.url, OPERATOR_KEY, desk, seed=7)


async def test_nobody_is_simulated_outside_a_sandbox(production: FakeMarketplace) -> None:
    world = demo.DemoWorld(sellers=[], buyers=[])

    with pytest.raises(NotASandbox):
        await refuse_unless_sandbox(production.base_url)
    with pytest.raises(NotASandbox):
        await Buyers(production.base_url, OPERATOR_KEY, world).run()


def test_passwords_differ_between_installations_and_not_between_starts() -> None:
    assert demo.sign_ins("key-1") == demo.sign_ins("key-1")
    passwords = {each.password for key in ("key-1", "key-2") for each in demo.sign_ins(key)}
    assert len(passwords) == 14
