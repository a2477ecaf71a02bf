"""The client: one user's conversation with one marketplace."""

from __future__ import annotations

from types import TracebackType
from typing import Self, TypeVar

from zoco.client._answer import Answer
from zoco.client._applications import Applications
from zoco.client._blacklists import Blacklist
from zoco.client._calls import Calls
from zoco.client._connection import Connection
from zoco.client._items import Items
from zoco.client._notes import Notes
from zoco.client._orders import Orders
from zoco.client._payments import Collections, Payments
from zoco.client._reference import Categories, PaymentMethods, Sites
from zoco.client._retries import DEFAULT_RETRIES, Retries
from zoco.client._tokens import FixedToken, TokenSource
from zoco.client._users import Users

T = TypeVar("T")


class Client(Calls):
    """Calls a marketplace on behalf of one user, or of nobody.

        async with Client("http://127.0.0.1:8080", tokens="APP_USR-…") as client:
            order = await client.orders.get(768570754)
            await client.items.update("MLB600034093", available_quantity=2)

    `tokens` is an access token, or a source of them; a source is asked for another token once when
    the marketplace turns one away. `timeout_seconds` bounds one attempt, from connecting to the last
    byte of the answer. A GET that fails in passing is repeated (see `Retries`), nothing else is.
    Every failure is a `ClientError`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        tokens: TokenSource | str | None = None,
        timeout_seconds: float = 20.0,
        retries: Retries = DEFAULT_RETRIES,
    ) -> None:
        super().__init__(
            Connection(
                base_url,
                tokens=FixedToken(tokens) if isinstance(tokens, str) else tokens,
                timeout_seconds=timeout_seconds,
                retries=retries,
            )
        )
        self.base_url = base_url
        self.orders = Orders(self._connection)
        self.notes = Notes(self._connection)
        self.items = Items(self._connection)
        self.payments = Payments(self._connection)
        self.collections = Collections(self._connection)
        self.users = Users(self._connection)
        self.order_blacklist = Blacklist(self._connection, "order_blacklist")
        self.questions_blacklist = Blacklist(self._connection, "questions_blacklist")
        self.sites = Sites(self._connection)
        self.categories = Categories(self._connection)
        self.payment_methods = PaymentMethods(self._connection)
        self.applications = Applications(self._connection)

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    async def __aenter__(self) -> Self:
        await self._connection.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    async def fetch(self, path: str, shape: type[T]) -> Answer[T]:
        """GET any resource, as a notification names it, with the envelope of its answer.

        answer = await client.fetch("/orders/731867397", Order)
        """
        return await self._get(path, shape)
