"""The desk's workers against the real marketplace: notifications, OAuth tokens, ETags and all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from tests.desk.conftest import KEY, an_owner
from tests.flows.conftest import marketplace as real_marketplace  # noqa: F401
from tests.flows.world import Marketplace, Person, sell, sell_car
from zoco.cli.serving import bind, running, serving
from zoco.clock import Clock, SystemClock
from zoco.database.transaction import Database, Transaction
from zoco.desk import after_sale, products, stores
from zoco.desk.app import create_app
from zoco.desk.desk import Desk
from zoco.desk.records import listings
from zoco.desk.records import products as product_rows
from zoco.desk.workers import Workers
from zoco.resources.application import NewApplication
from zoco.resources.user import NewUser


@pytest.fixture
def time_outside() -> Clock:
    """Real time: the workers wait in it."""
    return SystemClock()


@dataclass
class Story:
    desk: Desk
    world: Marketplace
    owner: int
    south: Person
    north: Person
    buyer: Person
    stores: dict[int, int] = field(default_factory=dict)

    async def until(self, expected: object, read: object) -> None:
        """Wait for the desk's rows to say so."""
        news = asyncio.Event()
        self.desk.database.on_signal("live", news.set)
        async with asyncio.timeout(60):
            while await self.desk.database.read(read) != expected:  # type: ignore[arg-type]
                await news.wait()
                news.clear()

    async def listing_of(self, item_id: str) -> int:
        rows = await self.desk.database.read(
            lambda tx: tx.all("SELECT id FROM listings WHERE item_id = :item_id", {"item_id": item_id})
        )
        return int(rows[0]["id"])


@pytest.fixture
async def story(real_marketplace: Marketplace, desk_database: Database) -> AsyncIterator[Story]:  # noqa: F811
    """A desk at work with two connected stores, and somebody who buys in both."""
    world = real_marketplace
    async with AsyncExitStack() as stack:
        listener = bind("127.0.0.1", 0, "the desk")
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        desk = Desk(desk_database, SystemClock(), secret_key=KEY, public_url=url)
        stack.push_async_callback(desk.close)
        await stack.enter_async_context(serving(create_app(desk), listener))
        south, north, buyer = [await world.person(NewUser(site_id="MLB")) for _ in range(3)]
        story = Story(desk, world, await an_owner(desk), south, north, buyer)
        application = await south.client.applications.create(
            NewApplication(
                name="Desk",
                callback_url=desk.public_url + stores.CALLBACK_PATH,
                notifications_callback_url=f"{url}/notifications",
                notifications_topics="orders,created_orders,items,payments",
            )
        )
        assert isinstance(application.secret_key, str)
        here = await stores.add_application(
            desk,
            base_url=world.url,
            auth_url=world.url,
            client_id=application.id,
            client_secret=application.secret_key,
        )
        for person in (south, north):
            token = await world.operator.issue_token(person.id, app_id=application.id)
            assert isinstance(token.refresh_token, str)
            store = await stores.paste(
                desk, application_id=here, access_token=token.access_token, refresh_token=token.refresh_token
            )
            story.stores[person.id] = store.id
        await stack.enter_async_context(running(world.dispatcher.run(), Workers(desk).run()))
        yield story


async def _imported(tx: Transaction) -> int:
    row = await tx.one("SELECT count(*) AS listings FROM listings")
    assert row is not None
    return int(row["listings"])


async def test_many_buyers_in_two_stores_at_once_leave_both_listings_right(story: Story) -> None:
    items = [
        await sell(seller, title="Cafetera italiana", price=100, quantity=40, site_id="MLB")
        for seller in (story.south, story.north)
    ]
    await story.until(2, _imported)
    product = await products.create(story.desk, sku="CAF-01", name="Cafetera", on_hand=40, by=story.owner)
    for item in items:
        await products.link(story.desk, await story.listing_of(item.id), product, by=story.owner)

    choice = random.Random(7)

    async def buy() -> int:
        """One sale: paid, given up unpaid, or called off by its seller; the units that stay sold."""
        item, quantity, fate = choice.choice(items), choice.choice([1, 1, 2]), choice.random()
        order = await story.buyer.client.orders.place(item_id=item.id, quantity=quantity)
        if fate < 0.2:
            await story.buyer.client.orders.cancel(order.id)
            return 0
        await story.buyer.client.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")
        if fate > 0.4:
            return quantity
        seller = story.south if item.seller_id == story.south.id else story.north
        await seller.client.orders.give_feedback(
            order.id,
            fulfilled=False,
            rating="neutral",
            message="changed their mind",
            reason="BUYER_REGRETS",
            restock_item=fate > 0.3,
        )
        return 0

    sold = sum(await asyncio.gather(*(buy() for _ in range(16))))

    async def shown(tx: Transaction) -> tuple[int, list[tuple[int, int, str]]]:
        found = await listings.of_product(tx, product)
        on_hand = await product_rows.on_hand(tx, product)
        return on_hand, [(each.believed, each.target or 0, each.push_state) for each in found]

    left = 40 - sold
    await story.until((left, [(left, left, "idle")] * 2), shown)
    there = await story.south.client.items.many([item.id for item in items])
    assert [item.available_quantity for item in there.values()] == [left, left]


async def test_a_reservation_is_returned_and_the_car_is_on_sale_again(story: Story) -> None:
    car = await sell_car(story.south, title="Nissan March 1.0 S 12V", price=25000, reservation_price=499)
    await story.until(1, _imported)
    product = await products.create(story.desk, sku="NM-1", name="Nissan March", on_hand=1, by=story.owner)
    await products.link(story.desk, await story.listing_of(car.id), product, by=story.owner)
    order = await story.buyer.client.orders.place(item_id=car.id, quantity=1)
    await story.buyer.client.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")

    async def on_hand(tx: Transaction) -> int:
        return await product_rows.on_hand(tx, product)

    await story.until(0, on_hand)
    store = story.stores[story.south.id]
    spoken = await after_sale.return_reservation(story.desk, store, order.id, by=story.owner)
    assert (spoken.done, spoken.status) == (True, 201)
    await story.until(1, on_hand)
    again = await after_sale.deliver(story.desk, store, order.id, by=story.owner)
    assert (again.done, again.status) == (False, 400)
    assert again.message != ""
    assert (await story.south.client.items.get(car.id)).status == "active"
