"""The people of the story, and what they do at the marketplace over its API."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from msgspec import UNSET

from tests.e2e.running_zoco import RunningZoco
from zoco.client import Client
from zoco.client.operator import Operator
from zoco.desk import people, stores
from zoco.resources.application import Application, NewApplication
from zoco.resources.item import Attribute, NewItem
from zoco.resources.order import Order
from zoco.resources.user import NewUser

PASSWORD = "rodas novas 4x4"
DEALER = NewUser(site_id="MLB", nickname="OFICINA_DO_SOL", password=PASSWORD, user_type="car_dealer")
SHOP = NewUser(site_id="MLA", nickname="TIENDA_DEL_CERRO", password=PASSWORD)
BUYER = NewUser(
    site_id="MLB", nickname="IRIS_CAMBARA", password=PASSWORD, first_name="Iris", last_name="Cambará"
)
SKU = "MACACO-01"


@dataclass(frozen=True)
class Story:
    """Who takes part, and what is on sale."""

    zoco: RunningZoco
    dealer_id: int
    shop_id: int
    buyer_id: int
    jack: str
    jack_at_the_shop: str
    cars: tuple[str, str]

    def buy(self, item_id: str, quantity: int = 1) -> int:
        """The buyer orders and pays all of it with one card; the order's id."""
        return self.zoco.do(self._buy(item_id, quantity))

    def quantity(self, item_id: str) -> int:
        """What the marketplace shows to everybody."""
        return self.zoco.do(self._quantity(item_id))

    def order(self, order_id: int) -> Order:
        """The order as its seller reads it."""
        return self.zoco.do(self._order(order_id))

    async def _buy(self, item_id: str, quantity: int) -> int:
        async with await client_of(self.zoco, self.buyer_id) as buyer:
            order = await buyer.orders.place(item_id=item_id, quantity=quantity)
            await buyer.orders.pay(order.id, payment_method_id="visa")
            return order.id

    async def _quantity(self, item_id: str) -> int:
        async with Client(self.zoco.marketplace_url) as anybody:
            return (await anybody.items.get(item_id)).available_quantity

    async def _order(self, order_id: int) -> Order:
        async with await client_of(self.zoco, self.dealer_id) as dealer:
            return await dealer.orders.get(order_id)


async def client_of(zoco: RunningZoco, user_id: int) -> Client:
    async with Operator(zoco.marketplace_url, zoco.operator_key) as operator:
        token = await operator.issue_token(user_id)
    return Client(zoco.marketplace_url, tokens=token.access_token)


async def begin(zoco: RunningZoco) -> Story:
    """Two sellers with their listings, and a buyer with money."""
    async with Operator(zoco.marketplace_url, zoco.operator_key) as operator:
        dealer, shop, buyer = [await operator.create_user(user) for user in (DEALER, SHOP, BUYER)]
    async with await client_of(zoco, dealer.id) as client:
        cars = [(await client.items.publish(_car(model))).id for model in ("Sentra", "Versa")]
        jack = await client.items.publish(_jack("MLB", "BRL", 189))
    async with await client_of(zoco, shop.id) as client:
        jack_at_the_shop = await client.items.publish(_jack("MLA", "ARS", 45000))
    return Story(
        zoco=zoco,
        dealer_id=dealer.id,
        shop_id=shop.id,
        buyer_id=buyer.id,
        jack=jack.id,
        jack_at_the_shop=jack_at_the_shop.id,
        cars=(cars[0], cars[1]),
    )


async def register_application(zoco: RunningZoco, owner_id: int) -> Application:
    """The desk's application, registered at the marketplace by one of the sellers."""
    async with await client_of(zoco, owner_id) as client:
        application = await client.applications.create(
            NewApplication(
                name="Desk of the story",
                short_name="desk-of-the-story",
                callback_url=zoco.desk_url + stores.CALLBACK_PATH,
                notifications_callback_url=f"{zoco.desk_url}/notifications",
                notifications_topics=["orders", "created_orders", "payments", "items"],
            )
        )
    assert application.secret_key is not UNSET
    return application


def setup_code(zoco: RunningZoco) -> str:
    """What the terminal prints at the first start."""
    code = zoco.do(people.make_setup_code(zoco.desk))
    assert code is not None
    return code


def _jack(site_id: str, currency: str, price: int) -> NewItem:
    return NewItem(
        title="Macaco hidráulico 2 t",
        category_id=f"{site_id}3530",
        price=Decimal(price),
        currency_id=currency,
        available_quantity=5,
        buying_mode="buy_it_now",
        listing_type_id="gold_special",
        condition="new",
        seller_custom_field=SKU,
    )


def _car(model: str) -> NewItem:
    return NewItem(
        title=f"Nissan {model} 2015",
        category_id="MLB1744",
        price=Decimal(48000),
        currency_id="BRL",
        available_quantity=1,
        buying_mode="classified",
        listing_type_id="gold",
        condition="used",
        sale_terms=[Attribute(id="RESERVATION_PRICE", name="Valor de reserva", value_name="600 BRL")],
        attributes=[
            Attribute(id="BRAND", value_name="Nissan"),
            Attribute(id="MODEL", value_name=model),
            Attribute(id="VEHICLE_YEAR", value_name="2015"),
        ],
    )
