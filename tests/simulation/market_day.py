"""Two sellers of one stock, their buyers, and what each of them has been answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import TypeVar

import aiohttp

from tests.simulation.desk_owner import DeskOwner
from zoco.client import Client, Conflict, Retries
from zoco.client.errors import BadRequest, TimedOut, Unreachable
from zoco.client.operator import Operator
from zoco.resources.application import Application, NewApplication
from zoco.resources.feedback import Feedback
from zoco.resources.item import Attribute, NewItem
from zoco.resources.order import Order
from zoco.resources.payment import Payment
from zoco.resources.user import NewUser

T = TypeVar("T")

GOODS = ("GATO-01", "LLAVE-02", "CADENA-03")
CARS = ("AUTO-01", "AUTO-02", "AUTO-03", "AUTO-04")
GOODS_STOCK = 9_000
_SITES = {"MLB": "BRL", "MLA": "ARS"}
_BUYERS_PER_SITE = 3
_TOPICS = ["orders", "created_orders", "payments", "items"]
# Of somebody who listens to everybody, and to the other name of `orders`.
_LISTENERS_TOPICS = ["orders_v2", "created_orders", "payments", "items", "orders_feedback"]


class Unanswered(Exception):
    """The connection broke: nobody knows whether it was done."""


@dataclass(frozen=True, kw_only=True)
class Doors:
    """A person's connections to one marketplace, through any of its programs."""

    clients: Sequence[Client]
    chance: Random

    @property
    def client(self) -> Client:
        return self.chance.choice(self.clients)


