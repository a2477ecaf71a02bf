"""A whole marketplace over real HTTP, the people in it, and an application's callback."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal

from aiohttp import web

from zoco.client import Client
from zoco.client.operator import Operator
from zoco.notifications.dispatcher import Dispatcher
from zoco.resources.application import Application, NewApplication
from zoco.resources.codec import decode
from zoco.resources.item import Attribute, Item, NewItem, ValueStruct
from zoco.resources.notification import Notification
from zoco.resources.user import NewUser, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    user: User
    client: Client
    token: str = field(repr=False)

    @property
    def id(self) -> int:
        return self.user.id


@dataclass(slots=True, kw_only=True)
class Callback:
    """An application's callback: keeps what is posted, answers `status`."""

    url: str = ""
    status: int = 200
    received: list[bytes] = field(default_factory=list)

    @property
    def notifications(self) -> list[Notification]:
        return [decode(body, Notification) for body in self.received]

    def of_topic(self, topic: str, *, user_id: int) -> list[str]:
        """The resources told about under this topic in this user's feed, in the order they came."""
        told = self.notifications
        return [each.resource for each in told if (each.topic, each.user_id) == (topic, user_id)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.received.append(await request.read())
        return web.Response(status=self.status)


@dataclass(slots=True, kw_only=True)
class Marketplace:
    """Its clock stands still between calls: what happens in one breath bears one moment."""

    url: str
    operator: Operator
    dispatcher: Dispatcher
    stack: AsyncExitStack

    async def person(self, user: NewUser) -> Person:
        """A user with a token of their own."""
        return await self.signed_in(await self.operator.create_user(user))

    async def signed_in(self, user: User) -> Person:
        """The same user with a fresh token: they live six hours."""
        token = (await self.operator.issue_token(user.id)).access_token
        client = await self.stack.enter_async_context(Client(self.url, tokens=token))
        return Person(user=user, client=client, token=token)

    async def client_of(self, user_id: int) -> Client:
        """Somebody who was made elsewhere."""
        token = (await self.operator.issue_token(user_id)).access_token
        return await self.stack.enter_async_context(Client(self.url, tokens=token))

    async def anonymous(self) -> Client:
        return await self.stack.enter_async_context(Client(self.url))

    async def application(
        self, owner: Person, callback: Callback, topics: str, *users: Person
    ) -> Application:
        """An application that the users granted, with a comma list of topics as in its form."""
        application = await owner.client.applications.create(
            NewApplication(
                name="Sales desk",
                callback_url="https://desk.example/connected",
                notifications_callback_url=callback.url,
                notifications_topics=topics,
            )
        )
        for user in users:
            await self.operator.issue_token(user.id, app_id=application.id)
        return application

    async def deliver(self) -> None:
        """Send the notifications that are due; answers when their outcome is recorded."""
        async with self.dispatcher.stepping(timeout_seconds=5.0) as run_due:
            await run_due()


async def sell_car(seller: Person, *, title: str, price: int, reservation_price: int) -> Item:
    """A used car on MLB whose listing says how much a reservation costs."""
    return await seller.client.items.publish(
        NewItem(
            title=title,
            category_id="MLB1744",
            price=Decimal(price),
            currency_id="BRL",
            available_quantity=1,
            buying_mode="classified",
            listing_type_id="gold_special",
            condition="used",
            sale_terms=[
                Attribute(
                    id="RESERVATION_PRICE",
                    value_name=f"{reservation_price} BRL",
                    value_struct=ValueStruct(number=Decimal(reservation_price), unit="BRL"),
                )
            ],
            attributes=[
                Attribute(id="BRAND", value_name="Nissan"),
                Attribute(id="MODEL", value_name="March"),
                Attribute(id="VEHICLE_YEAR", value_name="2013"),
            ],
        )
    )


async def sell(
    seller: Person, *, title: str, price: int, quantity: int, condition: str = "new", site_id: str = "MLA"
) -> Item:
    """Something plain, of which there may be many."""
    currency = {"MLA": "ARS", "MLB": "BRL", "MLM": "MXN"}[site_id]
    return await seller.client.items.publish(
        NewItem(
            title=title,
            category_id=f"{site_id}3530",
            price=Decimal(price),
            currency_id=currency,
            available_quantity=quantity,
            buying_mode="buy_it_now",
            listing_type_id="gold_special",
            condition=condition,
        )
    )


def printed_part(answer: object, printed: object) -> object:
    """The part of an answer that a document prints: more fields may be there, none may be missing.

    The order of tags means nothing.
    """
    if isinstance(answer, dict) and isinstance(printed, dict):
        return {
            name: sorted(answer[name]) if name == "tags" else printed_part(answer[name], value)
            for name, value in printed.items()
            if name in answer
        }
    if isinstance(answer, list) and isinstance(printed, list) and len(answer) == len(printed):
        return [printed_part(*pair) for pair in zip(answer, printed, strict=True)]
    return answer
