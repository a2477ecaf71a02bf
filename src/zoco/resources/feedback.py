"""Feedback over HTTP (contract 11.2, 11.3)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


class FeedbackParty(Struct, frozen=True, kw_only=True):
    id: int
    nickname: str | None = None
    status: str = "active"
    points: int = 0


class FeedbackItem(Struct, frozen=True, kw_only=True):
    id: str
    title: str | None = None
    price: Decimal | None = None
    currency_id: str | None = None
    seller_id: int | None = None


class Feedback(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    id: int
    order_id: int | None = None
    role: str | None = None
    site_id: str | None = None
    from_: FeedbackParty | None = None
    to: FeedbackParty | None = None
    item: FeedbackItem | None = None
    date_created: str
    date_last_updated: str | None = None
    fulfilled: bool
    rating: str | None = None
    reason: str | None = None
    message: str | None = None
    restock_item: bool | None = None
    has_seller_refunded_money: bool | None = None
    extended_feedback: list[object] = []
    visibility_date: str | None = None
    modified: bool = False
    reply: str | None = None
    reply_status: str = ""
    reply_date: str | None = None
    status: str = "active"
    app_id: str | None = None


class FeedbackReport(Struct, frozen=True, kw_only=True):
    """All that a reservation's buyer sees of the seller's feedback before its visibility date (26.17)."""

    id: int
    date_created: str
    fulfilled: bool


class FeedbackPair(Struct, frozen=True, kw_only=True):
    """What `GET /orders/{id}/feedback` answers; null is what the caller may not see yet (11.6)."""

    sale: Feedback | None = None
    purchase: Feedback | None = None


class NewFeedback(Struct, frozen=True, kw_only=True, omit_defaults=True):
    fulfilled: bool
    rating: str
    message: str | None = None
    reason: str | None = None
    restock_item: bool | None = None
    has_seller_refunded_money: bool | None = None
