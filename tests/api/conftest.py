from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api.asgi import Browserless
from tests.hand_clock import HandClock
from zoco.api.app import create_app
from zoco.database.transaction import Database
from zoco.domain.users import Phone
from zoco.marketplace import accounts
from zoco.marketplace.accounts import NewUser

OPERATOR_KEY = "the-operator's-key"
PUBLIC_URL = "https://api.zoco.example"


@dataclass(frozen=True)
class Person:
    id: int
    nickname: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Market:
    """A marketplace over HTTP, and the few things that most stories begin with."""

    client: Browserless
    clock: HandClock
    database: Database

    async def person(self, nickname: str, *, site_id: str = "MLB", **more: Any) -> Person:
        """A user and a token of his; without a password, because hashing one takes long on purpose."""
        new = NewUser(
            site_id=site_id,
            nickname=nickname,
            email=f"{nickname.lower()}@zoco.example",
            first_name=nickname.capitalize(),
            last_name="de Prueba",
            phone=Phone(area_code="11", number="12345678"),
            doc_type="CPF",
            doc_number="12345678910",
            **more,
        )
        now = self.clock.now()
        user = await self.database.write(
            lambda tx: accounts.create_user(tx, new, password_hash="none", now=now)
        )
        return Person(user.id, nickname, await self.token(user.id))

    async def token(self, user_id: int, *, scopes: list[str] | None = None, app_id: int | None = None) -> str:
        body = {"user_id": user_id, "app_id": app_id, "scopes": scopes or ["read", "write"]}
        issued = await self.client.operate("/operator/tokens", body)
        assert issued.status == 201, issued.body
        token: str = issued.json["access_token"]
        return token

    async def vehicle(self, seller: Person, **more: Any) -> dict[str, Any]:
        return await self.item(
            seller,
            **{
                "title": "Nissan March 1.0 S 12V Flex 4p Manual",
                "category_id": "MLB1744",
                "price": 25000,
                "available_quantity": 1,
                "buying_mode": "classified",
                "listing_type_id": "silver",
                "condition": "used",
                "sale_terms": [
                    {
                        "id": "RESERVATION_PRICE",
                        "value_name": "499 BRL",
                        "value_struct": {"number": 499, "unit": "BRL"},
                    }
                ],
                "attributes": [
                    {"id": "BRAND", "value_name": "Nissan"},
                    {"id": "MODEL", "value_name": "March"},
                    {"id": "VEHICLE_YEAR", "value_name": "2013"},
                ],
                **more,
            },
        )

    async def item(self, seller: Person, **more: Any) -> dict[str, Any]:
        """Something plain, unpaid orders of which are `confirmed` on MLA when it is used."""
        published = await self.client.post("/items", plain_item(**more), token=seller.token)
        assert published.status == 201, published.body
        item: dict[str, Any] = published.json
        return item

    async def order(self, buyer: Person, item_id: str, quantity: int = 1) -> dict[str, Any]:
        body = {"order_items": [{"item_id": item_id, "quantity": quantity}]}
        placed = await self.client.post("/orders", body, token=buyer.token)
        assert placed.status == 201, placed.body
        order: dict[str, Any] = placed.json
        return order

    async def pay(self, buyer: Person, order_id: int, **more: Any) -> dict[str, Any]:
        body = {"payment_method_id": "visa", "cardholder_name": "APRO", **more}
        paid = await self.client.post(f"/orders/{order_id}/payments", body, token=buyer.token)
        assert paid.status == 201, paid.body
        payment: dict[str, Any] = paid.json
        return payment


def plain_item(**more: Any) -> dict[str, Any]:
    return {
        "title": "Lámpara de escritorio",
        "category_id": "MLB3530",
        "price": 120.5,
        "currency_id": "BRL",
        "available_quantity": 5,
        "buying_mode": "buy_it_now",
        "listing_type_id": "bronze",
        "condition": "new",
        **more,
    }


@pytest.fixture
def open_market(database: Database, clock: HandClock) -> Callable[[bool], Market]:
    def open_(sandbox: bool) -> Market:
        app = create_app(database, clock, operator_key=OPERATOR_KEY, sandbox=sandbox, public_url=PUBLIC_URL)
        return Market(Browserless(app, OPERATOR_KEY), clock, database)

    return open_


@pytest.fixture
def market(open_market: Callable[[bool], Market]) -> Market:
    return open_market(False)
