"""A desk with two stores that share a product, against the fake marketplace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.desk.fake_answers import notification
from tests.desk.fake_marketplace import CLIENT_ID, CLIENT_SECRET, FakeMarketplace
from tests.hand_clock import HandClock
from zoco.database.transaction import Database
from zoco.desk import products, stores
from zoco.desk.desk import Desk
from zoco.desk.drift import verify_listings
from zoco.desk.first_reading import read_on
from zoco.desk.follow_up import work_store
from zoco.desk.inbox import parse
from zoco.desk.publish import push_store
from zoco.desk.records import inbox, listings, people
from zoco.desk.records import products as product_rows
from zoco.desk.records import stores as store_rows
from zoco.desk.records.listings import Listing
from zoco.desk.sorting import sort_inbox

KEY = b"a key of at least thirty-two bytes!"
SOUTH, NORTH = 1001, 2002
SOUTH_ITEM, NORTH_ITEM = "MLB1", "MLB2"


@pytest.fixture
async def marketplace(clock: HandClock) -> AsyncIterator[FakeMarketplace]:
    fake = FakeMarketplace(clock)
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def desk(desk_database: Database, clock: HandClock) -> AsyncIterator[Desk]:
    desk = a_desk(desk_database, clock)
    yield desk
    await desk.close()


def a_desk(database: Database, clock: HandClock) -> Desk:
    return Desk(database, clock, secret_key=KEY, public_url="http://desk.example")


@dataclass(frozen=True)
class Shop:
    """A desk in use: the stores South and North, each with one listing of the same product."""

    desk: Desk
    marketplace: FakeMarketplace
    person: int
    south: int
    north: int
    product: int

    async def tell(
        self, resource: str, *, user: int, topic: str = "orders", identity: str | None = None
    ) -> None:
        """The marketplace posts a notification."""
        message = parse(notification(resource, user=user, topic=topic, identity=identity), "127.0.0.1")
        assert message is not None
        now = self.desk.clock.now()
        await self.desk.database.write(lambda tx: inbox.add(tx, [message], now=now))

    async def follow_up(self) -> None:
        """Do all that is due of what was told."""
        await settle(self.desk, (self.south, self.north), push=False)

    async def settle(self) -> None:
        """Follow up, and write the listings."""
        await settle(self.desk, (self.south, self.north), push=True)

    async def on_hand(self) -> int:
        return await self.desk.database.read(lambda tx: product_rows.on_hand(tx, self.product))

    async def listing(self, store: int, item: str) -> Listing:
        found = await self.desk.database.read(lambda tx: listings.of_item(tx, store, item))
        return found[0]

    async def store(self, store: int) -> store_rows.Store:
        found = await self.desk.database.read(lambda tx: store_rows.get(tx, store))
        assert found is not None
        return found

    async def column(self, sql: str) -> list[object]:
        """The first column of a query, in order: for what no page asks for."""
        return [row[0] for row in await self.desk.database.read(lambda tx: tx.all(sql))]


async def settle(desk: Desk, store_ids: tuple[int, ...], *, push: bool) -> None:
    busy = True
    while busy:
        busy = bool(await sort_inbox(desk))
        for store_id in store_ids:
            busy |= bool(await work_store(desk, store_id))
            busy |= bool(push and await push_store(desk, store_id))


async def read_all(desk: Desk) -> None:
    while await read_on(desk):
        pass


async def verify_all(desk: Desk) -> None:
    while await verify_listings(desk):
        pass


async def connect(desk: Desk, marketplace: FakeMarketplace, account: int, *, by: int | None = None) -> int:
    application = await stores.add_application(
        desk,
        base_url=marketplace.base_url,
        auth_url="http://auth.example",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    access, refresh = marketplace.authorize(account)
    store = await stores.paste(
        desk, application_id=application, access_token=access, refresh_token=refresh, by=by
    )
    return store.id


async def an_owner(desk: Desk) -> int:
    """Somebody who acts, and never signs in: hashing a password is slow on purpose."""
    now = desk.clock.now()
    owner = await desk.database.write(
        lambda tx: people.add(tx, username="ana", name="Ana", role="owner", password_hash="-", now=now)
    )
    assert owner is not None
    return owner


@pytest.fixture
async def shop(desk: Desk, marketplace: FakeMarketplace) -> Shop:
    """Ten units of CAF-01, listed in both stores."""
    marketplace.list_item(SOUTH_ITEM, seller=SOUTH, quantity=10, sku="CAF-01")
    marketplace.list_item(NORTH_ITEM, seller=NORTH, quantity=10, sku="CAF-01")
    owner = await an_owner(desk)
    south = await connect(desk, marketplace, SOUTH)
    north = await connect(desk, marketplace, NORTH)
    await read_all(desk)
    product = await products.link_proposal(desk, "CAF-01", by=owner)
    marketplace.calls.clear()
    return Shop(desk=desk, marketplace=marketplace, person=owner, south=south, north=north, product=product)
