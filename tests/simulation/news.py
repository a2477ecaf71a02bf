"""What must have been told of the facts in a marketplace's rows, message by message (contract 17.7).

All orders of a market day are of the mandatory flow: nobody but the buyer sees them until they are paid.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tests.simulation.remains import Rows

# User, topic and resource.
Message = tuple[int, str, str]
# Told of in the events in which payments were made, and not by one of their own.
_BY_PAYING = "out_of_stock"


@dataclass(frozen=True, kw_only=True)
class Facts:
    orders: Rows
    payments: Rows
    feedback: Rows
    items: Rows


def due_news(facts: Facts, *, people: Collection[int], topics: Collection[str]) -> Counter[Message]:
    """Exactly what an application hears that these people granted and that subscribed to these topics."""
    return Counter(message for message in _all_news(facts) if message[0] in people and message[1] in topics)


def _all_news(facts: Facts) -> Iterator[Message]:
    payments, words = defaultdict(list), defaultdict(list)
    for row in facts.payments:
        payments[row["order_id"]].append(row)
    for row in facts.feedback:
        words[row["order_id"]].append(row)
    for order in facts.orders:
        yield from _of_order(order, payments[order["id"]], words[order["id"]])
    for item in facts.items:
        # Published before anybody could hear of it.
        for _ in range(item["version"] - 1):
            yield item["seller_id"], "items", f"/items/{item['id']}"


def _of_order(order: Mapping[str, object], payments: Rows, words: Rows) -> Iterator[Message]:
    assert order["mandatory_flow"] == 1
    both = (int(str(order["seller_id"])), int(str(order["buyer_id"])))
    path = f"/orders/{order['id']}"
    visible = order["date_closed"] is not None
    called_off = int(order["cause"] == "buyer_cancelled")
    # Born, and once for each payment; a hidden order that is called off tells of that here too.
    early = 1 + len(payments) + (0 if visible else called_off)
    late = 1 + len(words) + called_off if visible else 0
    for user_id in both:
        yield from [(user_id, "created_orders", path)] * early
        for topic in ("orders", "orders_v2"):
            yield from [(user_id, topic, path)] * late
        yield from [(user_id, "orders_feedback", f"{path}/feedback")] * len(words)
    for payment in payments:
        yield from _of_payment(order, payment, last=payment["id"] == payments[-1]["id"])


def _of_payment(
    order: Mapping[str, object], payment: Mapping[str, object], *, last: bool
) -> Iterator[Message]:
    refunded = int(payment["status"] == "refunded")
    released = int(payment["date_released"] is not None)
    if order["date_closed"] is not None:
        seller = int(str(order["seller_id"]))
        yield from [(seller, "payments", f"/collections/{payment['id']}")] * (1 + refunded + released)
    # The payment that found nothing left was given back in the moment in which it was made.
    if order["cause"] == _BY_PAYING and last:
        refunded = 0
    buyer = int(str(order["buyer_id"]))
    yield from [(buyer, "payments", f"/payments/{payment['id']}")] * (1 + refunded)
