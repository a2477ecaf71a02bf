"""Orders: one, pages of them, and what the parties do with one (contract 3, 5, 6, 8.7, 11, 26.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypedDict, Unpack, cast

from zoco.client._calls import Calls
from zoco.resources.feedback import Feedback, FeedbackPair, NewFeedback
from zoco.resources.order import NewOrder, NewOrderItem, Order, OrderChange
from zoco.resources.page import OrderPage
from zoco.resources.payment import NewPayment, Payment
from zoco.resources.scalars import order_moment
from zoco.resources.shipping import OrderShipping, ReceiverAddress, ShippingInstructions

Section = Literal["all", "recent", "archived", "pending"]
Value = str | int | bool | datetime | Sequence[str]


class OrderFilters(TypedDict, total=False):
    """What narrows a search; filters combine with AND. A sequence of statuses or tags is sent as a list."""

    seller: int
    buyer: int
    q: str
    item: str
    status: str | Sequence[str]
    date_created_from: datetime
    date_created_to: datetime
    date_last_updated_from: datetime
    date_last_updated_to: datetime
    date_closed_from: datetime
    date_closed_to: datetime
    tags: str | Sequence[str]
    tags_not: str | Sequence[str]
    feedback_status: str
    feedback_sale_rating: str
    feedback_sale_fulfilled: bool
    feedback_purchase_rating: str
    feedback_purchase_fulfilled: bool
    shipping_status: str


_NAMES_ON_THE_WIRE = {
    "status": "order.status",
    "date_created_from": "order.date_created.from",
    "date_created_to": "order.date_created.to",
    "date_last_updated_from": "order.date_last_updated.from",
    "date_last_updated_to": "order.date_last_updated.to",
    "date_closed_from": "order.date_closed.from",
    "date_closed_to": "order.date_closed.to",
    "tags_not": "tags.not",
    "feedback_status": "feedback.status",
    "feedback_sale_rating": "feedback.sale.rating",
    "feedback_sale_fulfilled": "feedback.sale.fulfilled",
    "feedback_purchase_rating": "feedback.purchase.rating",
    "feedback_purchase_fulfilled": "feedback.purchase.fulfilled",
    "shipping_status": "shipping.status",
}


class Orders(Calls):
    async def get(self, order_id: int) -> Order:
        """One order as this user may see it; `NotFound` while it is hidden from its seller."""
        return (await self._get(f"/orders/{order_id}", Order)).value

    async def search(
        self,
        *,
        section: Section = "all",
        sort: Literal["date_asc", "date_desc"] = "date_asc",
        offset: int = 0,
        limit: int = 50,
        **filters: Unpack[OrderFilters],
    ) -> OrderPage:
        """One page of orders of `seller` or `buyer`, who must be the token's own user.

        page = await client.orders.search(seller=1234, status="paid", sort="date_desc")
        """
        path = "/orders/search" if section == "all" else f"/orders/search/{section}"
        paging = [("sort", sort), ("offset", str(offset)), ("limit", str(limit))]
        return (await self._get(path, OrderPage, [*_query(filters), *paging])).value

    async def search_all(
        self, *, section: Section = "all", **filters: Unpack[OrderFilters]
    ) -> AsyncIterator[Order]:
        """Every order found, oldest first, page after page.

        New orders join at the end and are met there. An order that leaves the result meanwhile may
        pull another one over the edge of a page: who must miss nothing filters by dates.
        """
        offset, total = 0, 1
        while offset < total:
            page = await self.search(section=section, offset=offset, **filters)
            for order in page.results:
                yield order
            if not page.results:
                return
            offset, total = offset + len(page.results), page.paging.total

    async def place(
        self,
        *,
        item_id: str,
        quantity: int,
        variation_id: int | None = None,
        idempotency_key: str | None = None,
    ) -> Order:
        """Buy. With a key the same call may be made again and answers the same order."""
        line = NewOrderItem(item_id=item_id, quantity=quantity, variation_id=variation_id)
        headers = {"X-Idempotency-Key": idempotency_key}
        return (await self._send("POST", "/orders", Order, NewOrder(order_items=[line]), headers)).value

    async def pay(
        self,
        order_id: int,
        *,
        payment_method_id: str,
        transaction_amount: Decimal | None = None,
        installments: int = 1,
        cardholder_name: str | None = None,
        issuer_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> Payment:
        """Pay what is still owed, or `transaction_amount` of it, in the order's currency.

        With two cards:

            await client.orders.pay(order.id, payment_method_id="visa", transaction_amount=Decimal(296))
            await client.orders.pay(order.id, payment_method_id="visa", installments=3)
        """
        payment = NewPayment(
            payment_method_id=payment_method_id,
            transaction_amount=transaction_amount,
            installments=installments,
            cardholder_name=cardholder_name,
            issuer_id=issuer_id,
        )
        headers = {"X-Idempotency-Key": idempotency_key}
        return (await self._send("POST", f"/orders/{order_id}/payments", Payment, payment, headers)).value

    async def cancel(self, order_id: int) -> Order:
        """Cancel an order that may still be cancelled (26.1), else `Conflict`."""
        return (await self._send("PUT", f"/orders/{order_id}", Order, OrderChange(status="cancelled"))).value

    async def give_feedback(
        self,
        order_id: int,
        *,
        fulfilled: bool,
        rating: Literal["positive", "neutral", "negative"],
        message: str | None = None,
        reason: str | None = None,
        restock_item: bool | None = None,
    ) -> Feedback:
        """Deliver a reservation, return it, or rate any order; as seller or buyer, whichever one is.

        await client.orders.give_feedback(order.id, fulfilled=True, rating="positive")    # delivered
        await client.orders.give_feedback(order.id, fulfilled=False, rating="neutral")    # returned
        """
        feedback = NewFeedback(
            fulfilled=fulfilled, rating=rating, message=message, reason=reason, restock_item=restock_item
        )
        return (await self._send("POST", f"/orders/{order_id}/feedback", Feedback, feedback)).value

    async def feedback(self, order_id: int) -> FeedbackPair:
        """Both parties' feedback; None is what was not given, or may not be seen yet (11.6)."""
        return (await self._get(f"/orders/{order_id}/feedback", FeedbackPair)).value

    async def shipping(self, order_id: int) -> OrderShipping:
        """How far the goods are; what a notification of the topic `shipments` names."""
        return (await self._get(f"/orders/{order_id}/shipping", OrderShipping)).value

    async def instruct_shipping(
        self, order_id: int, *, receiver_address: ReceiverAddress | None = None, comments: str | None = None
    ) -> OrderShipping:
        """As the buyer: where the goods are to go. None: as it is; `comments=""` takes them away."""
        body = ShippingInstructions(receiver_address=receiver_address, comments=comments)
        return (await self._send("PUT", f"/orders/{order_id}/shipping", OrderShipping, body)).value


def _query(filters: OrderFilters) -> list[tuple[str, str]]:
    values = cast("dict[str, Value]", filters)
    return [(_NAMES_ON_THE_WIRE.get(name, name), _text(value)) for name, value in values.items()]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, datetime):
        return order_moment(value)
    if isinstance(value, str | int):
        return str(value)
    return ",".join(value)
