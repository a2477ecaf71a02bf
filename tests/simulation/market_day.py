"""Two sellers of one stock, their buyers, and what each of them has been answered."""

from __future__ import annotations

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


class Unanswered(Exception):
    """The connection broke: nobody knows whether it was done."""


@dataclass(frozen=True, kw_only=True)
class Seller:
    id: int
    site_id: str
    client: Client
    items: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a buyer is about to do, decided beforehand. `end`: deliver, return, cancel, at_desk or nothing."""

    sku: str
    quantity: int
    cards: int
    end: str


class Errand:
    """One purchase from order to end, step by step, each step asked until it is answered.

    What was asked and not answered is asked again with the same idempotency key.
    """

    def __init__(self, name: str, plan: Plan, *, buyer_id: int, buyer: Client, seller: Seller) -> None:
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
        return await self._buyer.orders.place(
            item_id=self.item_id, quantity=self.plan.quantity, idempotency_key=f"{self.name}:order"
        )

    async def pay(self, card: str) -> Payment:
        assert self.order is not None
        last = card == f"card-{self.plan.cards - 1}"
        half = Decimal(int(self.order.total_amount / 2))
        return await self._buyer.orders.pay(
            self.order.id,
            payment_method_id="visa",
            cardholder_name="APRO",
            transaction_amount=None if last else half,
            idempotency_key=f"{self.name}:{card}",
        )

    async def _end(self, owner: DeskOwner, order_id: int) -> None:
        said: Callable[[], Awaitable[object]]
        match self.plan.end:
            case "nothing":
                return
            case "cancel":
                said = lambda: self._buyer.orders.cancel(order_id)  # noqa: E731
            case "deliver" | "return":
                said = lambda: self._seller_says(order_id, fulfilled=self.plan.end == "deliver")  # noqa: E731
            case _:
                word = self.plan.end.removeprefix("desk_")
                if await self._ask("look", lambda: owner.order(self.seller.id, order_id)) is None:
                    # The desk has not heard of the sale yet, so nobody can press a button there.
                    raise Unanswered(f"{self.name} is not at the desk")
                said = lambda: owner.say(self.seller.id, order_id, word)  # noqa: E731
        again = "end" in self._asked
        try:
            await self._ask("end", said)
        except (BadRequest, Conflict):
            # These calls have no key: the second of two says that the first was heard.
            if not again:
                raise
        self.ended_by = self.plan.end

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
    client: Client
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
            else ["nothing", "nothing", "nothing", "deliver", "return"]
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
        return Errand(name, plan, buyer_id=self.id, buyer=self.client, seller=self.seller)


@dataclass(kw_only=True)
class Market:
    """Everybody who takes part. `initial` is what there was of each SKU."""

    sellers: Sequence[Seller]
    shoppers: Sequence[Shopper]
    application: Application
    initial: dict[str, int]

    @property
    def errands(self) -> list[Errand]:
        return [errand for shopper in self.shoppers for errand in shopper.errands]

    def sku_of(self, item_id: str) -> str:
        return next(sku for seller in self.sellers for sku, known in seller.items.items() if known == item_id)


async def open_market(
    stack: AsyncExitStack, operator: Operator, desk_url: str, chance: Random, *, name: str
) -> Market:
    """Two stores with one stock of goods, cars in one of them, buyers of both, and the desk's application."""
    sellers, shoppers = [], []
    for site_id in _SITES:
        user_type = "car_dealer" if site_id == "MLB" else "normal"
        made = await operator.create_user(NewUser(site_id=site_id, user_type=user_type))
        seller = Seller(id=made.id, site_id=site_id, client=await _client(stack, operator, made.id))
        for sku in (*GOODS, *(CARS if site_id == "MLB" else ())):
            seller.items[sku] = (await seller.client.items.publish(_listing(sku, site_id))).id
        sellers.append(seller)
        for number in range(_BUYERS_PER_SITE):
            buyer = await operator.create_user(NewUser(site_id=site_id))
            shoppers.append(
                Shopper(
                    id=buyer.id,
                    name=f"{site_id}-{number}",
                    client=await _client(stack, operator, buyer.id),
                    seller=seller,
                    chance=Random(chance.random()),
                )
            )
    application = await sellers[0].client.applications.create(
        NewApplication(
            name=name,
            callback_url=f"{desk_url}/settings/stores/callback",
            notifications_callback_url=f"{desk_url}/notifications",
            notifications_topics=_TOPICS,
        )
    )
    initial = dict.fromkeys(GOODS, GOODS_STOCK) | dict.fromkeys(CARS, 1)
    return Market(sellers=sellers, shoppers=shoppers, application=application, initial=initial)


async def _client(stack: AsyncExitStack, operator: Operator, user_id: int) -> Client:
    token = (await operator.issue_token(user_id)).access_token
    # Whoever repeats here does it on purpose, in the next life.
    client = Client(operator.base_url, tokens=token, timeout_seconds=15, retries=Retries(attempts=1))
    return await stack.enter_async_context(client)


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
