"""What must be true of the rows, whenever the program died, and what must be true at the end.

`Books` reads both databases once; each `check_…` is one promise.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from tests.simulation.market_day import GOODS, Errand, Market
from tests.simulation.remains import Remains, Rows

_HEARD = ("acknowledged", "pending")
_SOLD, _CALLED_OFF = "paid", "cancelled"


async def unfinished(remains: Remains) -> Rows:
    """What the desk has heard of and not settled, has to write, or cannot explain."""
    return await remains.rows(
        "desk",
        """
        SELECT resource AS what, state FROM work WHERE state <> 'hidden'
        UNION ALL SELECT resource, state FROM inbox WHERE state IN ('new', 'waiting', 'failed')
        UNION ALL SELECT item_id, push_state FROM listings WHERE push_state <> 'idle'
        UNION ALL SELECT 'drift', 'open' FROM drifts WHERE resolved_at IS NULL
        """,
    )


async def undelivered(remains: Remains) -> Rows:
    """What the marketplace has not told yet."""
    return await remains.rows("marketplace", "SELECT * FROM notifications WHERE state = 'pending'")


@dataclass(kw_only=True)
class Books:
    market: Market
    orders: dict[int, dict[str, object]]
    payments: dict[int, dict[str, object]]
    answers: Rows
    notifications: Rows
    inbox: set[object]
    desk_orders: dict[int, object]
    movements: Rows
    listings: Rows
    unfinished: Rows

    @classmethod
    async def read(cls, remains: Remains, market: Market) -> Books:
        orders = await remains.rows("marketplace", "SELECT * FROM orders")
        payments = await remains.rows("marketplace", "SELECT * FROM payments")
        desk_orders = await remains.rows("desk", "SELECT order_id, status FROM orders")
        inbox = await remains.rows("desk", "SELECT message_id FROM inbox")
        return cls(
            market=market,
            orders={row["id"]: row for row in orders},
            payments={row["id"]: row for row in payments},
            answers=await remains.rows("marketplace", "SELECT * FROM idempotency_keys"),
            notifications=await remains.rows("marketplace", "SELECT * FROM notifications"),
            inbox={row["message_id"] for row in inbox},
            desk_orders={row["order_id"]: row["status"] for row in desk_orders},
            movements=await remains.rows("desk", "SELECT * FROM movements WHERE order_id <> 0"),
            listings=await remains.rows(
                "desk",
                """
                SELECT listings.*, products.sku AS product,
                    (SELECT CAST(SUM(quantity) AS BIGINT) FROM movements
                        WHERE movements.product_id = products.id) AS stock
                FROM listings LEFT JOIN products ON products.id = listings.product_id
                """,
            ),
            unfinished=await unfinished(remains),
        )

    def check(self) -> None:
        """After every death."""
        for errand in self.market.errands:
            if errand.order is not None:
                self._check_answered(errand)
        self._check_keys()
        self._check_money()
        self._check_news()
        self._check_movements()

    def check_at_rest(self) -> None:
        """When everything that was begun has been finished."""
        self.check()
        assert not self.unfinished, self.unfinished
        pending = [row for row in self.notifications if row["state"] != "acknowledged"]
        assert not pending, pending
        visible = {id: order["status"] for id, order in self.orders.items() if order["date_closed"]}
        assert self.desk_orders == visible, set(self.desk_orders.items()) ^ set(visible.items())
        moved = Counter(row["reason"] for row in self.movements)
        assert moved["sale"] == len(visible)
        assert moved["cancellation"] == sum(status == _CALLED_OFF for status in visible.values())
        for row in self.listings:
            stock = self.stock_of(str(row["product"]))
            shown = [row["stock"], row["target"], row["believed"], row["actual"], row["push_state"]]
            assert shown == [stock, stock, stock, stock, "idle"], row
        linked = Counter(row["product"] for row in self.listings)
        assert [linked[sku] for sku in GOODS] == [2] * len(GOODS)

    def stock_of(self, sku: str) -> int:
        """What there was, less what is sold and not called off."""
        sold = sum(
            int(str(order["quantity"]))
            for order in self.orders.values()
            if order["status"] == _SOLD and self.market.sku_of(str(order["item_id"])) == sku
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
            ends = {"deliver", "desk_deliver", "nothing", None}
            open_end = errand.ended_by is None and errand.plan.end not in ends
            if not open_end:
                assert order["status"] == (_SOLD if errand.ended_by in ends else _CALLED_OFF), errand.name
            if errand.ended_by in ("deliver", "desk_deliver"):
                assert order["delivered"] == 1

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
            amount, back = int(str(row["transaction_amount"])), int(str(row["refunded_amount"]))
            order = self.orders[int(str(row["order_id"]))]
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
                int(str(row["transaction_amount"])) - int(str(row["refunded_amount"]))
                for row in self.payments.values()
                if row["order_id"] == id
            )
            if order["status"] == _SOLD:
                assert kept == int(str(order["unit_price"])) * int(str(order["quantity"]))

    def _check_news(self) -> None:
        """Of each sale the desk is told, and what the marketplace counts as told the desk has kept."""
        told = Counter(row["resource"] for row in self.notifications if row["topic"] == "orders")
        for id, order in self.orders.items():
            assert bool(told[f"/orders/{id}"]) == (order["date_closed"] is not None)
        for row in self.notifications:
            assert row["state"] in _HEARD
            assert row["state"] == "pending" or row["id"] in self.inbox

    def _check_movements(self) -> None:
        """One for each sale, one for each cancellation, of what was sold, and none without an order."""
        once = Counter((row["order_id"], row["reason"]) for row in self.movements)
        assert set(once.values()) <= {1}
        for row in self.movements:
            order = self.orders[row["order_id"]]
            sold = int(str(order["quantity"]))
            assert order["date_closed"] is not None
            assert row["quantity"] == (-sold if row["reason"] == "sale" else sold)
            assert row["reason"] == "sale" or order["status"] == _CALLED_OFF
