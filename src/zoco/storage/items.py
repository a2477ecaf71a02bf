"""Rows of listings, each with its variations (contract 14)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from zoco.database.times import from_micros, from_micros_or_none, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.domain.items import Item, ItemStatus, Variation
from zoco.domain.money import Money
from zoco.storage.statements import insert, update, upsert
from zoco.storage.texts import join_words, split_words

_COLUMNS = (
    "id",
    "site_id",
    "seller_id",
    "title",
    "category_id",
    "currency_id",
    "price",
    "reservation_price",
    "available_quantity",
    "sold_quantity",
    "initial_quantity",
    "buying_mode",
    "listing_type_id",
    "condition",
    "official_store_id",
    "status",
    "sub_status",
    "tags",
    "seller_custom_field",
    "warranty",
    "parent_item_id",
    "date_created",
    "last_updated",
    "start_time",
    "stop_time",
    "version",
    "details",
)
_ADD = insert("items", _COLUMNS)

_VARIATION_COLUMNS = ("id", "item_id", "position", "price", "available_quantity", "sold_quantity", "details")
_SAVE_VARIATION = upsert(
    "variations", _VARIATION_COLUMNS, ("position", "price", "available_quantity", "sold_quantity", "details")
)


async def get(tx: Transaction, item_id: str) -> Item | None:
    row = await tx.one("SELECT * FROM items WHERE id = :id", {"id": item_id})
    return None if row is None else await _whole(tx, row)


async def get_for_update(tx: Transaction, item_id: str) -> Item | None:
    """The listing, its row locked: the scarce thing. Take it late, and after the order's row."""
    row = await tx.one(f"SELECT * FROM items WHERE id = :id{tx.for_update}", {"id": item_id})
    return None if row is None else await _whole(tx, row)


async def many(tx: Transaction, item_ids: Collection[str]) -> dict[str, Item]:
    """Those of these listings that exist, by id, in two statements."""
    if not item_ids:
        return {}
    rows = await tx.all(
        f"SELECT * FROM items WHERE {tx.is_any('id', 'item_ids')}", {"item_ids": list(item_ids)}
    )
    return {item.id: item for item in await _with_variations(tx, rows)}


async def add(tx: Transaction, item: Item) -> None:
    await tx.run(_ADD, _values(item))
    await _save_variations(tx, item, list(enumerate(item.variations)))


async def save(tx: Transaction, item: Item, *, previous: Item) -> None:
    """Write what differs from `previous`, the listing as it was read under its lock."""
    if item == previous:
        return
    values, known_values = _values(item), _values(previous)
    # A sale changes a few columns of many, and none that an index is made of.
    columns = tuple(column for column in _COLUMNS if values[column] != known_values[column])
    if columns:
        await tx.run(_save(columns), {column: values[column] for column in ("id", *columns)})
    kept = {variation.id for variation in item.variations}
    for variation in previous.variations:
        if variation.id not in kept:
            await tx.run("DELETE FROM variations WHERE id = :id", {"id": variation.id})
    known = list(enumerate(previous.variations))
    changed = [placed for placed in enumerate(item.variations) if placed not in known]
    await _save_variations(tx, item, changed)


async def due_closing(tx: Transaction, *, now: datetime, limit: int) -> list[str]:
    """Listings whose time is over and which are not closed yet (14.7)."""
    rows = await tx.all(
        """SELECT id FROM items WHERE status <> 'closed' AND stop_time <= :now
           ORDER BY stop_time, id LIMIT :limit""",
        {"now": to_micros(now), "limit": limit},
    )
    return [row["id"] for row in rows]


async def next_closing(tx: Transaction) -> datetime | None:
    row = await tx.one("SELECT MIN(stop_time) AS moment FROM items WHERE status <> 'closed'")
    return None if row is None else from_micros_or_none(row["moment"])


@cache
def _save(columns: tuple[str, ...]) -> str:
    return update("items", columns)


