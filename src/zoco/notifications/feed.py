"""From what happened to who hears of it: rows of the feed, in the transaction of the fact (contract 17.7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom

from zoco.database.transaction import Transaction
from zoco.domain.events import Event, FeedbackNews, ItemNews, OrderNews, PaymentNews, ShippingNews, Stage
from zoco.domain.ids import notification_id
from zoco.storage import feed
from zoco.storage.feed import FeedRow

# Topics of an order's news. While it is hidden its seller hears of it too, as a heads-up: his GET
# answers 404 until it is paid. From then on `orders` begins, and `created_orders` goes on in that
# moment (A-37, C-28). An application may subscribe to either name of `orders` (25.8).
ORDER_TOPICS = {
    Stage.HIDDEN: ("created_orders",),
    Stage.BECAME_VISIBLE: ("created_orders", "orders", "orders_v2"),
    Stage.VISIBLE: ("orders", "orders_v2"),
}
PAYMENT_TOPIC = "payments"
ITEM_TOPIC = "items"
FEEDBACK_TOPIC = "orders_feedback"
SHIPPING_TOPIC = "shipments"

_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class _Message:
    """What one person's feed gets, before it is known which applications listen."""

    user_id: int
    topic: str
    resource: str


async def record(tx: Transaction, events: Sequence[Event], now: datetime) -> int:
    """Record the news for every application that hears of it; how many rows that made.

        await feed.record(tx, change.events, now)

    One message per (event, topic, application, user), in the order of the events: an application
    that both parties have granted hears of an order once for each of them.
    """
    messages = [message for event in events for message in _messages(event)]
    if not messages:
        return 0
    people = {message.user_id for message in messages}
    topics = {message.topic for message in messages}
    listeners: dict[tuple[int, str], list[int]] = {}
    for subscription in await feed.subscriptions(tx, people, topics):
        listeners.setdefault((subscription.user_id, subscription.topic), []).append(
            subscription.application_id
        )
    rows = [
        FeedRow(
            id=notification_id(_random),
            application_id=application_id,
            user_id=message.user_id,
            topic=message.topic,
            resource=message.resource,
        )
        for message in messages
        for application_id in listeners.get((message.user_id, message.topic), ())
    ]
    if rows:
        await feed.add(tx, rows, received=now)
        tx.signal("feed")
    return len(rows)


async def give_up(tx: Transaction, *, application_id: int, user_id: int) -> None:
    """The user has left the application: what it has not heard of him, it will not hear (A-27)."""
    await feed.give_up(tx, application_id=application_id, user_id=user_id)


def _messages(event: Event) -> Iterator[_Message]:
    """The rows of the table in 17.7."""
    match event:
        case OrderNews():
            for topic in ORDER_TOPICS[event.stage]:
                for user_id in (event.seller_id, event.buyer_id):
                    yield _Message(user_id, topic, f"/orders/{event.order_id}")
        case PaymentNews():
            # Each is told of the resource that he may read (C-29).
            if event.seller_id is not None:
                yield _Message(event.seller_id, PAYMENT_TOPIC, f"/collections/{event.payment_id}")
            if event.buyer_id is not None:
                yield _Message(event.buyer_id, PAYMENT_TOPIC, f"/payments/{event.payment_id}")
        case ItemNews():
            yield _Message(event.seller_id, ITEM_TOPIC, f"/items/{event.item_id}")
        case FeedbackNews():
            for user_id in (event.seller_id, event.buyer_id):
                yield _Message(user_id, FEEDBACK_TOPIC, f"/orders/{event.order_id}/feedback")
        case ShippingNews():
            if event.seller_id is not None:
                yield _Message(event.seller_id, SHIPPING_TOPIC, f"/orders/{event.order_id}/shipping")
            yield _Message(event.buyer_id, SHIPPING_TOPIC, f"/orders/{event.order_id}/shipping")
