"""The demo world: a car dealer, a shop with two stores and one stock, and their buyers.

    world = await demo.kept(desk) or await demo.fill(base_url, operator_key, desk, seed=42)
    await Buyers(base_url, operator_key, world).run()

Everything goes through the front doors, the marketplace's over HTTP, so that what a visitor sees has
happened the way it always does. Each step looks first at what is there already, so that a filling
which was killed goes on at the next start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from decimal import Decimal
from random import Random

import msgspec
from msgspec import UNSET

from zoco.client import BadRequest, Client, NotFound
from zoco.client.operator import Operator
from zoco.database.transaction import Transaction
from zoco.desk import inbox, people, products, stores
from zoco.desk.desk import Desk
from zoco.desk.records import people as person_rows
from zoco.desk.records import settings
from zoco.desk.records import stores as store_rows
from zoco.resources.application import Application, NewApplication
from zoco.resources.codec import decode, encode
from zoco.resources.item import Attribute, NewItem
from zoco.resources.user import NewUser
from zoco.sandbox.buyers import NotASandbox, refuse_unless_sandbox
from zoco.sandbox.demo_goods import CARS, GOODS, Car, Good
from zoco.sandbox.demo_people import (
    BUYERS,
    DEALER,
    DESK_OWNER,
    DESK_OWNER_NAME,
    SHOPS,
    DemoWorld,
    Member,
    OperatorTokens,
    SignIn,
    password_of,
    sign_ins,
)

__all__ = ["DemoUnfillable", "DemoWorld", "SignIn", "fill", "kept", "sign_ins"]

_SETTING = "demo_world"
# Set while a world is being filled: empty, and its people as soon as all of them are there.
_BEGUN = "demo_world_begun"
_TOPICS = ["orders", "created_orders", "payments", "items"]
# One whose secret was lost when the filling was killed is of no use to anybody: the next one is made.
_APPLICATION_NAMES = ("Mesa de ventas", *(f"Mesa de ventas {number}" for number in range(2, 10)))
# Longer than what a killed worker had leased stays leased.
_READING_SECONDS = 150
# How far below a newcomer's id the people of an interrupted filling are looked for.
_NEIGHBOURS = 100


class DemoUnfillable(Exception):
    """There is no room for a demo world; the text is one sentence for a person."""


async def kept(desk: Desk) -> DemoWorld | None:
    """The demo world that was put into this desk, None when there is none, or only half of one."""
    value = await desk.database.read(lambda tx: settings.get(tx, _SETTING))
    return None if value is None else decode(value.encode(), DemoWorld)


async def fill(base_url: str, operator_key: str, desk: Desk, *, seed: int) -> DemoWorld:
    """Fill an empty marketplace and an empty desk; both, and the desk's workers, are running.

    Raises DemoUnfillable outside sandbox mode, and where somebody lives already. Killed in the middle,
    it goes on when it is called again.
    """
    begun = await desk.database.read(lambda tx: settings.get(tx, _BEGUN))
    owner = await desk.database.read(lambda tx: person_rows.by_username(tx, DESK_OWNER))
    if await people.owner_exists(desk) and (begun is None or owner is None):
        raise DemoUnfillable("The demo world needs an empty desk, and this one has an owner already.")
    try:
        await refuse_unless_sandbox(base_url)
    except NotASandbox as error:
        raise DemoUnfillable("The demo world needs a marketplace in sandbox mode.") from error
    async with Operator(base_url, operator_key) as operator, AsyncExitStack() as stack:
        world = decode(begun.encode(), DemoWorld) if begun else None
        if world is None:
            world = await _settle(desk, operator, operator_key, interrupted=begun is not None)
        clients = [await _client_of(stack, operator, seller) for seller in world.sellers]
        await _put_on_sale(world.sellers, clients, Random(seed))
        owner_id = await _own(desk, operator_key) if owner is None else owner[0].id
        application = await _application(desk, clients[0])
        await _connect(desk, operator, application, world.sellers, owner_id)
        await _link_listings(desk, owner_id)
        await _first_sales(stack, operator, world, clients)
    await desk.database.write(lambda tx: _finish(tx, world))
    return world


async def _finish(tx: Transaction, world: DemoWorld) -> None:
    await settings.put(tx, _SETTING, encode(world).decode())
    await settings.forget(tx, _BEGUN)


async def _settle(desk: Desk, operator: Operator, operator_key: str, *, interrupted: bool) -> DemoWorld:
    """All people, those of an interrupted filling found again by their names."""
    known = await _neighbours(operator) if interrupted else {}
    await desk.database.write(lambda tx: settings.put(tx, _BEGUN, ""))

    async def member(user: NewUser) -> Member:
        nickname = user.nickname or ""
        if nickname not in known:
            password = password_of(operator_key, nickname)
            made = await operator.create_user(msgspec.structs.replace(user, password=password))
            known[nickname] = made.id
        return Member(id=known[nickname], site_id=user.site_id, nickname=nickname)

    try:
        dealer = await member(DEALER)
        shops = await asyncio.gather(*map(member, SHOPS))
        buyers = await asyncio.gather(*map(member, BUYERS))
    except BadRequest as error:
        await desk.database.write(lambda tx: settings.forget(tx, _BEGUN))
        raise DemoUnfillable(
            "The demo world needs an empty marketplace, and its people live here already."
        ) from error
    world = DemoWorld(sellers=[dealer, *shops], buyers=buyers)
    await desk.database.write(lambda tx: settings.put(tx, _BEGUN, encode(world).decode()))
    return world


async def _neighbours(operator: Operator) -> dict[str, int]:
    """Who has settled of late, by nickname: ids are given in a row, so a newcomer's is next to theirs."""
    newcomer = await operator.create_user(NewUser(site_id=DEALER.site_id))
    found: dict[str, int] = {}
    async with Client(operator.base_url) as anybody:
        for user_id in range(newcomer.id - _NEIGHBOURS, newcomer.id):
            with suppress(NotFound):
                found[(await anybody.users.get(user_id)).nickname] = user_id
    return found


