"""What a test of the verbs asks of a marketplace, in the words of the business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.builders import a_vehicle, an_item
from tests.hand_clock import HandClock
from zoco.database.transaction import Database, Transaction
from zoco.domain.applications import Application, NewApplication
from zoco.domain.items import Item
from zoco.domain.orders import Order
from zoco.domain.payments import Payment
from zoco.domain.questions import Question
from zoco.marketplace import (
    accounts,
    after_sale,
    applications,
    authorization,
    order_lookup,
    purchases,
    questions,
)
from zoco.marketplace.accounts import NewUser
from zoco.marketplace.authorization import IssuedToken
from zoco.marketplace.caller import Caller
from zoco.marketplace.views import FeedbackView, OrderView
from zoco.storage import items, orders
from zoco.storage import questions as question_rows

CALLBACK = "https://backoffice.example/notifications"
ALL_SCOPES = frozenset({"read", "write", "offline_access"})


@dataclass(frozen=True)
class Notice:
    """One row of the feed."""

    user_id: int
    topic: str
    resource: str


@dataclass
class Market:
    database: Database
    clock: HandClock
    application: Application
    seller: Caller
    buyer: Caller
    rival: Caller
    stranger: Caller

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def list_item(self, **changes: Any) -> Item:
        """A plain listing of the seller's on MLA, outside the mandatory flow."""
        item = an_item(seller_id=self.seller.user_id, **changes)
        await self.database.write(lambda tx: items.add(tx, item))
        return item

    async def list_vehicle(self, **changes: Any) -> Item:
        """One car of the seller's on MLB, reserved for 499 BRL."""
        item = a_vehicle(seller_id=self.seller.user_id, **changes)
        await self.database.write(lambda tx: items.add(tx, item))
        return item

    async def place(
        self, item: Item, *, by: Caller | None = None, quantity: int = 1, variation_id: int | None = None
    ) -> Order:
        view = await self.database.write(
            lambda tx: purchases.place_order(
                tx,
                by or self.buyer,
                item_id=item.id,
                quantity=quantity,
                variation_id=variation_id,
                now=self.now,
            )
        )
        return view.order

    async def pay(
        self,
        order: Order,
        *,
        by: Caller | None = None,
        amount: Decimal | None = None,
        holder: str = "APRO",
        method: str = "visa",
        installments: int = 1,
    ) -> Payment:
        return await self.database.write(
            lambda tx: purchases.pay(
                tx,
                by or self.buyer,
                order.id,
                method_id=method,
                amount=amount,
                installments=installments,
                cardholder_name=holder,
                issuer_id=None,
                now=self.now,
            )
        )

    async def provider_says(self, payment: Payment, status: str, detail: str | None = None) -> Payment:
        return await self.database.write(
            lambda tx: purchases.provider_says(
                tx, payment.id, status=status, status_detail=detail, now=self.now
            )
        )

    async def cancel(self, order: Order, *, by: Caller) -> OrderView:
        return await self.database.write(lambda tx: purchases.cancel(tx, by, order.id, self.now))

    async def rate(self, order: Order, *, by: Caller, fulfilled: bool, **said: Any) -> FeedbackView:
        words = {
            "rating": "positive" if fulfilled else "neutral",
            "message": None,
            "reason": None,
            "restock_item": None,
        } | said
        return await self.database.write(
            lambda tx: after_sale.give_feedback(tx, by, order.id, fulfilled=fulfilled, now=self.now, **words)
        )

    async def ask(self, item: Item, *, by: Caller | None = None, text: str = "¿Sirve?") -> Question:
        view = await self.database.write(
            lambda tx: questions.ask(tx, by or self.buyer, item_id=item.id, text=text, now=self.now)
        )
        return view.question

    async def answer(self, question: Question, *, by: Caller | None = None, text: str = "Sirve.") -> Question:
        view = await self.database.write(
            lambda tx: questions.answer(tx, by or self.seller, question.id, text=text, now=self.now)
        )
        return view.question

    async def question(self, question: Question) -> Question:
        """The question as it is kept, whoever may see it."""
        found = await self.database.read(lambda tx: question_rows.get(tx, question.id))
        assert found is not None
        return found

    async def see(self, order: Order, *, by: Caller) -> OrderView:
        return await self.database.read(lambda tx: order_lookup.one_order(tx, by, order.id))

    async def order(self, order: Order) -> Order:
        """The order as it is kept, whoever may see it."""
        found = await self.database.read(lambda tx: orders.get(tx, order.id))
        assert found is not None
        return found

    async def item(self, item: Item) -> Item:
        found = await self.database.read(lambda tx: items.get(tx, item.id))
        assert found is not None
        return found

    async def block(self, *, buyer: Caller) -> None:
        await self.database.write(
            lambda tx: tx.run(
                """INSERT INTO order_blacklist (seller_id, user_id, date_created)
                   VALUES (:seller_id, :user_id, 0)""",
                {"seller_id": self.seller.user_id, "user_id": buyer.user_id},
            )
        )

    async def subscribe(self, *topics: str) -> None:
        """Seller and buyer have granted the application, which hears of these topics."""
        await self.database.write(lambda tx: self._subscribe(tx, topics))

    async def _subscribe(self, tx: Transaction, topics: tuple[str, ...]) -> None:
        await tx.run("DELETE FROM application_topics")
        await tx.run_many(
            "INSERT INTO application_topics (application_id, topic) VALUES (:id, :topic)",
            [{"id": self.application.id, "topic": topic} for topic in topics],
        )
        for caller in (self.seller, self.buyer):
            await authorization.issue_token(tx, caller.user_id, self.application.id, ALL_SCOPES, self.now)

    async def token_for(self, caller: Caller) -> IssuedToken:
        return await self.database.write(
            lambda tx: authorization.issue_token(
                tx, caller.user_id, self.application.id, ALL_SCOPES, self.now
            )
        )

    async def notices(self) -> list[Notice]:
        """The whole feed, in the order in which it was recorded."""
        rows = await self.database.read(
            lambda tx: tx.all("SELECT user_id, topic, resource FROM notifications ORDER BY seq")
        )
        return [Notice(row["user_id"], row["topic"], row["resource"]) for row in rows]

    async def forget_notices(self) -> None:
        await self.database.write(lambda tx: tx.run("DELETE FROM notifications"))


async def open_market(database: Database, clock: HandClock) -> Market:
    return await database.write(lambda tx: _open(tx, database, clock))


async def _open(tx: Transaction, database: Database, clock: HandClock) -> Market:
    people = [
        await accounts.create_user(
            tx,
            NewUser(site_id="MLB", nickname=nickname, first_name=first_name, last_name=last_name),
            password_hash="a hash",
            now=clock.now(),
        )
        for nickname, first_name, last_name in (
            ("AUTOS_DO_VALE", "Davi", "Prado"),
            ("ROSA_CAMPOS", "Rosa", "Campos"),
            ("BETO1980", "Beto", "Lima"),
            ("NINGUEM", "Ana", "Reis"),
        )
    ]
    owner = Caller(people[0].id, 1, ALL_SCOPES)
    application = await applications.create_application(
        tx,
        owner,
        NewApplication(
            name="Back office",
            callback_url="https://backoffice.example/callback",
            notifications_callback_url=CALLBACK,
        ),
        clock.now(),
    )
    callers = [Caller(person.id, application.id, ALL_SCOPES) for person in people]
    seller, buyer, rival, stranger = callers
    return Market(database, clock, application, seller, buyer, rival, stranger)
