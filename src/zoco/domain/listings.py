"""What a seller may list, and what he may change of it afterwards (contract 14.3, 14.4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from zoco.domain.categories import Category
from zoco.domain.events import Event, ItemNews
from zoco.domain.items import Item, ItemStatus, Variation, by_stock
from zoco.domain.money import Money
from zoco.domain.refusals import Reason, Refused
from zoco.domain.users import User

# The seed names the sixty days of a listing; twenty years came much later (14.7).
LISTING_LIFE = timedelta(days=60)
_TYPES = frozenset({"gold_pro", "gold_premium", "gold_special", "gold", "silver", "bronze", "free"})
# The only tag a seller may give a listing (26.13).
_TAGS_OF_SELLER = frozenset({"immediate_payment"})
_QUANTITY_MAX = 99_999
# Between these two a seller moves as he likes; to closed there is a way, and none back (14.4).
_SELLERS_STATES = frozenset({ItemStatus.ACTIVE, ItemStatus.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVariation:
    available_quantity: int
    # None: the item's price.
    price: Money | None = None
    details: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What a seller wants to list (contract 14.3), already parsed.

    `attribute_ids` are the attributes that have a value, `details` all that no rule looks at.
    """

    site_id: str
    category_id: str
    title: str
    price: Money
    available_quantity: int
    buying_mode: str
    listing_type_id: str
    condition: str
    official_store_id: int | None = None
    reservation_price: Money | None = None
    tags: tuple[str, ...] = ()
    variations: tuple[NewVariation, ...] = ()
    seller_custom_field: str | None = None
    warranty: str | None = None
    attribute_ids: AbstractSet[str] = frozenset()
    details: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationChange:
    """One variation to keep (`id` given) or to add; None elsewhere means "as it is"."""

    id: int | None = None
    available_quantity: int | None = None
    price: Money | None = None
    details: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChange:
    """What a seller wants changed; None means "not sent". `variations` lists all that are to stay (14.8)."""

    title: str | None = None
    price: Money | None = None
    available_quantity: int | None = None
    status: str | None = None
    # Takes a closed listing out of its owner's lists.
    deleted: bool = False
    buying_mode: str | None = None
    reservation_price: Money | None = None
    variations: tuple[VariationChange, ...] | None = None
    # An empty text takes these two away.
    seller_custom_field: str | None = None
    warranty: str | None = None
    attribute_ids: AbstractSet[str] | None = None
    details: str | None = None


def publish(
    new: NewItem,
    *,
    item_id: str,
    seller: User,
    category: Category,
    variation_ids: Sequence[int],
    any_official_store: bool,
    now: datetime,
) -> Item:
    """The listing, on sale from now on for sixty days. `variation_ids` has one fresh id per variation."""
    if seller.banned:
        raise Refused(Reason.USER_NOT_ACTIVE)
    _check_new(new, category)
    # 26.13: the operator grants stores; in sandbox mode any is accepted.
    granted = new.official_store_id is None or new.official_store_id in seller.official_store_ids
    if not granted and not any_official_store:
        raise Refused(Reason.OFFICIAL_STORE_NOT_GRANTED, field="official_store_id")
    variations = tuple(
        Variation(id=id_, available_quantity=one.available_quantity, price=new.price, details=one.details)
        for id_, one in zip(variation_ids, new.variations, strict=True)
    )
    quantity = sum(one.available_quantity for one in variations) if variations else new.available_quantity
    return Item(
        id=item_id,
        site_id=new.site_id,
        seller_id=seller.id,
        title=new.title.strip(),
        category_id=category.id,
        price=new.price,
        available_quantity=quantity,
        initial_quantity=quantity,
        buying_mode=new.buying_mode,
        listing_type_id=new.listing_type_id,
        condition=new.condition,
        official_store_id=new.official_store_id,
        reservation_price=new.reservation_price,
        tags=new.tags,
        variations=variations,
        seller_custom_field=new.seller_custom_field or None,
        warranty=new.warranty or None,
        date_created=now,
        last_updated=now,
        start_time=now,
        stop_time=now + LISTING_LIFE,
        details=new.details,
    )


