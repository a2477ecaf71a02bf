"""What the Orders and Order screens read: each function is one question, answered by one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from zoco.database.times import from_micros, from_micros_or_none, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.domain.money import Money

PAGE_SIZE = 50


class Stage(StrEnum):
    """The tabs over the list: what is to be done, not the raw status."""

    ALL = "all"
    TO_DELIVER = "to_deliver"
    OWED = "owed"
    PAID = "paid"
    CANCELLED = "cancelled"


_STAGE_SQL = {
    Stage.ALL: "1 = 1",
    Stage.TO_DELIVER: "(reservation = 1 AND status = 'paid' AND delivered = 0)",
    Stage.OWED: "status IN ('confirmed', 'payment_required', 'payment_in_process', 'partially_paid')",
    Stage.PAID: "status = 'paid'",
    Stage.CANCELLED: "status IN ('cancelled', 'invalid')",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What the address of the Orders page asks for; `since` is the first moment of its date filter."""

    stage: Stage = Stage.ALL
    words: tuple[str, ...] = ()
    status: str | None = None
    store_id: int | None = None
    since: datetime | None = None

    @property
    def narrowed(self) -> bool:
        """Whether something besides the tab and the store hides orders."""
        return bool(self.words or self.status or self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    store_id: int
    store_nickname: str
    site_id: str
    order_id: int
    status: str
    date_created: datetime
    last_updated: datetime
    expiration_date: datetime | None
    buyer_nickname: str | None
    buyer_name: str | None
    title: str
    sku: str | None
    quantity: int
    currency_id: str
    total: Decimal
    paid: Decimal
    payments: int
    reservation: bool
    delivered: bool

    @property
    def owed(self) -> Decimal:
        return max(self.total - self.paid, Decimal(0))

    @property
    def to_deliver(self) -> bool:
        return self.reservation and self.status == "paid" and not self.delivered


_ROW_SQL = """
    SELECT orders.store_id, stores.nickname, stores.site_id, order_id, status, date_created, last_updated,
           expiration_date, buyer_nickname, buyer_name, title, sku, quantity, currency_id, total_amount,
           paid_amount, payments, reservation, delivered
    FROM orders JOIN stores ON stores.id = orders.store_id
"""


async def orders_page(tx: Transaction, wanted: OrderFilter, page: int) -> list[OrderRow]:
    """The newest first; `page` counts from 1."""
    where, parameters = _conditions(wanted)
    rows = await tx.all(
        f"{_ROW_SQL} WHERE {where} ORDER BY date_created DESC, order_id DESC LIMIT :limit OFFSET :offset",
        parameters | {"limit": PAGE_SIZE, "offset": (page - 1) * PAGE_SIZE},
    )
    return [_order_row(row) for row in rows]


async def orders_matching(
    tx: Transaction, wanted: OrderFilter, keys: frozenset[tuple[int, int]]
) -> list[OrderRow]:
    """Those of the given orders, (store, order) each, that the filter lets through: for live rows."""
    where, parameters = _conditions(wanted)
    any_order = tx.is_any("order_id", "order_ids")
    rows = await tx.all(
        f"{_ROW_SQL} WHERE {where} AND {any_order} ORDER BY date_created, order_id",
        parameters | {"order_ids": sorted({order_id for _, order_id in keys})},
    )
    return [row for row in map(_order_row, rows) if (row.store_id, row.order_id) in keys]


async def orders_total(tx: Transaction, wanted: OrderFilter) -> int:
    where, parameters = _conditions(wanted)
    row = await tx.one(f"SELECT COUNT(*) AS total FROM orders WHERE {where}", parameters)
    return int(row["total"]) if row else 0


async def stage_counts(tx: Transaction, store_id: int | None) -> Mapping[Stage, int]:
    """How many orders stand behind each tab."""
    sums = ", ".join(
        f"CAST(COALESCE(SUM(CASE WHEN {sql} THEN 1 ELSE 0 END), 0) AS BIGINT) AS in_{stage}"
        for stage, sql in _STAGE_SQL.items()
    )
    where = "WHERE store_id = :store_id" if store_id is not None else ""
    row = await tx.one(f"SELECT {sums} FROM orders {where}", {"store_id": store_id} if where else {})
    return {stage: int(row[f"in_{stage}"]) if row else 0 for stage in Stage}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetail:
    """An order as its page needs it; `body` is the marketplace's answer."""

    row: OrderRow
    body: bytes
    buyer_id: int
    fetched_at: datetime
    clock_offset_micros: int
    store_state: str


async def order_detail(tx: Transaction, store_id: int, order_id: int) -> OrderDetail | None:
    row = await tx.one(
        """
        SELECT orders.*, stores.nickname, stores.site_id, stores.clock_offset, stores.state AS store_state
        FROM orders JOIN stores ON stores.id = orders.store_id
        WHERE orders.store_id = :store_id AND order_id = :order_id
        """,
        {"store_id": store_id, "order_id": order_id},
    )
    if row is None:
        return None
    return OrderDetail(
        row=_order_row(row),
        body=bytes(row["body"]),
        buyer_id=row["buyer_id"],
        fetched_at=from_micros(row["fetched_at"]),
        clock_offset_micros=row["clock_offset"],
        store_state=row["store_state"],
    )


@dataclass(frozen=True, slots=True)
class BuyerHistory:
    orders: int
    cancelled: int


async def buyer_history(tx: Transaction, site_id: str, buyer_id: int) -> BuyerHistory:
    """Over all stores of the buyer's site: user ids belong to a marketplace, and so to its sites."""
    row = await tx.one(
        """
        SELECT COUNT(*) AS orders,
               CAST(COALESCE(SUM(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END), 0) AS BIGINT) AS cancelled
        FROM orders JOIN stores ON stores.id = orders.store_id
        WHERE buyer_id = :buyer_id AND stores.site_id = :site_id
        """,
        {"buyer_id": buyer_id, "site_id": site_id},
    )
    return BuyerHistory(int(row["orders"]), int(row["cancelled"])) if row else BuyerHistory(0, 0)


async def names_of_people(tx: Transaction) -> dict[int, str]:
    """Who is meant by a person's id in timelines; those who were disabled too."""
    rows = await tx.all("SELECT id, name FROM people")
    return {row["id"]: row["name"] for row in rows}


@dataclass(frozen=True, slots=True)
class LiveSpan:
    """The ids that are still kept; (0, 0) when there are none."""

    oldest: int
    newest: int


async def live_span(tx: Transaction) -> LiveSpan:
    row = await tx.one(
        "SELECT COALESCE(MIN(id), 0) AS oldest, COALESCE(MAX(id), 0) AS newest FROM live_events"
    )
    return LiveSpan(int(row["oldest"]), int(row["newest"])) if row else LiveSpan(0, 0)


def _conditions(wanted: OrderFilter) -> tuple[str, dict[str, object]]:
    conditions = [_STAGE_SQL[wanted.stage]]
    parameters: dict[str, object] = {}
    for number, word in enumerate(wanted.words):
        conditions.append(f"words LIKE :word{number} ESCAPE '!'")
        parameters[f"word{number}"] = f"%{_like_literal(word)}%"
    if wanted.status is not None:
        conditions.append("status = :status")
        parameters["status"] = wanted.status
    if wanted.store_id is not None:
        conditions.append("orders.store_id = :store_id")
        parameters["store_id"] = wanted.store_id
    if wanted.since is not None:
        conditions.append("date_created >= :since")
        parameters["since"] = to_micros(wanted.since)
    return " AND ".join(conditions), parameters


def _like_literal(word: str) -> str:
    return word.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _order_row(row: Row) -> OrderRow:
    currency = row["currency_id"]
    return OrderRow(
        store_id=row["store_id"],
        store_nickname=row["nickname"],
        site_id=row["site_id"],
        order_id=row["order_id"],
        status=row["status"],
        date_created=from_micros(row["date_created"]),
        last_updated=from_micros(row["last_updated"]),
        expiration_date=from_micros_or_none(row["expiration_date"]),
        buyer_nickname=row["buyer_nickname"],
        buyer_name=row["buyer_name"],
        title=row["title"],
        sku=row["sku"],
        quantity=row["quantity"],
        currency_id=currency,
        total=Money(row["total_amount"], currency).amount,
        paid=Money(row["paid_amount"], currency).amount,
        payments=row["payments"],
        reservation=bool(row["reservation"]),
        delivered=bool(row["delivered"]),
    )
