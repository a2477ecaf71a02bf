"""What happened, as the rules tell it. `notifications/feed.py` says who hears of it (contract 17.7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Stage(Enum):
    """Where an order stands between its buyer and its seller when the news is told (A-37)."""

    HIDDEN = "hidden"
    BECAME_VISIBLE = "became_visible"
    VISIBLE = "visible"


@dataclass(frozen=True, slots=True)
class OrderNews:
    order_id: int
    seller_id: int
    buyer_id: int
    stage: Stage


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """A payment was made or changed. `seller_id` is None while the order is hidden from the seller."""

    payment_id: int
    buyer_id: int | None
    seller_id: int | None


@dataclass(frozen=True, slots=True)
class ItemNews:
    item_id: str
    seller_id: int


@dataclass(frozen=True, slots=True)
class FeedbackNews:
    order_id: int
    seller_id: int
    buyer_id: int


@dataclass(frozen=True, slots=True)
class ShippingNews:
    """The way of an order's goods changed. `seller_id` is None while the order is hidden from the seller."""

    order_id: int
    buyer_id: int
    seller_id: int | None


Event = OrderNews | PaymentNews | ItemNews | FeedbackNews | ShippingNews
