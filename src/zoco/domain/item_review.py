"""Moderation: a listing under review, back on sale, or closed by the operator (contract 14.4, 21.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from zoco.domain.events import Event, ItemNews
from zoco.domain.items import Item, ItemStatus, by_stock
from zoco.domain.refusals import Reason, Refused

_PAUSED_BY_SELLER = "paused_by_seller"
# What moderation may say of each status (14.4).
_SUB_STATUSES: dict[str, frozenset[str]] = {
    ItemStatus.UNDER_REVIEW: frozenset(
        {"warning", "waiting_for_patch", "held", "pending_documentation", "forbidden"}
    ),
    ItemStatus.ACTIVE: frozenset(),
    ItemStatus.CLOSED: frozenset({"suspended", "freezed", "waiting_for_patch", "held"}),
}
_IN_MODERATION = frozenset({ItemStatus.UNDER_REVIEW, ItemStatus.INACTIVE})


def review(
    item: Item, status: str, sub_status: Sequence[str], now: datetime
) -> tuple[Item, tuple[Event, ...]]:
    """The listing after the moderators' word; said twice it changes nothing.

    What its seller had paused before is paused, not active, when the review is over.
    """
    if status not in _SUB_STATUSES:
        raise Refused(Reason.INVALID_FIELD, field="status", detail=status)
    if not _SUB_STATUSES[status].issuperset(sub_status):
        raise Refused(Reason.INVALID_FIELD, field="sub_status", detail=", ".join(sub_status))
    if item.status is ItemStatus.CLOSED and status != ItemStatus.CLOSED:
        raise Refused(Reason.ITEM_CLOSED, field="status", detail=f"{item.id} is closed")
    reviewed = _reviewed(item, ItemStatus(status), tuple(sub_status))
    if reviewed == item:
        return item, ()
    reviewed = replace(reviewed, last_updated=now, version=item.version + 1)
    return reviewed, (ItemNews(item_id=item.id, seller_id=item.seller_id),)


def _reviewed(item: Item, status: ItemStatus, sub_status: tuple[str, ...]) -> Item:
    paused = (_PAUSED_BY_SELLER,) if _PAUSED_BY_SELLER in item.sub_status else ()
    if status is ItemStatus.UNDER_REVIEW:
        return replace(item, status=status, sub_status=(*sub_status, *paused))
    if status is ItemStatus.CLOSED:
        known = item.sub_status if item.status is ItemStatus.CLOSED else ()
        return replace(item, status=status, sub_status=sub_status or known)
    if item.status not in _IN_MODERATION:
        if item.status is ItemStatus.ACTIVE:
            return item
        # To end his own pause is the seller's to do, and stock's to end the other.
        raise Refused(Reason.INVALID_STATUS_CHANGE, field="status", detail=f"{item.id} is {item.status}")
    if paused:
        return replace(item, status=ItemStatus.PAUSED, sub_status=paused)
    return by_stock(replace(item, status=ItemStatus.ACTIVE, sub_status=()))
