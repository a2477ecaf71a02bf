"""What the Stock and Stores screens read: each function is one question, answered by one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from zoco.database.times import from_micros, from_micros_or_none
from zoco.database.transaction import Row, Transaction
from zoco.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRow:
    id: int
    site_id: str
    nickname: str
    account_id: int
    state: str
    state_reason: str | None
    base_url: str
    sandbox: bool
    date_connected: datetime
    application_id: int
    # Until when its token is good, and whether there is another to renew it with.
    access_expires: datetime | None
    renewable: bool
    import_state: str
    import_done: int
    import_total: int | None
    import_problem: str | None
    # How far the marketplace's clock is ahead of ours: a sandbox may live in another year.
    clock_offset: timedelta


async def stores(tx: Transaction) -> list[StoreRow]:
    rows = await tx.all(
        """
        SELECT stores.id, site_id, nickname, account_id, state, state_reason, base_url, world, date_connected,
               application_id, access_expires, refresh_token IS NOT NULL AS renewable,
               import_state, import_done, import_total, import_problem, clock_offset
        FROM stores JOIN applications ON applications.id = stores.application_id ORDER BY nickname, stores.id
        """
    )
    return [
        StoreRow(
            id=row["id"],
            site_id=row["site_id"],
            nickname=row["nickname"],
            account_id=row["account_id"],
            state=row["state"],
            state_reason=row["state_reason"],
            base_url=row["base_url"],
            sandbox=row["world"] is not None,
            date_connected=from_micros(row["date_connected"]),
            application_id=row["application_id"],
            access_expires=from_micros_or_none(row["access_expires"]),
            renewable=bool(row["renewable"]),
            import_state=row["import_state"],
            import_done=row["import_done"],
            import_total=row["import_total"],
            import_problem=row["import_problem"],
            clock_offset=timedelta(microseconds=row["clock_offset"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCell:
    """One listing in one store; `product_id` is None while it is linked to nothing."""

    id: int
    store_id: int
    item_id: str
    variation_id: int
    variation_name: str | None
    title: str
    sku: str | None
    item_status: str
    currency_id: str
    price: Decimal
    product_id: int | None
    units_per_sale: int
    buffer: int
    follow: bool
    believed: int
    actual: int
    actual_at: datetime
    target: int | None
    push_state: str
    pushed_at: datetime | None
    refusal: str | None
    drifting: bool

    @property
    def state(self) -> str:
        """`ok`, `pending`, `refused` or `differs`: what the cell says besides its number."""
        if self.push_state in ("pending", "refused"):
            return self.push_state
        return "differs" if self.drifting else "ok"


async def listings(tx: Transaction) -> list[ListingCell]:
    """Every listing that still exists at its store."""
    rows = await tx.all(
        """
        SELECT listings.*, items.title, items.status AS item_status, items.currency_id, items.price,
               drifts.id AS drift_id
        FROM listings
        JOIN items ON items.store_id = listings.store_id AND items.item_id = listings.item_id
        LEFT JOIN drifts ON drifts.listing_id = listings.id AND drifts.resolved_at IS NULL
        WHERE removed = 0 ORDER BY items.title, listings.id
        """
    )
    return [_listing_cell(row) for row in rows]


@dataclass(frozen=True, slots=True)
class ProductRow:
    id: int
    sku: str
    name: str
    available: int


async def products(tx: Transaction) -> list[ProductRow]:
    """Every product with what is on the shelf: the sum of its movements."""
    rows = await tx.all(
        """
        SELECT products.id, products.sku, products.name,
               CAST(COALESCE(SUM(movements.quantity), 0) AS BIGINT) AS available
        FROM products LEFT JOIN movements ON movements.product_id = products.id
        GROUP BY products.id, products.sku, products.name ORDER BY products.sku
        """
    )
    return [ProductRow(row["id"], row["sku"], row["name"], int(row["available"])) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRow:
    product_id: int
    sku: str
    product_name: str
    store_id: int
    order_id: int
    reason: str
    quantity: int
    person_name: str | None
    note: str | None
    at: datetime


_MOVEMENT_SQL = """
    SELECT movements.*, products.sku, products.name AS product_name, people.name AS person_name
    FROM movements JOIN products ON products.id = movements.product_id
    LEFT JOIN people ON people.id = movements.person_id
