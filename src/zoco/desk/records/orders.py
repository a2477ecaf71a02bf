"""Orders as last fetched: the answer's bytes, and columns for what lists sort and filter by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, to_micros, to_micros_or_none
from zoco.database.transaction import Transaction
from zoco.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One sale of one store. `body` is the marketplace's answer, unchanged."""

    store_id: int
    order_id: int
    body: bytes
    status: str
    tags: Sequence[str]
    date_created: datetime
    date_closed: datetime | None
    last_updated: datetime
    expiration_date: datetime | None
    buyer_id: int
    buyer_nickname: str | None
    buyer_name: str | None
    item_id: str
    variation_id: int | None
    title: str
    sku: str | None
    quantity: int
    total: Money
    paid: Money
    payments: int

    @property
    def words(self) -> str:
        """What the search box looks through."""
        parts = (str(self.order_id), self.buyer_nickname, self.buyer_name, self.title, self.sku)
        return " ".join(part.lower() for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we had of an order before an answer came."""

    body: bytes
    last_updated: datetime


async def known_for_update(tx: Transaction, store_id: int, order_id: int) -> Known | None:
    row = await tx.one(
        f"""
        SELECT body, last_updated FROM orders
        WHERE store_id = :store_id AND order_id = :order_id{tx.for_update}
        """,
        {"store_id": store_id, "order_id": order_id},
    )
    return None if row is None else Known(body=row["body"], last_updated=from_micros(row["last_updated"]))


async def body(tx: Transaction, store_id: int, order_id: int) -> bytes | None:
    row = await tx.one(
        "SELECT body FROM orders WHERE store_id = :store_id AND order_id = :order_id",
        {"store_id": store_id, "order_id": order_id},
    )
    return None if row is None else bytes(row["body"])


async def add(tx: Transaction, order: OrderRow, *, now: datetime) -> bool:
    """Keep an order for the first time; False when somebody else has just done so."""
    added = await tx.run(
        """
        INSERT INTO orders (store_id, order_id, body, status, tags, date_created, date_closed, last_updated,
            expiration_date, buyer_id, buyer_nickname, buyer_name, item_id, variation_id, title, sku,
            quantity, currency_id, total_amount, paid_amount, payments, reservation, delivered, words,
            first_seen, fetched_at)
        VALUES (:store_id, :order_id, :body, :status, :tags, :date_created, :date_closed, :last_updated,
            :expiration_date, :buyer_id, :buyer_nickname, :buyer_name, :item_id, :variation_id, :title, :sku,
            :quantity, :currency_id, :total_amount, :paid_amount, :payments, :reservation, :delivered, :words,
            :now, :now)
        ON CONFLICT (store_id, order_id) DO NOTHING
        """,
        _columns(order, now),
    )
    return added == 1


async def save(tx: Transaction, order: OrderRow, *, now: datetime) -> None:
    await tx.run(
        """
        UPDATE orders SET body = :body, status = :status, tags = :tags, date_created = :date_created,
            date_closed = :date_closed, last_updated = :last_updated, expiration_date = :expiration_date,
            buyer_id = :buyer_id, buyer_nickname = :buyer_nickname, buyer_name = :buyer_name,
            item_id = :item_id, variation_id = :variation_id, title = :title, sku = :sku,
            quantity = :quantity, currency_id = :currency_id, total_amount = :total_amount,
            paid_amount = :paid_amount, payments = :payments, reservation = :reservation,
            delivered = :delivered, words = :words, fetched_at = :now
        WHERE store_id = :store_id AND order_id = :order_id
        """,
        _columns(order, now),
    )


def _columns(order: OrderRow, now: datetime) -> dict[str, object]:
    return {
        "store_id": order.store_id,
        "order_id": order.order_id,
        "body": order.body,
        "status": order.status,
        "tags": f" {' '.join(order.tags)} ",
        "date_created": to_micros(order.date_created),
        "date_closed": to_micros_or_none(order.date_closed),
        "last_updated": to_micros(order.last_updated),
        "expiration_date": to_micros_or_none(order.expiration_date),
        "buyer_id": order.buyer_id,
        "buyer_nickname": order.buyer_nickname,
        "buyer_name": order.buyer_name,
        "item_id": order.item_id,
        "variation_id": order.variation_id,
        "title": order.title,
        "sku": order.sku,
        "quantity": order.quantity,
        "currency_id": order.total.currency,
        "total_amount": order.total.minor,
        "paid_amount": order.paid.minor,
        "payments": order.payments,
        "reservation": int("reservation" in order.tags),
        "delivered": int("delivered" in order.tags),
        "words": order.words,
        "now": to_micros(now),
    }


async def bodies_of_item(
    tx: Transaction, store_id: int, item_id: str, *, closed_after: datetime
) -> list[bytes]:
    """Orders of an item that were closed after a moment, oldest first."""
    rows = await tx.all(
        """
        SELECT body FROM orders
        WHERE store_id = :store_id AND item_id = :item_id
            AND COALESCE(date_closed, date_created) > :closed_after
        ORDER BY date_created, order_id
        """,
        {"store_id": store_id, "item_id": item_id, "closed_after": to_micros(closed_after)},
    )
    return [bytes(row["body"]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A payment as the collector reads it (contract 8.4)."""

    store_id: int
    payment_id: int
    order_id: int
    body: bytes
    status: str
    last_updated: datetime
    released: bool
    money_release_date: datetime | None


async def keep_collection(tx: Transaction, collection: Collection) -> bool:
    """Keep a payment unless we have newer news of it; whether it was kept."""
    kept = await tx.run(
        """
        INSERT INTO collections (store_id, payment_id, order_id, body, status, last_updated, released,
            money_release_date)
        VALUES (:store_id, :payment_id, :order_id, :body, :status, :last_updated, :released,
            :money_release_date)
        ON CONFLICT (store_id, payment_id) DO UPDATE SET body = excluded.body, status = excluded.status,
            last_updated = excluded.last_updated, released = excluded.released,
            money_release_date = excluded.money_release_date
        WHERE collections.last_updated <= excluded.last_updated
        """,
        {
            "store_id": collection.store_id,
            "payment_id": collection.payment_id,
            "order_id": collection.order_id,
            "body": collection.body,
            "status": collection.status,
            "last_updated": to_micros(collection.last_updated),
            "released": int(collection.released),
            "money_release_date": to_micros_or_none(collection.money_release_date),
        },
    )
    return kept == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened to an order (web: the timeline).

    `at` is the marketplace's moment, `seen_at` ours. `actor`: buyer, seller, marketplace, user:<person id>,
    desk. `data` is a JSON object; `source`: `message:<inbox id>`, `import`, `search`, `action`.
    """

    at: datetime
    seen_at: datetime
    kind: str
    actor: str
    data: str
    source: str | None


async def add_to_timeline(
    tx: Transaction, store_id: int, order_id: int, entries: Sequence[TimelineEntry]
) -> None:
    await tx.run_many(
        """
        INSERT INTO order_timeline (store_id, order_id, at, seen_at, kind, actor, data, source)
        VALUES (:store_id, :order_id, :at, :seen_at, :kind, :actor, :data, :source)
        """,
        [
            {
                "store_id": store_id,
                "order_id": order_id,
                "at": to_micros(entry.at),
                "seen_at": to_micros(entry.seen_at),
                "kind": entry.kind,
                "actor": entry.actor,
                "data": entry.data,
                "source": entry.source,
            }
            for entry in entries
        ],
    )


async def timeline(tx: Transaction, store_id: int, order_id: int) -> list[TimelineEntry]:
    """Newest first."""
    rows = await tx.all(
        """
        SELECT at, seen_at, kind, actor, data, source FROM order_timeline
        WHERE store_id = :store_id AND order_id = :order_id ORDER BY at DESC, id DESC
        """,
        {"store_id": store_id, "order_id": order_id},
    )
    return [
        TimelineEntry(
            at=from_micros(row["at"]),
            seen_at=from_micros(row["seen_at"]),
            kind=row["kind"],
            actor=row["actor"],
            data=row["data"],
            source=row["source"],
        )
        for row in rows
    ]