async def _client_of(stack: AsyncExitStack, operator: Operator, member: Member) -> Client:
    tokens = OperatorTokens(operator, member.id)
    return await stack.enter_async_context(Client(operator.base_url, tokens=tokens))


async def _put_on_sale(sellers: Sequence[Member], clients: Sequence[Client], random: Random) -> None:
    """In an order of their own, so that a list sorted by date is not a list sorted by SKU."""
    cars, goods = random.sample(CARS, len(CARS)), random.sample(GOODS, len(GOODS))
    shelves = [
        [_car(car) for car in cars],
        [_good(good, site_id="MLA", price=good.price_ars, currency="ARS") for good in goods],
        [_good(good, site_id="MLM", price=good.price_mxn, currency="MXN") for good in goods],
    ]
    async with asyncio.TaskGroup() as together:
        for seller, client, shelf in zip(sellers, clients, shelves, strict=True):
            together.create_task(_fill_shelf(seller, client, shelf))


async def _fill_shelf(seller: Member, client: Client, shelf: Sequence[NewItem]) -> None:
    ids = [item_id async for item_id in client.items.all_of_user(seller.id)]
    there = {item.seller_custom_field for item in (await client.items.many(ids)).values()}
    for item in shelf:
        if item.seller_custom_field not in there:
            await client.items.publish(item)


def _car(car: Car) -> NewItem:
    reservation = []
    if car.reservation_price is not None:
        price = f"{car.reservation_price} BRL"
        reservation = [Attribute(id="RESERVATION_PRICE", name="Valor de reserva", value_name=price)]
    return NewItem(
        title=car.title,
        category_id="MLB1744",
        price=Decimal(car.price),
        currency_id="BRL",
        available_quantity=1,
        buying_mode="classified",
        listing_type_id="gold",
        condition="used",
        sale_terms=reservation,
        attributes=[
            Attribute(id="BRAND", value_name=car.brand),
            Attribute(id="MODEL", value_name=car.model),
            Attribute(id="VEHICLE_YEAR", value_name=str(car.year)),
        ],
        seller_custom_field=car.sku,
    )