@dataclass(frozen=True, kw_only=True)
class Seller:
    id: int
    site_id: str
    doors: Doors
    items: dict[str, str] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        return self.doors.client


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a buyer is about to do, decided beforehand.

    `end`: deliver, confirm (deliver, and the buyer agrees, which releases the money), return, cancel,
    desk_deliver, desk_return or nothing.
    """

    sku: str
    quantity: int
    cards: int
    end: str


class Errand:
    """One purchase from order to end, step by step, each step asked until it is answered.

    What was asked and not answered is asked again with the same idempotency key.
    """

    def __init__(self, name: str, plan: Plan, *, buyer_id: int, buyer: Doors, seller: Seller) -> None:
        self.name = name
        self.plan = plan
        self.buyer_id = buyer_id
        self.seller = seller
        self.order: Order | None = None
        self.payments: dict[str, Payment] = {}
        self.ended_by: str | None = None
        self.done = False
        self.asked_again = 0
        self._buyer = buyer
        self._asked: set[str] = set()
        self._said: set[str] = set()

    @property
    def item_id(self) -> str:
        return self.seller.items[self.plan.sku]

    async def go_on(self, owner: DeskOwner) -> None:
        """To the end, or until the program dies (Unanswered)."""
        try:
            if self.order is None:
                self.order = await self._ask("order", self.place)
            for number in range(self.plan.cards):
                card = f"card-{number}"
                if card not in self.payments:
                    self.payments[card] = await self._ask(card, lambda card=card: self.pay(card))
            if self.ended_by is None and all(each.status == "approved" for each in self.payments.values()):
                await self._end(owner, self.order.id)
        except (BadRequest, Conflict):
            # Sold out meanwhile: the last car has many admirers.
            if self.plan.sku not in CARS:
                raise
        self.done = True

    async def place(self) -> Order:
        return await self._buyer.client.orders.place(
            item_id=self.item_id, quantity=self.plan.quantity, idempotency_key=f"{self.name}:order"
        )

    async def pay(self, card: str) -> Payment:
        assert self.order is not None
        last = card == f"card-{self.plan.cards - 1}"
        half = Decimal(int(self.order.total_amount / 2))
        return await self._buyer.client.orders.pay(
            self.order.id,
            payment_method_id="visa",
            cardholder_name="APRO",
            transaction_amount=None if last else half,
            idempotency_key=f"{self.name}:{card}",
        )

    async def _end(self, owner: DeskOwner, order_id: int) -> None:
        match self.plan.end:
            case "nothing":
                return
            case "cancel":
                await self._say("end", lambda: self._buyer.client.orders.cancel(order_id))
            case "deliver" | "return":
                fulfilled = self.plan.end == "deliver"
                await self._say("end", lambda: self._seller_says(order_id, fulfilled=fulfilled))
            case "confirm":
                await self._say("end", lambda: self._seller_says(order_id, fulfilled=True))
                await self._say("agree", lambda: self._buyer_agrees(order_id))
            case _:
                word = self.plan.end.removeprefix("desk_")
                if await self._ask("look", lambda: owner.order(self.seller.id, order_id)) is None:
                    # The desk has not heard of the sale yet, so nobody can press a button there.
                    raise Unanswered(f"{self.name} is not at the desk")
                await self._say("end", lambda: self._press(owner, order_id, word))
        self.ended_by = self.plan.end

    async def _say(self, step: str, call: Callable[[], Awaitable[object]]) -> None:
        """A word that has no key: the second of two says that the first was heard."""
        if step in self._said:
            return
        again = step in self._asked
        try:
            await self._ask(step, call)
        except (BadRequest, Conflict):
            if not again:
                raise
        self._said.add(step)

    async def _press(self, owner: DeskOwner, order_id: int, word: str) -> None:
        """A button of the desk; when that has no good word, the marketplace knows what came of it."""
        if await owner.say(self.seller.id, order_id, word):
            return
        if (await self.seller.client.orders.feedback(order_id)).sale is None:
            raise Unanswered(f"{self.name}: the desk has not reached the marketplace")

    async def _buyer_agrees(self, order_id: int) -> Feedback:
        return await self._buyer.client.orders.give_feedback(
            order_id, fulfilled=True, rating="positive", message="Chegou"
        )

    async def _seller_says(self, order_id: int, *, fulfilled: bool) -> Feedback:
        car = self.plan.sku in CARS
        return await self.seller.client.orders.give_feedback(
            order_id,
            fulfilled=fulfilled,
            rating="positive" if fulfilled else "neutral",
            message=None if car else "Que tudo corra bem",
            reason=None if car or fulfilled else "UNAVAILABLE_PRODUCT",
            restock_item=None if car or fulfilled else True,
        )

    async def _ask(self, step: str, call: Callable[[], Awaitable[T]]) -> T:
        self.asked_again += step in self._asked - {"look"}
        self._asked.add(step)
        try:
            return await call()
        except (Unreachable, TimedOut, aiohttp.ClientError, TimeoutError) as error:
            raise Unanswered(f"{self.name} {step}") from error


@dataclass(kw_only=True)
class Shopper:
    """A buyer, one errand after the other."""

    id: int
    name: str
    doors: Doors
    seller: Seller
    chance: Random
    errands: list[Errand] = field(default_factory=list)

    async def shop(self, owner: DeskOwner, errands_max: int) -> None:
        for _ in range(errands_max):
            if not self.errands or self.errands[-1].done:
                self.errands.append(self._errand())
            try:
                await self.errands[-1].go_on(owner)
            except Unanswered:
                return

    async def shop_on(self, owner: DeskOwner, *, until: asyncio.Event) -> None:
        """Errand after errand; what one program does not answer is asked again, perhaps of another."""
        while not until.is_set():
            if not self.errands or self.errands[-1].done:
                self.errands.append(self._errand())
            with suppress(Unanswered):
                await self.errands[-1].go_on(owner)
            # He thinks: what the books are about is not how much a machine can bear.
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), self.chance.uniform(0.0, 0.4))

    async def finish(self, owner: DeskOwner) -> bool:
        """What was begun, and nothing new; False when the desk is not ready for it."""
        if not self.errands or self.errands[-1].done:
            return True
        with suppress(Unanswered):
            await self.errands[-1].go_on(owner)
        return self.errands[-1].done

    def _errand(self) -> Errand:
        car = self.seller.site_id == "MLB" and self.chance.random() < 0.4
        ends = (
            ["desk_deliver", "desk_return", "return", "cancel", "nothing"]
            if car
            else ["nothing", "nothing", "nothing", "deliver", "confirm", "confirm", "return"]
        )
        cards = self.chance.choices([0, 1, 2], [1, 6, 2])[0]
        plan = Plan(
            sku=self.chance.choice(CARS if car else GOODS),
            quantity=1 if car else self.chance.choice([1, 1, 2, 3]),
            cards=cards,
            # Of an order that nobody pays its seller never hears.
            end=self.chance.choice(ends if cards else ["cancel", "nothing"]),
        )
        name = f"{self.name}-{len(self.errands) + 1}"
        return Errand(name, plan, buyer_id=self.id, buyer=self.doors, seller=self.seller)


@dataclass(kw_only=True)
class Market:
    """Everybody who takes part. `initial` is what there was of each SKU."""

    sellers: Sequence[Seller]
    shoppers: Sequence[Shopper]
    application: Application
    listener: Application
    initial: dict[str, int]

    @property
    def errands(self) -> list[Errand]:
        return [errand for shopper in self.shoppers for errand in shopper.errands]

    def sku_of(self, item_id: str) -> str:
        return next(sku for seller in self.sellers for sku, known in seller.items.items() if known == item_id)


async def open_market(
    stack: AsyncExitStack,
    operator: Operator,
    desk_url: str,
    chance: Random,
    *,
    name: str,
    listener_url: str,
    urls: Sequence[str] = (),
) -> Market:
    """Two stores with one stock of goods, cars in one of them, buyers of both, and who hears of them.

    The desk's application is told of the sellers once they connect it; the listener's of everybody from
    the beginning. `urls` are the marketplace's doors, the operator's own when there is one.
    """
    through = _Entrance(stack, operator, urls or [operator.base_url], chance)
    sellers, shoppers = [], []
    for site_id in _SITES:
        user_type = "car_dealer" if site_id == "MLB" else "normal"
        made = await operator.create_user(NewUser(site_id=site_id, user_type=user_type))
        seller = Seller(id=made.id, site_id=site_id, doors=await through.doors(made.id))
        for sku in (*GOODS, *(CARS if site_id == "MLB" else ())):
            seller.items[sku] = (await seller.client.items.publish(_listing(sku, site_id))).id
        sellers.append(seller)
        for number in range(_BUYERS_PER_SITE):
            buyer = await operator.create_user(NewUser(site_id=site_id))
            shoppers.append(
                Shopper(
                    id=buyer.id,
                    name=f"{site_id}-{number}",
                    doors=await through.doors(buyer.id),
                    seller=seller,
                    chance=Random(chance.random()),
                )
            )
    create = sellers[0].client.applications.create
    application = await create(
        NewApplication(
            name=name,
            callback_url=f"{desk_url}/settings/stores/callback",
            notifications_callback_url=f"{desk_url}/notifications",
            notifications_topics=_TOPICS,
        )
    )
    listener = await create(
        NewApplication(
            name="Listener",
            callback_url=listener_url,
            notifications_callback_url=listener_url,
            notifications_topics=_LISTENERS_TOPICS,
        )
    )
    for user_id in (*(seller.id for seller in sellers), *(shopper.id for shopper in shoppers)):
        await operator.issue_token(user_id, app_id=listener.id)
    initial = dict.fromkeys(GOODS, GOODS_STOCK) | dict.fromkeys(CARS, 1)
    return Market(
        sellers=sellers, shoppers=shoppers, application=application, listener=listener, initial=initial
    )


@dataclass(frozen=True)
class _Entrance:
    stack: AsyncExitStack
    operator: Operator
    urls: Sequence[str]
    chance: Random

    async def doors(self, user_id: int) -> Doors:
        token = (await self.operator.issue_token(user_id)).access_token
        # Whoever repeats here does it on purpose, in the next life.
        clients = [
            Client(url, tokens=token, timeout_seconds=15, retries=Retries(attempts=1)) for url in self.urls
        ]
        for client in clients:
            await self.stack.enter_async_context(client)
        return Doors(clients=clients, chance=Random(self.chance.random()))


def _listing(sku: str, site_id: str) -> NewItem:
    if sku in CARS:
        return NewItem(
            title=f"Nissan March {sku}",
            category_id=f"{site_id}1744",
            price=Decimal(36000),
            currency_id=_SITES[site_id],
            available_quantity=1,
            buying_mode="classified",
            listing_type_id="gold",
            condition="used",
            attributes=[
                Attribute(id="BRAND", value_name="Nissan"),
                Attribute(id="MODEL", value_name="March"),
                Attribute(id="VEHICLE_YEAR", value_name="2014"),
            ],
            seller_custom_field=sku,
        )
    return NewItem(
        title=f"Ferramenta {sku}",
        category_id=f"{site_id}3530",
        price=Decimal(199),
        currency_id=_SITES[site_id],
        available_quantity=GOODS_STOCK,
        buying_mode="buy_it_now",
        listing_type_id="gold_special",
        condition="new",
        seller_custom_field=sku,
    )
