"""The demo world: a car dealer, a shop with two stores and one stock, and their buyers.

    world = await demo.kept(desk) or await demo.fill(base_url, operator_key, desk, seed=42)
    await Buyers(base_url, operator_key, world).run()

Everything goes through the front doors, the marketplace's over HTTP, so that what a visitor sees has
happened the way it always does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from decimal import Decimal
from random import Random

import msgspec
from msgspec import UNSET

from zoco.client import Client, Conflict
from zoco.client.operator import Operator
from zoco.database.transaction import Transaction
from zoco.desk import inbox, people, products, stores
from zoco.desk.desk import Desk
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
_TOPICS = ["orders", "created_orders", "payments", "items"]
_READING_SECONDS = 60


class DemoUnfillable(Exception):
    """There is no room for a demo world; the text is one sentence for a person."""


async def kept(desk: Desk) -> DemoWorld | None:
    """The demo world that was put into this desk, None when there is none, or only half of one."""
    value = await desk.database.read(lambda tx: settings.get(tx, _SETTING))
    return None if value is None else decode(value.encode(), DemoWorld)


async def fill(base_url: str, operator_key: str, desk: Desk, *, seed: int) -> DemoWorld:
    """Fill an empty marketplace and an empty desk; both, and the desk's workers, are running.

    Raises DemoUnfillable outside sandbox mode, and where somebody lives already.
    """
    if await people.owner_exists(desk):
        raise DemoUnfillable("The demo world needs an empty desk, and this one has an owner already.")
    try:
        await refuse_unless_sandbox(base_url)
    except NotASandbox as error:
        raise DemoUnfillable("The demo world needs a marketplace in sandbox mode.") from error
    async with Operator(base_url, operator_key) as operator, AsyncExitStack() as stack:
        world = await _settle(operator, operator_key)
        clients = [await _client_of(stack, operator, seller) for seller in world.sellers]
        await _put_on_sale(clients, Random(seed))
        owner = await people.create_owner(
            desk,
            username=DESK_OWNER,
            name=DESK_OWNER_NAME,
            password=password_of(operator_key, DESK_OWNER),
        )
        application = await _register(desk, clients[0])
        await _connect(desk, operator, application, world.sellers, owner.id)
        await _link_listings(desk, owner.id)
        await _first_sales(stack, operator, world, clients)
    await desk.database.write(lambda tx: settings.put(tx, _SETTING, encode(world).decode()))
    return world


async def _settle(operator: Operator, operator_key: str) -> DemoWorld:
    async def member(user: NewUser) -> Member:
        password = password_of(operator_key, user.nickname or "")
        made = await operator.create_user(msgspec.structs.replace(user, password=password))
        return Member(id=made.id, site_id=user.site_id, nickname=made.nickname)

    try:
        return DemoWorld(
            sellers=[await member(user) for user in (DEALER, *SHOPS)],
            buyers=[await member(user) for user in BUYERS],
        )
    except Conflict as error:
        raise DemoUnfillable(
            "The demo world needs an empty marketplace, and its people live here already."
        ) from error


async def _client_of(stack: AsyncExitStack, operator: Operator, member: Member) -> Client:
    tokens = OperatorTokens(operator, member.id)
    return await stack.enter_async_context(Client(operator.base_url, tokens=tokens))


async def _put_on_sale(clients: Sequence[Client], random: Random) -> None:
    """In an order of their own, so that a list sorted by date is not a list sorted by SKU."""
    dealer, argentina, mexico = clients
    for car in random.sample(CARS, len(CARS)):
        await dealer.items.publish(_car(car))
    for good in random.sample(GOODS, len(GOODS)):
        await argentina.items.publish(_good(good, site_id="MLA", price=good.price_ars, currency="ARS"))
        await mexico.items.publish(_good(good, site_id="MLM", price=good.price_mxn, currency="MXN"))


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


async def _register(desk: Desk, owner: Client) -> Application:
    """The desk's application at the marketplace, with the desk's callback."""
    secret = await inbox.callback_secret(desk)
    return await owner.applications.create(
        NewApplication(
            name="Mesa de ventas",
            short_name="mesa",
            callback_url=desk.public_url + stores.CALLBACK_PATH,
            notifications_callback_url=f"{desk.public_url}{inbox.PATH}/{secret}",
            notifications_topics=_TOPICS,
        )
    )


async def _connect(
    desk: Desk, operator: Operator, application: Application, sellers: Sequence[Member], owner_id: int
) -> None:
    assert application.secret_key is not UNSET
    application_id = await stores.add_application(
        desk,
        base_url=operator.base_url,
        auth_url=operator.base_url,
        client_id=application.id,
        client_secret=application.secret_key,
    )
    for seller in sellers:
        token = await operator.issue_token(seller.id, app_id=application.id)
        assert token.refresh_token is not UNSET
        await stores.paste(
            desk,
            application_id=application_id,
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
    for proposal in await desk.database.read(products.proposals):
        await products.link_proposal(desk, proposal.sku, by=owner_id)


async def _first_sales(
    stack: AsyncExitStack, operator: Operator, world: DemoWorld, sellers: Sequence[Client]
) -> None:
    """One sale in each store, so that the first look finds a reservation to deliver."""
    for seller, client in zip(world.sellers, sellers, strict=True):
        member = next(each for each in world.buyers if each.site_id == seller.site_id)
        buyer = await _client_of(stack, operator, member)
        on_sale = (await client.items.of_user(seller.id, status="active", limit=1)).results
        order = await buyer.orders.place(item_id=on_sale[0], quantity=1)
        await buyer.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")
