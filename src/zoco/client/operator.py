"""What the people who run a marketplace ask of it, and the strings of a sandbox world (contract 21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Literal, Self

from msgspec import Struct

from zoco.client._calls import Calls
from zoco.client._connection import Connection
from zoco.client._retries import DEFAULT_RETRIES
from zoco.resources.application import NewToken, Token
from zoco.resources.item import Item
from zoco.resources.order import Order
from zoco.resources.payment import Payment, ProviderWord
from zoco.resources.ruling import Annulment, Review, Settlement, UserRuling
from zoco.resources.scalars import utc_moment
from zoco.resources.shipping import CarrierWord, OrderShipping
from zoco.resources.user import NewUser, User

ALL_SCOPES = ("read", "write", "offline_access")


class WorldClock(Struct, frozen=True, kw_only=True):
    """A sandbox's clock (26.21); `now` in ISO 8601."""

    now: str
    running: bool
    advancing: bool = False


class Operator(Calls):
    """Calls `/operator` and `/sandbox` with the operator's key.

    async with Operator("http://127.0.0.1:8080", key) as operator:
        seller = await operator.create_user(NewUser(site_id="MLB"))
        token = await operator.issue_token(seller.id)
    """

    def __init__(self, base_url: str, key: str, *, timeout_seconds: float = 20.0) -> None:
        headers = {"X-Operator-Key": key}
        super().__init__(
            Connection(base_url, headers=headers, timeout_seconds=timeout_seconds, retries=DEFAULT_RETRIES)
        )
        self.base_url = base_url

    def __repr__(self) -> str:
        return f"Operator({self.base_url!r})"

    async def __aenter__(self) -> Self:
        await self._connection.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def create_user(self, user: NewUser) -> User:
        """The answer holds the password, this once."""
        return (await self._send("POST", "/operator/users", User, user)).value

    async def issue_token(
        self, user_id: int, *, app_id: int | None = None, scopes: Sequence[str] = ALL_SCOPES
    ) -> Token:
        """A token for a user without the browser; with `app_id` it leaves a grant to that application."""
        body = NewToken(user_id=user_id, app_id=app_id, scopes=tuple(scopes))
        return (await self._send("POST", "/operator/tokens", Token, body)).value

    async def payment_word(
        self, payment_id: int, *, status: str, status_detail: str | None = None
    ) -> Payment:
        """Speak as the payment provider: credit, reject, refund, charge back."""
        body = ProviderWord(status=status, status_detail=status_detail)
        return (await self._send("POST", f"/operator/payments/{payment_id}", Payment, body)).value

    async def carrier_word(
        self, order_id: int, *, status: str | None = None, cost: Decimal | None = None
    ) -> OrderShipping:
        """Speak as the carrier: how far an order's goods are, what their way costs."""
        body = CarrierWord(status=status, cost=cost)
        return (await self._send("POST", f"/operator/orders/{order_id}/shipping", OrderShipping, body)).value

    async def change_user(
        self,
        user_id: int,
        *,
        immediate_payment: bool | None = None,
        site_status: Literal["active", "pending", "deactive"] | None = None,
        tags: Sequence[str] | None = None,
        official_store_ids: Sequence[int] | None = None,
    ) -> User:
        """Mark a user, tag him, grant him stores; `site_status="deactive"` bans him. None: as it is."""
        body = UserRuling(
            immediate_payment=immediate_payment,
            site_status=site_status,
            tags=None if tags is None else list(tags),
            official_store_ids=None if official_store_ids is None else list(official_store_ids),
        )
        return (await self._send("POST", f"/operator/users/{user_id}", User, body)).value

    async def review_item(
        self,
        item_id: str,
        *,
        status: Literal["under_review", "active", "closed"],
        sub_status: Sequence[str] = (),
    ) -> Item:
        """Moderate a listing."""
        body = Review(status=status, sub_status=list(sub_status) or None)
        return (await self._send("POST", f"/operator/items/{item_id}/review", Item, body)).value

    async def invalidate_order(self, order_id: int, *, reason: str) -> Order:
        """Annul an order because of a malicious buyer; `Conflict` when it is over already."""
        path = f"/operator/orders/{order_id}/invalidate"
        return (await self._send("POST", path, Order, Annulment(reason=reason))).value

    async def settle_order(self, order_id: int, *, to: Literal["seller", "buyer"]) -> Order:
        """End a contradiction; `Conflict` where there is none."""
        return (
            await self._send("POST", f"/operator/orders/{order_id}/settle", Order, Settlement(to=to))
        ).value

    async def clock(self) -> WorldClock:
        return (await self._get("/sandbox/clock", WorldClock)).value

    async def advance(self, by: str) -> WorldClock:
        """Move the sandbox's clock: `90s`, `15m`, `12h`, `21d`. Answers when all that fell due is done."""
        return (await self._send("POST", "/sandbox/clock", WorldClock, {"advance": by})).value

    async def advance_to(self, moment: datetime) -> WorldClock:
        """Move the sandbox's clock to a moment to come."""
        body = {"now": utc_moment(moment)}
        return (await self._send("POST", "/sandbox/clock", WorldClock, body)).value
