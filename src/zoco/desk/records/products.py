"""Products, and the movements that their stock is the sum of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, to_micros, to_micros_or_none
from zoco.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: int
    sku: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One signed change of a product's stock. `reason`: sale, cancellation, count, receipt, correction.

    Sales and cancellations name the store, the order and its line; the others their author.
    """

    product_id: int
    store_id: int
    order_id: int
    line: int
    reason: str
    quantity: int
    listing_id: int | None
    person_id: int | None
    note: str | None
    at: datetime


async def add(tx: Transaction, *, sku: str, name: str, now: datetime) -> int | None:
    """The new product's id; None when the SKU is taken."""
    row = await tx.one(
        """
        INSERT INTO products (sku, name, date_created) VALUES (:sku, :name, :now)
        ON CONFLICT (sku) DO NOTHING RETURNING id
        """,
        {"sku": sku, "name": name, "now": to_micros(now)},
    )
    return None if row is None else int(row["id"])


async def get(tx: Transaction, product_id: int) -> Product | None:
    row = await tx.one("SELECT id, sku, name FROM products WHERE id = :id", {"id": product_id})
    return None if row is None else Product(id=row["id"], sku=row["sku"], name=row["name"])


async def by_sku(tx: Transaction, sku: str) -> Product | None:
    row = await tx.one("SELECT id, sku, name FROM products WHERE sku = :sku", {"sku": sku})
    return None if row is None else Product(id=row["id"], sku=row["sku"], name=row["name"])


async def lock(tx: Transaction, product_id: int) -> None:
    """Let nobody else move this product's stock until the transaction ends: the sum of its movements
    is computed, and under READ COMMITTED two sums would each miss the other's movement."""
    await tx.one(f"SELECT id FROM products WHERE id = :id{tx.for_update}", {"id": product_id})


async def on_hand(tx: Transaction, product_id: int) -> int:
    row = await tx.one(
        "SELECT COALESCE(sum(quantity), 0) AS on_hand FROM movements WHERE product_id = :product_id",
        {"product_id": product_id},
    )
    assert row is not None
    return int(row["on_hand"])


async def move(tx: Transaction, movement: Movement, *, now: datetime) -> bool:
    """Write a movement; False when it is there already: one sale, one cancellation per order line."""
    added = await tx.run(
        """
        INSERT INTO movements (product_id, store_id, order_id, line, reason, quantity, listing_id,
            person_id, note, at, seen_at)
        VALUES (:product_id, :store_id, :order_id, :line, :reason, :quantity, :listing_id, :person_id, :note,
            :at, :now)
        ON CONFLICT (store_id, order_id, line, reason) DO NOTHING
        """,
        {
            "product_id": movement.product_id,
            "store_id": movement.store_id,
            "order_id": movement.order_id,
            "line": movement.line,
            "reason": movement.reason,
            "quantity": movement.quantity,
            "listing_id": movement.listing_id,
            "person_id": movement.person_id,
            "note": movement.note,
            "at": to_micros(movement.at),
            "now": to_micros(now),
        },
    )
    return added == 1


async def sale(tx: Transaction, store_id: int, order_id: int, line: int) -> Movement | None:
    """The movement of a sold order line."""
    row = await tx.one(
        """
        SELECT * FROM movements
        WHERE store_id = :store_id AND order_id = :order_id AND line = :line AND reason = 'sale'
        """,
        {"store_id": store_id, "order_id": order_id, "line": line},
    )
    if row is None:
        return None
    return Movement(
        product_id=row["product_id"],
        store_id=row["store_id"],
        order_id=row["order_id"],
        line=row["line"],
        reason=row["reason"],
        quantity=row["quantity"],
        listing_id=row["listing_id"],
        person_id=row["person_id"],
        note=row["note"],
        at=from_micros(row["at"]),
    )


async def await_push(
    tx: Transaction, *, store_id: int, order_id: int, listing_id: int, generation: int, sold_at: datetime
) -> None:
    """A sale has made this other listing wrong until it is written: what latency is measured by (6.9)."""
    await tx.run(
        """
        INSERT INTO sale_pushes (store_id, order_id, listing_id, generation, sold_at)
        VALUES (:store_id, :order_id, :listing_id, :generation, :sold_at)
        ON CONFLICT (store_id, order_id, listing_id) DO NOTHING
        """,
        {
            "store_id": store_id,
            "order_id": order_id,
            "listing_id": listing_id,
            "generation": generation,
            "sold_at": to_micros(sold_at),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSale:
    store_id: int
    order_id: int


async def pushed(tx: Transaction, listing_id: int, *, generation: int, now: datetime) -> list[WrittenSale]:
    """The sales that a listing has been written for, up to what its `generation` knew of."""
    rows = await tx.all(
        """
        UPDATE sale_pushes SET written_at = :now
        WHERE listing_id = :listing_id AND written_at IS NULL AND generation <= :generation
        RETURNING store_id, order_id
        """,
        {"listing_id": listing_id, "generation": generation, "now": to_micros_or_none(now)},
    )
    return [WrittenSale(store_id=row["store_id"], order_id=row["order_id"]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRef:
    """A sale that stands (was not called off), and the units it took."""

    store_id: int
    order_id: int
    units: int


async def below_zero(tx: Transaction) -> list[tuple[int, int]]:
    """Products of which more was sold than there was, with what is on hand."""
    rows = await tx.all(
        """
        SELECT product_id, sum(quantity) AS on_hand FROM movements
        GROUP BY product_id HAVING sum(quantity) < 0 ORDER BY product_id
        """
    )
    return [(int(row["product_id"]), int(row["on_hand"])) for row in rows]


async def standing_sales(tx: Transaction, product_id: int) -> list[SaleRef]:
    """Newest first, at most fifty."""
    rows = await tx.all(
        """
        SELECT sold.store_id, sold.order_id, -sold.quantity AS units FROM movements AS sold
        WHERE sold.product_id = :product_id AND sold.reason = 'sale' AND NOT EXISTS (
            SELECT 1 FROM movements AS back
            WHERE back.store_id = sold.store_id AND back.order_id = sold.order_id AND back.line = sold.line
                AND back.reason = 'cancellation'
        )
        ORDER BY sold.at DESC, sold.id DESC LIMIT 50
        """,
        {"product_id": product_id},
    )
    return [
        SaleRef(store_id=row["store_id"], order_id=row["order_id"], units=int(row["units"])) for row in rows
    ]
