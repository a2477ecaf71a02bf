"""What must be true of the rows, whenever the program died, and what must be true at the end.

`Books` reads both databases once; each `check_…` is one promise.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.market_day import GOODS, Errand, Market
from tests.simulation.news import Facts, due_news
from tests.simulation.remains import Remains, Rows

_HEARD = ("acknowledged", "pending")
_SOLD, _CALLED_OFF = "paid", "cancelled"


async def unfinished(remains: Remains) -> Rows:
    """What the desk has heard of and not settled, has to write, or cannot explain."""
    return await remains.rows(
        "desk",
        """
        SELECT resource AS what, state || ' ' || attempts || ' ' || COALESCE(reason, '') AS state
            FROM work WHERE state <> 'hidden'
        UNION ALL SELECT resource, state FROM inbox WHERE state IN ('new', 'waiting', 'failed')
        UNION ALL SELECT item_id, push_state FROM listings WHERE push_state <> 'idle'
        UNION ALL SELECT 'a drift of ' || item_id || ': ' || drifts.believed || '/' || drifts.actual,
            listings.believed || '/' || listings.actual
            FROM drifts JOIN listings ON listings.id = drifts.listing_id WHERE resolved_at IS NULL
        """,
    )


async def undelivered(remains: Remains) -> Rows:
    """What the marketplace has not told yet."""
    return await remains.rows("marketplace", "SELECT * FROM notifications WHERE state = 'pending'")


_OF_MARKETPLACE = {
    "orders": "SELECT * FROM orders",
    "payments": "SELECT * FROM payments ORDER BY id",
    "feedback": "SELECT * FROM feedback",
    "items": "SELECT * FROM items",
    "answers": "SELECT * FROM idempotency_keys",
    "notifications": "SELECT * FROM notifications ORDER BY seq",
    "grants": "SELECT application_id, user_id FROM grants",
    "topics": "SELECT application_id, topic FROM application_topics",
}
_OF_DESK = {
    "orders": "SELECT order_id, status FROM orders",
    "inbox": "SELECT message_id, state, outcome FROM inbox",
    "movements": "SELECT * FROM movements WHERE order_id <> 0",
    "listings": """
        SELECT listings.*, products.sku AS product,
            (SELECT CAST(SUM(quantity) AS BIGINT) FROM movements
                WHERE movements.product_id = products.id) AS stock
        FROM listings LEFT JOIN products ON products.id = listings.product_id
    """,
}


@dataclass(kw_only=True)
class Books:
    """`heard` is what the listener of the market was told, in that order; it never dies.

    `recorded` are the messages that there were when all else had been read.
    """

    market: Market
    heard: Sequence[str]
    recorded: set[str]
    orders: dict[int, dict[str, Any]]
    payments: dict[int, dict[str, Any]]
    facts: Facts
    answers: Rows
    notifications: Rows
    audience: dict[int, tuple[set[int], set[str]]]
    inbox: dict[str, dict[str, Any]]
    desk_orders: dict[int, str]
    movements: Rows
    listings: Rows
    unfinished: Rows

    @classmethod
    async def read(cls, remains: Remains, market: Market, hear: Callable[[], Sequence[str]]) -> Books:
        """The marketplace first: what it knows of the desk, the desk knows by then."""
        there = await remains.moment("marketplace", _OF_MARKETPLACE)
        desk = await remains.moment("desk", _OF_DESK)
        heard = hear()
        recorded = await remains.rows("marketplace", "SELECT id FROM notifications")
        return cls(
            market=market,
            heard=heard,
            recorded={row["id"] for row in recorded},
            orders={row["id"]: row for row in there["orders"]},
            payments={row["id"]: row for row in there["payments"]},
            facts=Facts(**{name: there[name] for name in ("orders", "payments", "feedback", "items")}),
            answers=there["answers"],
            notifications=there["notifications"],
            audience={
                id: (
                    {row["user_id"] for row in there["grants"] if row["application_id"] == id},
                    {row["topic"] for row in there["topics"] if row["application_id"] == id},
                )
                for id in (market.application.id, market.listener.id)
            },
            inbox={row["message_id"]: row for row in desk["inbox"]},
            desk_orders={row["order_id"]: row["status"] for row in desk["orders"]},
            movements=desk["movements"],
            listings=desk["listings"],
            unfinished=await unfinished(remains),
        )

    def check(self) -> None:
        """After every death."""
        for errand in self.market.errands:
            if errand.order is not None:
                self._check_answered(errand)
        assert self.recorded.issuperset(self.heard)
        self.check_rows()

    def check_rows(self) -> None:
        """What must hold among the rows alone, whatever has been answered since."""
        self._check_keys()
        self._check_money()
        self._check_sold()
        self._check_news()
        self._check_told()
        self._check_movements()

    def check_at_rest(self) -> None:
        """When everything that was begun has been finished."""
        self.check()
        assert not self.unfinished, self.unfinished
        pending = [row for row in self.notifications if row["state"] != "acknowledged"]
        assert not pending, pending
        self._check_followed_up()
        self._check_order()
        visible = {id: order["status"] for id, order in self.orders.items() if order["date_closed"]}
        assert self.desk_orders == visible, set(self.desk_orders.items()) ^ set(visible.items())
        moved = Counter(row["reason"] for row in self.movements)
        assert moved["sale"] == len(visible)
        assert moved["cancellation"] == sum(status == _CALLED_OFF for status in visible.values())
        for row in self.listings:
            stock = self.stock_of(row["product"])
            shown = [row["stock"], row["target"], row["believed"], row["actual"], row["push_state"]]
            assert shown == [stock, stock, stock, stock, "idle"], row
        for item in self.facts.items:
            assert item["available_quantity"] == self.stock_of(self.market.sku_of(item["id"])), item
        linked = Counter(row["product"] for row in self.listings)
        assert [linked[sku] for sku in GOODS] == [2] * len(GOODS)

    def stock_of(self, sku: str) -> int:
        """What there was, less what is sold and not called off."""
        sold: int = sum(
            order["quantity"]
            for order in self.orders.values()
            if order["status"] == _SOLD and self.market.sku_of(order["item_id"]) == sku
        )
        return self.market.initial[sku] - sold

    def _check_answered(self, errand: Errand) -> None:
        """Every order, payment and last word that somebody was told of is there as it was told."""
        assert errand.order is not None
        order = self.orders[errand.order.id]
        said = (errand.buyer_id, errand.seller.id, errand.item_id, errand.plan.quantity)
        assert (order["buyer_id"], order["seller_id"], order["item_id"], order["quantity"]) == said
        for answered in errand.payments.values():
            payment = self.payments[answered.id]
            minor = int(answered.transaction_amount * 100)
            assert (payment["order_id"], payment["transaction_amount"]) == (errand.order.id, minor)
            given_back = payment["status"] == "refunded" and order["status"] == _CALLED_OFF
            assert payment["status"] == answered.status or given_back, errand.name
        paid = errand.payments and all(each.status == "approved" for each in errand.payments.values())
        if paid and len(errand.payments) == errand.plan.cards:
            assert order["date_closed"] is not None
            ends = {"deliver", "desk_deliver", "confirm", "nothing", None}
            open_end = errand.ended_by is None and errand.plan.end not in ends
            if not open_end:
                assert order["status"] == (_SOLD if errand.ended_by in ends else _CALLED_OFF), errand.name
            if errand.ended_by in ("deliver", "desk_deliver", "confirm"):
                assert order["delivered"] == 1
            if errand.ended_by == "confirm":
                assert all(self.payments[each.id]["date_released"] for each in errand.payments.values())

    def _check_keys(self) -> None:
        """A key stands for one order or payment, and there is none that no key asked for."""
        made: dict[str, list[int]] = {"order": [], "card": []}
        for row in self.answers:
            kind = str(row["idempotency_key"]).partition(":")[2].partition("-")[0]
            assert row["status"] == 201
            made[kind].append(json.loads(bytes(row["body"]))["id"])
        assert sorted(made["order"]) == sorted(self.orders)
        assert sorted(made["card"]) == sorted(self.payments)

    def _check_money(self) -> None:
        """Paid in = held + released + refunded, and each of them where its order says."""
        paid_in = held = released = refunded = 0
        for row in self.payments.values():
            amount, back = row["transaction_amount"], row["refunded_amount"]
            order = self.orders[row["order_id"]]
            paid_in += amount
            refunded += back
            if row["date_released"] is not None:
                released += amount - back
            elif row["status"] == "approved":
                held += amount - back
            assert back == (amount if order["status"] == _CALLED_OFF else 0)
        assert paid_in == held + released + refunded
        for id, order in self.orders.items():
            kept = sum(
                row["transaction_amount"] - row["refunded_amount"]
                for row in self.payments.values()
                if row["order_id"] == id
            )
            if order["status"] == _SOLD:
                assert kept == order["unit_price"] * order["quantity"]

    def _check_sold(self) -> None:
        """A listing has sold what was taken from it by orders, and not given back."""
        sold = Counter[str]()
        for order in self.orders.values():
            sold[order["item_id"]] += order["quantity"] * (order["stock_taken"] - order["stock_returned"])
        for item in self.facts.items:
            assert item["sold_quantity"] == sold[item["id"]], item

    def _check_news(self) -> None:
        """Of each fact every application that subscribed has exactly its messages, and no others."""
        for id, (people, topics) in self.audience.items():
            rows = [row for row in self.notifications if row["application_id"] == id]
            told = Counter((row["user_id"], row["topic"], row["resource"]) for row in rows)
            due = due_news(self.facts, people=people, topics=topics)
            assert told == due, {"too many": told - due, "missing": due - told}

    def _check_told(self) -> None:
        """What counts as told is kept by who was told; and nothing was told that did not happen."""
        assert self.recorded.issuperset(self.inbox)
        kept = {self.market.application.id: set(self.inbox), self.market.listener.id: set(self.heard)}
        for row in self.notifications:
            assert row["state"] in _HEARD
            assert row["state"] == "pending" or row["id"] in kept[row["application_id"]], row

    def _check_followed_up(self) -> None:
        """Each message that the desk has accepted was done, with a word about how."""
        for row in self.inbox.values():
            assert (row["state"], row["outcome"] is None) == ("done", False), row

    def _check_order(self) -> None:
        """The listener hears of each thing in the order in which it happened, repetitions aside."""
        position = {row["id"]: number for number, row in enumerate(self.notifications)}
        about = {row["id"]: row["resource"] for row in self.notifications}
        newest: dict[str, int] = {}
        for id in dict.fromkeys(self.heard):
            assert position[id] > newest.get(about[id], -1), about[id]
            newest[about[id]] = position[id]

    def _check_movements(self) -> None:
        """One for each sale, one for each cancellation, of what was sold, and none without an order."""
        once = Counter((row["order_id"], row["reason"]) for row in self.movements)
        assert set(once.values()) <= {1}
        for row in self.movements:
            order = self.orders[row["order_id"]]
            sold = order["quantity"]
            assert order["date_closed"] is not None
            assert row["quantity"] == (-sold if row["reason"] == "sale" else sold)
            assert row["reason"] == "sale" or order["status"] == _CALLED_OFF
