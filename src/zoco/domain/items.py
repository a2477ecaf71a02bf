"""What is on sale and how many are left of it (contract 14)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from zoco.domain.money import Money
from zoco.domain.refusals import Reason, Refused

_OUT_OF_STOCK = "out_of_stock"


class ItemStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"
    UNDER_REVIEW = "under_review"
    INACTIVE = "inactive"
    PAYMENT_REQUIRED = "payment_required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    id: int
    available_quantity: int
    sold_quantity: int = 0
    price: Money
    # attribute_combinations, picture_ids, attributes…: JSON, opaque to the rules.
    details: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    id: str
    site_id: str
    seller_id: int
    title: str
    category_id: str
    price: Money
    available_quantity: int
    sold_quantity: int = 0
    initial_quantity: int
    buying_mode: str
    listing_type_id: str
    condition: str
    official_store_id: int | None = None
    reservation_price: Money | None = None
    status: ItemStatus = ItemStatus.ACTIVE
    sub_status: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    variations: tuple[Variation, ...] = ()
    seller_custom_field: str | None = None
    warranty: str | None = None
    parent_item_id: str | None = None
    date_created: datetime
    last_updated: datetime
    start_time: datetime
    stop_time: datetime
    # Counts every change; the ETag of A-38.
    version: int = 1
    # attributes, pictures, sale_terms, shipping, location…: a JSON object, opaque to the rules.
    details: str = "{}"


def has_stock(item: Item, quantity: int, variation_id: int | None) -> bool:
    """Whether a paid order can still be served: enough left, and not paused or closed meanwhile (T5, T6)."""
    if item.status in (ItemStatus.PAUSED, ItemStatus.CLOSED):
        return False
    if variation_id is None:
        return not item.variations and quantity <= item.available_quantity
    return any(one.id == variation_id and quantity <= one.available_quantity for one in item.variations)


def take_stock(item: Item, quantity: int, variation_id: int | None, now: datetime) -> Item:
    """Sell `quantity` units: `available_quantity` down, `sold_quantity` up; a sold-out listing pauses."""
    if not has_stock(item, quantity, variation_id):
        raise Refused(Reason.NOT_ENOUGH_STOCK, field="quantity", detail=item.id)
    return _sold(item, quantity, variation_id, now)


def return_stock(item: Item, quantity: int, variation_id: int | None, now: datetime) -> Item:
    """Undo `take_stock`: what had paused for want of stock is on sale again.

    Units of a variation that its seller has deleted have nowhere to go; the listing stays as it is.
    """
    if variation_id is not None and all(one.id != variation_id for one in item.variations):
        return item
    return _sold(item, -quantity, variation_id, now)


def by_stock(item: Item) -> Item:
    """Nothing left pauses a listing, whatever it sells (A-28, C-15); something again brings it back."""
    if item.available_quantity == 0 and item.status is ItemStatus.ACTIVE:
        return replace(item, status=ItemStatus.PAUSED, sub_status=(_OUT_OF_STOCK,))
    if item.available_quantity > 0 and item.status is ItemStatus.PAUSED and _OUT_OF_STOCK in item.sub_status:
        return replace(item, status=ItemStatus.ACTIVE, sub_status=())
    return item


def _sold(item: Item, quantity: int, variation_id: int | None, now: datetime) -> Item:
    variations = tuple(
        replace(
            one,
            available_quantity=one.available_quantity - quantity,
            sold_quantity=one.sold_quantity + quantity,
        )
        if one.id == variation_id
        else one
        for one in item.variations
    )
    return by_stock(
        replace(
            item,
            variations=variations,
            available_quantity=item.available_quantity - quantity,
            sold_quantity=item.sold_quantity + quantity,
            last_updated=now,
            version=item.version + 1,
        )
    )


def end(item: Item, now: datetime) -> Item:
    """The listing's sixty days are over."""
    return replace(
        item, status=ItemStatus.CLOSED, sub_status=("expired",), last_updated=now, version=item.version + 1
    )
