"""Items as last read from their stores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Transaction
from zoco.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item of one store. `etag` is what a write hands back; None where the marketplace knows none."""

    store_id: int
    item_id: str
    title: str
    status: str
    sub_status: str
    price: Money
    permalink: str | None
    thumbnail: str | None
    etag: str | None
    body: bytes
    last_updated: datetime


async def keep(tx: Transaction, item: ItemRow, *, now: datetime) -> bool:
    """Keep an item unless we have read a newer one; whether it was kept."""
    kept = await tx.run(
        """
        INSERT INTO items (store_id, item_id, title, status, sub_status, currency_id, price, permalink,
            thumbnail, etag, body, last_updated, read_at)
        VALUES (:store_id, :item_id, :title, :status, :sub_status, :currency_id, :price, :permalink,
            :thumbnail, :etag, :body, :last_updated, :now)
        ON CONFLICT (store_id, item_id) DO UPDATE SET title = excluded.title, status = excluded.status,
            sub_status = excluded.sub_status, currency_id = excluded.currency_id, price = excluded.price,
            permalink = excluded.permalink, thumbnail = excluded.thumbnail, etag = excluded.etag,
            body = excluded.body, last_updated = excluded.last_updated, read_at = excluded.read_at
        WHERE items.last_updated <= excluded.last_updated
        """,
        {
            "store_id": item.store_id,
            "item_id": item.item_id,
            "title": item.title,
            "status": item.status,
            "sub_status": item.sub_status,
            "currency_id": item.price.currency,
            "price": item.price.minor,
            "permalink": item.permalink,
            "thumbnail": item.thumbnail,
            "etag": item.etag,
            "body": item.body,
            "last_updated": to_micros(item.last_updated),
            "now": to_micros(now),
        },
    )
    return kept == 1


async def last_updated_of(tx: Transaction, store_id: int, item_id: str) -> datetime:
    """When the marketplace last changed an item that we have read, by the marketplace's clock."""
    row = await tx.one(
        "SELECT last_updated FROM items WHERE store_id = :store_id AND item_id = :item_id",
        {"store_id": store_id, "item_id": item_id},
    )
    assert row is not None
    return from_micros(row["last_updated"])