async def _whole(tx: Transaction, row: Row) -> Item:
    """One listing with its variations; half the cost of a list of one."""
    found = await tx.all(
        "SELECT * FROM variations WHERE item_id = :item_id ORDER BY position", {"item_id": row["id"]}
    )
    return _item(row, tuple(_variation(one, row["currency_id"]) for one in found))


async def _with_variations(tx: Transaction, rows: Sequence[Row]) -> list[Item]:
    if not rows:
        return []
    found = await tx.all(
        f"SELECT * FROM variations WHERE {tx.is_any('item_id', 'item_ids')} ORDER BY item_id, position",
        {"item_ids": [row["id"] for row in rows]},
    )
    currencies = {row["id"]: row["currency_id"] for row in rows}
    variations: dict[str, list[Variation]] = {}
    for row in found:
        variations.setdefault(row["item_id"], []).append(_variation(row, currencies[row["item_id"]]))
    return [_item(row, tuple(variations.get(row["id"], ()))) for row in rows]


async def _save_variations(tx: Transaction, item: Item, placed: Sequence[tuple[int, Variation]]) -> None:
    rows = [
        {
            "id": variation.id,
            "item_id": item.id,
            "position": position,
            "price": variation.price.minor,
            "available_quantity": variation.available_quantity,
            "sold_quantity": variation.sold_quantity,
            "details": variation.details,
        }
        for position, variation in placed
    ]
    if rows:
        await tx.run_many(_SAVE_VARIATION, rows)


def _values(item: Item) -> Mapping[str, object]:
    return {
        "id": item.id,
        "site_id": item.site_id,
        "seller_id": item.seller_id,
        "title": item.title,
        "category_id": item.category_id,
        "currency_id": item.price.currency,
        "price": item.price.minor,
        "reservation_price": None if item.reservation_price is None else item.reservation_price.minor,
        "available_quantity": item.available_quantity,
        "sold_quantity": item.sold_quantity,
        "initial_quantity": item.initial_quantity,
        "buying_mode": item.buying_mode,
        "listing_type_id": item.listing_type_id,
        "condition": item.condition,
        "official_store_id": item.official_store_id,
        "status": item.status.value,
        "sub_status": join_words(item.sub_status),
        "tags": join_words(item.tags),
        "seller_custom_field": item.seller_custom_field,
        "warranty": item.warranty,
        "parent_item_id": item.parent_item_id,
        "date_created": to_micros(item.date_created),
        "last_updated": to_micros(item.last_updated),
        "start_time": to_micros(item.start_time),
        "stop_time": to_micros(item.stop_time),
        "version": item.version,
        "details": item.details,
    }


def _variation(row: Row, currency: str) -> Variation:
    return Variation(
        id=row["id"],
        available_quantity=row["available_quantity"],
        sold_quantity=row["sold_quantity"],
        price=Money(row["price"], currency),
        details=row["details"],
    )


def _item(row: Row, variations: tuple[Variation, ...]) -> Item:
    currency = row["currency_id"]
    reservation_price = row["reservation_price"]
    return Item(
        id=row["id"],
        site_id=row["site_id"],
        seller_id=row["seller_id"],
        title=row["title"],
        category_id=row["category_id"],
        price=Money(row["price"], currency),
        available_quantity=row["available_quantity"],
        sold_quantity=row["sold_quantity"],
        initial_quantity=row["initial_quantity"],
        buying_mode=row["buying_mode"],
        listing_type_id=row["listing_type_id"],
        condition=row["condition"],
        official_store_id=row["official_store_id"],
        reservation_price=None if reservation_price is None else Money(reservation_price, currency),
        status=ItemStatus(row["status"]),
        sub_status=split_words(row["sub_status"]),
        tags=split_words(row["tags"]),
        variations=variations,
        seller_custom_field=row["seller_custom_field"],
        warranty=row["warranty"],
        parent_item_id=row["parent_item_id"],
        date_created=from_micros(row["date_created"]),
        last_updated=from_micros(row["last_updated"]),
        start_time=from_micros(row["start_time"]),
        stop_time=from_micros(row["stop_time"]),
        version=row["version"],
        details=row["details"],
    )