def change(
    item: Item, change: ItemChange, category: Category, now: datetime, *, variation_ids: Sequence[int] = ()
) -> tuple[Item, tuple[Event, ...]]:
    """The edited listing (14.4). `variation_ids` has one fresh id per variation that comes without one."""
    _check_change(item, change, category)
    edited = replace(
        item,
        title=item.title if change.title is None else change.title.strip(),
        price=item.price if change.price is None else change.price,
        buying_mode=item.buying_mode if change.buying_mode is None else change.buying_mode,
        reservation_price=(
            item.reservation_price if change.reservation_price is None else change.reservation_price
        ),
        seller_custom_field=_text(change.seller_custom_field, item.seller_custom_field),
        warranty=_text(change.warranty, item.warranty),
        details=item.details if change.details is None else change.details,
        last_updated=now,
        version=item.version + 1,
    )
    edited = _with_quantities(edited, change, variation_ids)
    if change.deleted:
        edited = replace(edited, sub_status=("deleted",))
    elif change.status is not None:
        edited = _with_status(edited, ItemStatus(change.status))
    return edited, (ItemNews(item_id=item.id, seller_id=item.seller_id),)


def _text(sent: str | None, kept: str | None) -> str | None:
    return kept if sent is None else sent or None


def _with_quantities(item: Item, change: ItemChange, variation_ids: Sequence[int]) -> Item:
    variations = tuple(replace(one, price=item.price) for one in item.variations)
    quantity = item.available_quantity if change.available_quantity is None else change.available_quantity
    if change.variations is not None:
        fresh = iter(variation_ids)
        kept = {one.id: one for one in variations}
        variations = tuple(
            _kept_variation(kept[one.id], one)
            if one.id is not None
            else _added_variation(item, one, next(fresh))
            for one in change.variations
        )
        if not variations and change.available_quantity is None:
            quantity = 0
    if variations:
        quantity = sum(one.available_quantity for one in variations)
    # `initial_quantity` follows what the seller adds by hand.
    raised = max(0, quantity - item.available_quantity)
    return by_stock(
        replace(
            item,
            variations=variations,
            available_quantity=quantity,
            initial_quantity=item.initial_quantity + raised,
        )
    )


def _kept_variation(variation: Variation, change: VariationChange) -> Variation:
    quantity = change.available_quantity
    return replace(
        variation,
        available_quantity=variation.available_quantity if quantity is None else quantity,
        details=variation.details if change.details is None else change.details,
    )


def _added_variation(item: Item, change: VariationChange, id_: int) -> Variation:
    return Variation(
        id=id_,
        available_quantity=change.available_quantity or 0,
        price=item.price,
        details=change.details or "{}",
    )


def _with_status(item: Item, status: ItemStatus) -> Item:
    if status is ItemStatus.PAUSED:
        # From now on restocking does not bring it back by itself.
        return replace(item, status=status, sub_status=("paused_by_seller",))
    if status is ItemStatus.ACTIVE and item.available_quantity == 0:
        raise Refused(Reason.INVALID_STATUS_CHANGE, field="status", detail="nothing left to sell")
    return replace(item, status=status, sub_status=())


def _check_new(new: NewItem, category: Category) -> None:
    if not new.title.strip():
        raise Refused(Reason.INVALID_FIELD, field="title")
    if new.buying_mode not in category.buying_modes:
        raise Refused(Reason.INVALID_FIELD, field="buying_mode", detail=new.buying_mode)
    if new.listing_type_id not in _TYPES:
        raise Refused(Reason.INVALID_FIELD, field="listing_type_id", detail=new.listing_type_id)
    if new.condition not in category.item_conditions:
        raise Refused(Reason.INVALID_FIELD, field="condition", detail=new.condition)
    if not _TAGS_OF_SELLER.issuperset(new.tags):
        raise Refused(Reason.INVALID_FIELD, field="tags")
    if not category.leaf or not category.listing_allowed or category.site_id != new.site_id:
        raise Refused(Reason.CATEGORY_NOT_LISTABLE, field="category_id", detail=category.id)
    _check_title(new.title, category)
    _check_prices(new.price, new.reservation_price, new.variations, category)
    _check_new_quantities(new)
    _check_attributes(new.attribute_ids, category)


def _check_new_quantities(new: NewItem) -> None:
    for quantity in (new.available_quantity, *(one.available_quantity for one in new.variations)):
        _check_quantity(quantity, new.buying_mode)
    offered = (
        sum(one.available_quantity for one in new.variations) if new.variations else new.available_quantity
    )
    if offered == 0:
        raise Refused(Reason.INVALID_QUANTITY, field="available_quantity", detail="nothing to sell")