"""


async def latest_movements(tx: Transaction, limit: int) -> list[MovementRow]:
    rows = await tx.all(f"{_MOVEMENT_SQL} ORDER BY movements.id DESC LIMIT :limit", {"limit": limit})
    return [_movement_row(row) for row in rows]


async def movements_of(tx: Transaction, product_id: int, limit: int) -> list[MovementRow]:
    rows = await tx.all(
        f"{_MOVEMENT_SQL} WHERE product_id = :product_id ORDER BY movements.id DESC LIMIT :limit",
        {"product_id": product_id, "limit": limit},
    )
    return [_movement_row(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRow:
    """A sale, and another store's listing that had to be written because of it."""

    order_store_id: int
    order_id: int
    listing_store_id: int
    item_id: str
    title: str
    sold_at: datetime
    written_at: datetime | None

    @property
    def latency(self) -> timedelta | None:
        return None if self.written_at is None else self.written_at - self.sold_at


async def latest_pushes(tx: Transaction, limit: int) -> list[PushRow]:
    rows = await tx.all(
        """
        SELECT sale_pushes.store_id AS order_store_id, sale_pushes.order_id, listings.store_id,
               listings.item_id, items.title, sold_at, written_at
        FROM sale_pushes JOIN listings ON listings.id = sale_pushes.listing_id
        JOIN items ON items.store_id = listings.store_id AND items.item_id = listings.item_id
        ORDER BY sold_at DESC, sale_pushes.order_id DESC LIMIT :limit
        """,
        {"limit": limit},
    )
    return [
        PushRow(
            order_store_id=row["order_store_id"],
            order_id=row["order_id"],
            listing_store_id=row["store_id"],
            item_id=row["item_id"],
            title=row["title"],
            sold_at=from_micros(row["sold_at"]),
            written_at=from_micros_or_none(row["written_at"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class SyncLatency:
    """Per store where the sale was made: from the sale to the last other listing written."""

    store_id: int
    sales: int
    median: timedelta
    p99: timedelta


async def sync_latencies(tx: Transaction) -> list[SyncLatency]:
    """Over the newest 1,000 sales whose pushes are all written."""
    rows = await tx.all(
        """
        WITH finished AS (
            SELECT store_id, order_id, MAX(written_at) - MIN(sold_at) AS latency, MAX(sold_at) AS sold_at
            FROM sale_pushes GROUP BY store_id, order_id HAVING COUNT(*) = COUNT(written_at)
        ), newest AS (SELECT store_id, latency FROM finished ORDER BY sold_at DESC LIMIT 1000)
        SELECT store_id, latency FROM newest ORDER BY store_id, latency
        """
    )
    latencies: dict[int, list[int]] = {}
    for row in rows:
        latencies.setdefault(row["store_id"], []).append(int(row["latency"]))
    return [
        SyncLatency(store_id, len(sorted_ones), _percentile(sorted_ones, 50), _percentile(sorted_ones, 99))
        for store_id, sorted_ones in latencies.items()
    ]


def _percentile(sorted_micros: list[int], percent: int) -> timedelta:
    """The smallest latency that at least `percent` of the sales did not exceed."""
    position = -(-len(sorted_micros) * percent // 100) - 1
    return timedelta(microseconds=sorted_micros[position])


def _movement_row(row: Row) -> MovementRow:
    return MovementRow(
        product_id=row["product_id"],
        sku=row["sku"],
        product_name=row["product_name"],
        store_id=row["store_id"],
        order_id=row["order_id"],
        reason=row["reason"],
        quantity=row["quantity"],
        person_name=row["person_name"],
        note=row["note"],
        at=from_micros(row["at"]),
    )


def _listing_cell(row: Row) -> ListingCell:
    return ListingCell(
        id=row["id"],
        store_id=row["store_id"],
        item_id=row["item_id"],
        variation_id=row["variation_id"],
        variation_name=row["variation_name"],
        title=row["title"],
        sku=row["sku"],
        item_status=row["item_status"],
        currency_id=row["currency_id"],
        price=Money(row["price"], row["currency_id"]).amount,
        product_id=row["product_id"],
        units_per_sale=row["units_per_sale"],
        buffer=row["buffer"],
        follow=bool(row["follow"]),
        believed=row["believed"],
        actual=row["actual"],
        actual_at=from_micros(row["actual_at"]),
        target=row["target"],
        push_state=row["push_state"],
        pushed_at=from_micros_or_none(row["pushed_at"]),
        refusal=row["refusal"],
        drifting=row["drift_id"] is not None,
    )
