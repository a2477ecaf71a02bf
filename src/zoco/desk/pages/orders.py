"""The list of orders: tabs, filters and pages are all in its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response

from zoco.database.transaction import Transaction
from zoco.desk.pages.pager import page_numbers
from zoco.desk.pages.visit import Member
from zoco.desk.records import log, views
from zoco.desk.records.log import LivePosition
from zoco.desk.records.stock_views import StoreRow
from zoco.desk.records.views import OrderFilter, OrderRow, Stage

if TYPE_CHECKING:
    from zoco.web.formats import Formats

# What the status filter offers: payment_required orders are hidden from their seller.
STATUSES = ("confirmed", "payment_in_process", "partially_paid", "paid", "cancelled", "invalid")
_DAYS = ("1", "7", "30")
_WORDS_MAX = 8
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """What the address says; `days` is 1, 7, 30 or empty."""

    filter: OrderFilter
    words: str = ""
    days: str = ""
    page: int = 1
    live: bool = True

    def url(self, *, stage: str | None = None, page: int | None = None) -> str:
        """The address of this list, with another tab or page; a new tab starts at its first page."""
        wanted = (
            self if stage is None else replace(self, filter=replace(self.filter, stage=Stage(stage)), page=1)
        )
        return _address("/orders", wanted._query(self.page if page is None and stage is None else page or 1))

    def cleared(self) -> str:
        """The same tab and store without search, status and date."""
        plain = ListState(
            filter=OrderFilter(stage=self.filter.stage, store_id=self.filter.store_id), live=self.live
        )
        return plain.url()

    def live_url(self, told: LivePosition) -> str:
        """Where the news for this very list come from, from the events on that it does not show yet."""
        return _address("/live", {"topic": "orders", "after": told.text} | self._query(self.page))

    def _query(self, page: int) -> dict[str, str]:
        query = {
            "stage": "" if self.filter.stage is Stage.ALL else self.filter.stage.value,
            "store": "" if self.filter.store_id is None else str(self.filter.store_id),
            "q": self.words,
            "status": self.filter.status or "",
            "days": self.days,
            "page": "" if page == 1 else str(page),
            "live": "" if self.live else "0",
        }
        return {name: value for name, value in query.items() if value}


def state_of(query: Mapping[str, str], formats: Formats) -> ListState:
    """Read an address; what makes no sense counts as not said, because people edit addresses."""
    words = query.get("q", "").replace("\x00", "").strip()
    days = query.get("days", "") if query.get("days") in _DAYS else ""
    status = query.get("status")
    return ListState(
        filter=OrderFilter(
            stage=next((stage for stage in Stage if stage == query.get("stage")), Stage.ALL),
            words=tuple(words.split()[:_WORDS_MAX]),
            status=status if status in STATUSES else None,
            store_id=_number(query.get("store", "")),
            since=_first_moment(days, formats),
        ),
        words=words,
        days=days,
        page=max(_number(query.get("page", "")) or 1, 1),
        live=query.get("live") != "0",
    )


def is_mixed(stores: list[StoreRow], store_id: int | None) -> bool:
    """Whether amounts of several sites stand side by side, and must show their currency's code."""
    return len({store.site_id for store in stores if store_id in (None, store.id)}) > 1


async def show(member: Member) -> Response:
    """`GET /orders`: the page, or for htmx its list alone."""
    member = member.seen_from(_chosen_store(member))
    state = state_of(member.request.query_params, member.visit.formats)

    async def load(tx: Transaction) -> tuple[LivePosition, int, Mapping[Stage, int]]:
        return (
            await log.newest_position(tx),
            await views.orders_total(tx, state.filter),
            await views.stage_counts(tx, state.filter.store_id),
        )

    async def load_rows(tx: Transaction) -> list[OrderRow]:
        return await views.orders_page(tx, state.filter, state.page)

    told, total, counts = await member.desk.database.read(load)
    pages = max(-(-total // views.PAGE_SIZE), 1)
    # An address from yesterday may name a page that today's filter does not fill.
    state = replace(state, page=min(state.page, pages))
    rows = await member.desk.database.read(load_rows)
    first = (state.page - 1) * views.PAGE_SIZE + 1
    return member.page(
        "orders_list.html" if member.is_htmx else "orders.html",
        place="orders",
        state=state,
        told=told,
        statuses=STATUSES,
        rows=rows,
        counts=counts,
        total=total,
        first=first,
        last=first + len(rows) - 1,
        pages=pages,
        page_numbers=page_numbers(state.page, pages),
        mixed=is_mixed(member.shell.stores, state.filter.store_id),
    )


def _chosen_store(member: Member) -> StoreRow | None:
    number = _number(member.request.query_params.get("store", ""))
    return None if number is None else member.shell.store(number)


def _first_moment(days: str, formats: Formats) -> datetime | None:
    """Midnight of the first of so many days, the last of which is today, where the visitor is."""
    if not days:
        return None
    today = formats.now.astimezone(formats.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=int(days) - 1)


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return min(int(text), _LARGEST_ID)


def _address(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