def _check_change(item: Item, change: ItemChange, category: Category) -> None:
    known = {one.id for one in item.variations}
    if change.title is not None and not change.title.strip():
        raise Refused(Reason.INVALID_FIELD, field="title")
    if change.buying_mode is not None and change.buying_mode not in category.buying_modes:
        raise Refused(Reason.INVALID_FIELD, field="buying_mode", detail=change.buying_mode)
    named = [one.id for one in change.variations or () if one.id is not None]
    if not known.issuperset(named) or len(named) != len(set(named)):
        raise Refused(Reason.INVALID_FIELD, field="variations", detail="unknown or named twice")
    _check_status(item, change)
    # With sales these two say what was sold (14.4); sending them back as they are changes nothing.
    if item.sold_quantity > 0 and change.title not in (None, item.title):
        raise Refused(Reason.FIELD_FROZEN, field="title")
    if item.sold_quantity > 0 and change.buying_mode not in (None, item.buying_mode):
        raise Refused(Reason.FIELD_FROZEN, field="buying_mode")
    for one in change.variations or ():
        _check_combination(item, one)
    _check_title(change.title or "", category)
    price = item.price if change.price is None else change.price
    _check_prices(price, change.reservation_price, change.variations or (), category)
    if change.available_quantity is not None:
        _check_quantity(change.available_quantity, item.buying_mode)
        if item.variations if change.variations is None else change.variations:
            # Two sources for one number; the variations are the ones that are sold (14.8).
            raise Refused(Reason.INVALID_QUANTITY, field="available_quantity", detail="set it per variation")
    for one in change.variations or ():
        _check_quantity(one.available_quantity or 0, item.buying_mode)
    if change.attribute_ids is not None:
        _check_attributes(change.attribute_ids, category)


def _check_status(item: Item, change: ItemChange) -> None:
    if item.status is ItemStatus.CLOSED and change != ItemChange(deleted=True):
        raise Refused(Reason.ITEM_CLOSED, field="status", detail=f"{item.id} is closed")
    if change.deleted and item.status is not ItemStatus.CLOSED:
        raise Refused(Reason.INVALID_STATUS_CHANGE, field="deleted", detail="close it first")
    if change.status is None:
        return
    # Under review or owing, a listing can be closed, but not brought back by its seller.
    settable = ["closed"] if item.status not in _SELLERS_STATES else ["active", "paused", "closed"]
    if change.status not in settable:
        raise Refused(Reason.INVALID_STATUS_CHANGE, field="status", detail=change.status)


def _check_combination(item: Item, change: VariationChange) -> None:
    """What tells a variation from its siblings says what was sold of it (14.8)."""
    kept = next((one for one in item.variations if one.id == change.id), None)
    if kept is None or kept.sold_quantity == 0 or change.details is None:
        return
    if _combination(change.details) != _combination(kept.details):
        raise Refused(Reason.FIELD_FROZEN, field="variations", detail=str(kept.id))


def _combination(details: str) -> list[tuple[str, str | None, str | None]]:
    attributes = json.loads(details).get("attribute_combinations", [])
    return [(one["id"], one.get("value_id"), one.get("value_name")) for one in attributes]


def _check_title(title: str, category: Category) -> None:
    if len(title.strip()) > category.max_title_length:
        raise Refused(Reason.TITLE_TOO_LONG, field="title", detail=f"at most {category.max_title_length}")


def _check_prices(
    price: Money,
    reservation_price: Money | None,
    variations: Sequence[NewVariation | VariationChange],
    category: Category,
) -> None:
    if price.minor <= 0:
        raise Refused(Reason.INVALID_PRICE, field="price")
    # Every variation costs the same (14.8).
    if any(one.price not in (None, price) for one in variations):
        raise Refused(Reason.INVALID_PRICE, field="variations")
    if price.currency not in category.currencies:
        raise Refused(Reason.INVALID_CURRENCY, field="currency_id", detail=price.currency)
    if reservation_price is None:
        return
    if reservation_price.currency != price.currency:
        raise Refused(Reason.INVALID_CURRENCY, field="sale_terms", detail=reservation_price.currency)
    if reservation_price.minor <= 0 or not reservation_price <= price:
        raise Refused(Reason.INVALID_PRICE, field="sale_terms")


def _check_quantity(quantity: int, buying_mode: str) -> None:
    most = 1 if buying_mode == "classified" else _QUANTITY_MAX
    if not 0 <= quantity <= most:
        raise Refused(Reason.INVALID_QUANTITY, field="available_quantity", detail=f"0 to {most}")


def _check_attributes(given: AbstractSet[str], category: Category) -> None:
    missing = [one for one in category.required_attributes if one not in given]
    if missing:
        raise Refused(Reason.ATTRIBUTE_REQUIRED, field="attributes", detail=", ".join(missing))