def _good(good: Good, *, site_id: str, price: int, currency: str) -> NewItem:
    return NewItem(
        title=good.title,
        category_id=f"{site_id}3530",
        price=Decimal(price),
        currency_id=currency,
        available_quantity=good.stock,
        buying_mode="buy_it_now",
        listing_type_id="gold_special",
        condition="new",
        seller_custom_field=good.sku,
    )


async def _own(desk: Desk, operator_key: str) -> int:
    password = password_of(operator_key, DESK_OWNER)
    owner = await people.create_owner(desk, username=DESK_OWNER, name=DESK_OWNER_NAME, password=password)
    return owner.id


async def _application(desk: Desk, owner: Client) -> store_rows.Application:
    """The desk's application at the marketplace, with the desk's callback."""
    for known in await desk.database.read(store_rows.applications):
        if known.base_url == owner.base_url.rstrip("/"):
            return known
    made = await _register(desk, owner)
    assert made.secret_key is not UNSET
    application_id = await stores.add_application(
        desk,
        base_url=owner.base_url,
        auth_url=owner.base_url,
        client_id=made.id,
        client_secret=made.secret_key,
    )
    known_now = await desk.database.read(lambda tx: store_rows.application(tx, application_id))
    assert known_now is not None
    return known_now


async def _register(desk: Desk, owner: Client) -> Application:
    secret = await inbox.callback_secret(desk)
    application = NewApplication(
        name=_APPLICATION_NAMES[0],
        short_name="mesa",
        callback_url=desk.public_url + stores.CALLBACK_PATH,
        notifications_callback_url=f"{desk.public_url}{inbox.PATH}/{secret}",
        notifications_topics=_TOPICS,
    )
    for name in _APPLICATION_NAMES[:-1]:
        with suppress(BadRequest):
            return await owner.applications.create(msgspec.structs.replace(application, name=name))
    return await owner.applications.create(msgspec.structs.replace(application, name=_APPLICATION_NAMES[-1]))


async def _connect(
    desk: Desk,
    operator: Operator,
    application: store_rows.Application,
    sellers: Sequence[Member],
    owner_id: int,
) -> None:
    connected = {store.account_id for store in await desk.database.read(store_rows.all_of_them)}
    for seller in sellers:
        if seller.id in connected:
            continue
        token = await operator.issue_token(seller.id, app_id=application.client_id)
        assert token.refresh_token is not UNSET
        await stores.paste(
            desk,
            application_id=application.id,
            access_token=token.access_token,
            refresh_token=token.refresh_token,
            by=owner_id,
        )
    news = asyncio.Event()
    desk.database.on_signal("live", news.set)
    try:
        async with asyncio.timeout(_READING_SECONDS):
            while not await desk.database.read(_all_read):
                await news.wait()
                news.clear()
    except TimeoutError as error:
        raise DemoUnfillable("The desk did not read its stores: are its workers running?") from error


async def _all_read(tx: Transaction) -> bool:
    return all(store.import_state == "done" for store in await store_rows.all_of_them(tx))


async def _link_listings(desk: Desk, owner_id: int) -> None:
    """The shop's two stores sell the same things: their listings name the same SKU."""
    async with asyncio.TaskGroup() as together:
        for proposal in await desk.database.read(products.proposals):
            together.create_task(products.link_proposal(desk, proposal.sku, by=owner_id))


async def _first_sales(
    stack: AsyncExitStack, operator: Operator, world: DemoWorld, sellers: Sequence[Client]
) -> None:
    """One sale in each store, so that the first look finds a reservation to deliver."""
    async with asyncio.TaskGroup() as together:
        for seller, client in zip(world.sellers, sellers, strict=True):
            member = next(each for each in world.buyers if each.site_id == seller.site_id)
            buyer = await _client_of(stack, operator, member)
            together.create_task(_first_sale(seller, client, member, buyer))


async def _first_sale(seller: Member, client: Client, member: Member, buyer: Client) -> None:
    placed = (await buyer.orders.search(buyer=member.id, limit=1)).results
    if placed:
        order = placed[0]
    else:
        on_sale = (await client.items.of_user(seller.id, status="active", limit=1)).results
        order = await buyer.orders.place(item_id=on_sale[0], quantity=1)
    if order.status != "paid":
        await buyer.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")
