"""Rows of a small, invented desk, written through the desk's own functions.

    made = await make_desk(desk)
    await make_order(desk, made.car_store, 2000000001, title="…")

Two stores (cars in Brazil, a shop in Argentina), a third one in Mexico that shares the shop's stock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from zoco.database.transaction import Transaction
from zoco.desk import people
from zoco.desk.desk import Desk
from zoco.desk.keep import keep_item, keep_order
from zoco.desk.records import stores
from zoco.desk.records.stores import Store
from zoco.resources.codec import decode, encode
from zoco.resources.item import Item
from zoco.resources.order import Order
from zoco.resources.scalars import order_moment

PASSWORD = "a calm afternoon"


@dataclass(frozen=True)
class MadeDesk:
    car_store: Store
    shop_store: Store
    second_shop_store: Store


async def make_owner(desk: Desk, username: str = "ana") -> None:
    await people.create_owner(desk, username=username, name="Ana", password=PASSWORD)


async def make_desk(desk: Desk) -> MadeDesk:
    """The owner, three stores, and linked listings of one product."""
    await make_owner(desk)
    application_id = await desk.database.write(
        lambda tx: stores.add_application(
            tx,
            base_url="http://127.0.0.1:8080",
            auth_url="http://127.0.0.1:8080",
            client_id=1001,
            client_secret=desk.vault.seal("app secret", place="client_secret"),
            now=desk.clock.now(),
        )
    )
    return MadeDesk(
        car_store=await make_store(desk, application_id, 501, "MLB", "AUTOSUR"),
        shop_store=await make_store(desk, application_id, 502, "MLA", "CASA MATE"),
        second_shop_store=await make_store(desk, application_id, 503, "MLM", "CASA MATE MX"),
    )


async def make_store(desk: Desk, application_id: int, account_id: int, site_id: str, nickname: str) -> Store:
    now = desk.clock.now()

    async def connect(tx: Transaction) -> Store:
        store_id = await stores.save_connection(
            tx,
            application_id=application_id,
            account_id=account_id,
            site_id=site_id,
            nickname=nickname,
            now=now,
        )
        await stores.save_tokens(
            tx,
            store_id,
            access_token=desk.vault.seal("APP_USR-made", place="access_token"),
            refresh_token=None,
            access_expires=now + timedelta(hours=6),
        )
        store = await stores.get(tx, store_id)
        assert store is not None
        return store

    return await desk.database.write(connect)


async def make_order(desk: Desk, store: Store, order_id: int, **changes: Any) -> None:
    """Keep an order as if the marketplace had answered it; `changes` as of `order_body`."""
    body = encode(order_body(store, order_id, desk.clock.now(), **changes))
    now = desk.clock.now()
    await desk.database.write(
        lambda tx: keep_order(
            tx, store, decode(body, Order, strict=False), body, restocked=False, source="fetch", now=now
        )
    )


async def make_item(
    desk: Desk, store: Store, item_id: str, title: str, *, sku: str | None, quantity: int, currency: str
) -> None:
    now = desk.clock.now()
    body = encode(
        {
            "id": item_id, "site_id": store.site_id, "title": title, "seller_id": store.account_id,
            "category_id": f"{store.site_id}3530", "price": 18500, "currency_id": currency,
            "available_quantity": quantity, "buying_mode": "buy_it_now", "listing_type_id": "gold_special",
            "condition": "new", "status": "active", "seller_custom_field": sku,
            "last_updated": order_moment(now), "date_created": order_moment(now),
        }
    )  # fmt: skip
    await desk.database.write(
        lambda tx: keep_item(tx, store, decode(body, Item, strict=False), body, etag='"1"', now=now)
    )


def order_body(
    store: Store,
    order_id: int,
    now: datetime,
    *,
    status: str = "paid",
    title: str = "Nissan March 1.0 S 12V",
    item_id: str = "MLB600034093",
    currency: str = "BRL",
    unit_price: str = "499",
    full_unit_price: str | None = None,
    quantity: int = 1,
    payments: tuple[tuple[str, str, str, int], ...] = (("visa", "499", "499", 1),),
    payment_status: str = "approved",
    reservation: bool = False,
    buyer: str = "COMPRADOR12",
    first_name: str = "Rafael",
    age: timedelta = timedelta(minutes=12),
    sku: str | None = None,
    sale: dict[str, object] | None = None,
) -> dict[str, object]:
    """The JSON of an order; `payments` are (method, amount, charged, instalments)."""
    created = now - age
    tags = [
        "not_delivered",
        *(["reservation"] if reservation else []),
        *([status] if status == "paid" else []),
    ]
    lines = [
        {
            "id": 885920310 + number, "order_id": order_id, "payment_method_id": method,
            "payment_type": "credit_card",
            "currency_id": currency, "installments": installments, "status": payment_status,
            "transaction_amount": Decimal(amount), "total_paid_amount": Decimal(charged),
            "date_created": order_moment(created), "date_approved": order_moment(created),
        }
        for number, (method, amount, charged, installments) in enumerate(payments)
    ]  # fmt: skip
    total = Decimal(unit_price) * quantity
    return {
        "id": order_id, "status": status, "status_detail": None,
        "date_created": order_moment(created), "last_updated": order_moment(created),
        "date_closed": order_moment(created) if status == "paid" else None,
        "expiration_date": order_moment(created + timedelta(days=21)), "currency_id": currency,
        "order_items": [
            {
                "item": {
                    "id": item_id, "title": title, "seller_custom_field": sku, "variation_attributes": [],
                },
                "quantity": quantity, "unit_price": Decimal(unit_price),
                "full_unit_price": Decimal(full_unit_price or unit_price), "currency_id": currency,
            }
        ],
        "total_amount": total,
        "paid_amount": sum((Decimal(amount) for _, amount, _, _ in payments), Decimal(0)),
        "buyer": {
            "id": 9001, "nickname": buyer, "first_name": first_name, "last_name": "Prado",
            "email": "buyer@mail.example", "phone": {"area_code": "11", "number": "5550-0000"},
            "billing_info": {"doc_type": "CPF", "doc_number": "00000000000"},
        },
        "seller": {"id": store.account_id, "nickname": store.nickname},
        "payments": lines, "feedback": {"sale": sale, "purchase": None}, "tags": tags,
    }  # fmt: skip
