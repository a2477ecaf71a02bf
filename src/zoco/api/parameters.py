"""What paths and queries hold, as types: each endpoint names the struct it reads."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]
_Text = Annotated[str, Meta(max_length=256)]
_Offset = Annotated[int, Meta(ge=0, le=2**63 - 1, description="how many results to pass over")]
_Limit = Annotated[int, Meta(ge=1, le=2**63 - 1, description="at most so many results")]


class OrderPath(Struct, frozen=True):
    order_id: Id


class NotePath(Struct, frozen=True):
    order_id: Id
    note_id: _Text


class OrderSearch(Struct, frozen=True):
    """The filters themselves are in `domain/order_search.py`."""

    offset: _Offset = 0
    limit: _Limit = 50


class PaymentPath(Struct, frozen=True):
    payment_id: Id


class CollectionPath(Struct, frozen=True):
    collection_id: Id


class PaymentSearch(Struct, frozen=True):
    offset: _Offset = 0
    limit: _Limit = 50


class ItemPath(Struct, frozen=True):
    item_id: _Text


class ItemIds(Struct, frozen=True):
    ids: Annotated[str, Meta(description="up to 20 item ids, separated by commas")]


class UserPath(Struct, frozen=True):
    user_id: Id


class BlacklistPage(Struct, frozen=True):
    user_id: Id
    offset: _Offset = 0
    limit: _Limit = 50


class BlacklistPath(Struct, frozen=True):
    user_id: Id
    blocked_user_id: Id


class BlockSearch(Struct, frozen=True):
    user_id: Id
    type: Annotated[str, Meta(description="blocked_by_order or blocked_by_questions")] = "blocked_by_order"
    user_blocked: Annotated[Id | None, Meta(description="only this user, if he is on the list")] = None
    offset: _Offset = 0
    limit: _Limit = 10


class UserItemSearch(Struct, frozen=True):
    user_id: Id
    status: _Text | None = None
    sub_status: _Text | None = None
    buying_mode: _Text | None = None
    listing_type_id: _Text | None = None
    sku: _Text | None = None
    seller_sku: _Text | None = None
    orders: Annotated[str, Meta(description="how to sort, for instance price_desc")] = "stop_time_asc"
    offset: _Offset = 0
    limit: _Limit = 50


class UserApplicationPath(Struct, frozen=True):
    user_id: Id
    app_id: Id


class ApplicationPath(Struct, frozen=True):
    app_id: Id


class SitePath(Struct, frozen=True):
    site_id: _Text


class CategoryPath(Struct, frozen=True):
    category_id: _Text


class PaymentMethodPath(Struct, frozen=True):
    payment_method_id: _Text
