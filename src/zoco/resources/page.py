"""Pages of results (contract 1.4, 5.4, 14.5)."""

from __future__ import annotations

from msgspec import Struct, field

from zoco.resources.order import Order
from zoco.resources.payment import Payment


class Paging(Struct, frozen=True, kw_only=True):
    total: int
    offset: int
    limit: int


class Sort(Struct, frozen=True, kw_only=True):
    id: str
    name: str


class FilterValue(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    results: int = 0


class Filter(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    type: str
    values: list[FilterValue]


class OrderPage(Struct, frozen=True, kw_only=True):
    query: str = ""
    display: str = "complete"
    paging: Paging
    results: list[Order]
    sort: Sort | None = None
    available_sorts: list[Sort] = []
    filters: list[Filter] = []
    available_filters: list[Filter] = []


class PaymentPage(Struct, frozen=True, kw_only=True):
    paging: Paging
    results: list[Payment]


class ItemIdPage(Struct, frozen=True, kw_only=True):
    seller_id: str
    query: str | None = None
    paging: Paging
    results: list[str]
    orders: list[Sort] = field(default_factory=list)
    available_orders: list[Sort] = field(default_factory=list)
