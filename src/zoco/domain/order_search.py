"""What orders can be searched for: one table of filters and sorts (contract 5).

The table feeds the parsing of a query, the SQL of `storage/order_search.py`, `filters` and
`available_filters` of the answer, and the API's own description. A new filter is one line here,
one column there, and one row in the test table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from zoco.domain.refusals import Reason, Refused

LIMIT_DEFAULT = 50
# a larger limit is clamped, and echoed as clamped.
LIMIT_MAX = 50
# More than anybody types; each word and each value is a condition of the statement.
_TEXT_LENGTH_MAX = 500
_PARTS_MAX = 100


class Match(Enum):
    """How the values of a filter are compared with an order."""

    ANY_OF = "any of the values"
    ALL_OF = "all of the values"
    NONE_OF = "none of the values"
    FROM = "from that moment on"
    UNTIL = "until that moment, inclusive"
    WORDS = "every word, the last one also as a prefix"


@dataclass(frozen=True, slots=True)
class FilterValue:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """`id` is the query parameter; `type` what the answer prints of it; `values` those it lists."""

    id: str
    name: str
    type: str
    match: Match
    values: tuple[FilterValue, ...] = ()

    @property
    def listed(self) -> bool:
        """Whether `available_filters` offers it, with a count for each value (5.4)."""
        return bool(self.values)


def _values(**names: str) -> tuple[FilterValue, ...]:
    return tuple(FilterValue(value, name) for value, name in names.items())


_STATUSES = _values(
    paid="Order Paid",
    confirmed="Order Confirmed",
    payment_in_process="Payment in Process",
    payment_required="Payment Required",
    partially_paid="Order Partially Paid",
    cancelled="Order Cancelled",
    invalid="Invalid",
)
_SHIPPING_STATUSES = _values(
    to_be_agreed="To be agreed",
    pending="Pending",
    ready_to_ship="Ready to ship",
    shipped="Shipped",
    delivered="Delivered",
    not_delivered="Not delivered",
)
_RATINGS = _values(negative="Negative", neutral="Neutral", positive="Positive")
_FULFILLED = _values(F="Transaction was aborted", T="Transaction actually happened")
_FEEDBACK_STATUSES = _values(
    pending="Waiting for your feedback", waiting_buyer="Waiting for the counterpart's feedback"
)
_TAGS = _values(
    reservation="Reservation",
    paid="Paid",
    not_paid="Not paid",
    delivered="Delivered",
    not_delivered="Not delivered",
)

FILTERS = (
    Filter("q", "Text", "text", Match.WORDS),
    Filter("item", "Item", "text", Match.ANY_OF),
    Filter("order.status", "Order Status", "text", Match.ANY_OF, _STATUSES),
    Filter("order.date_created.from", "Created from", "date", Match.FROM),
    Filter("order.date_created.to", "Created until", "date", Match.UNTIL),
    Filter("order.date_last_updated.from", "Updated from", "date", Match.FROM),
    Filter("order.date_last_updated.to", "Updated until", "date", Match.UNTIL),
    Filter("order.date_closed.from", "Closed from", "date", Match.FROM),
    Filter("order.date_closed.to", "Closed until", "date", Match.UNTIL),
    Filter("shipping.status", "Shipping Status", "text", Match.ANY_OF, _SHIPPING_STATUSES),
    Filter("feedback.status", "Feedback Status", "text", Match.ANY_OF, _FEEDBACK_STATUSES),
    Filter("feedback.sale.rating", "Feedback Sale Rating", "text", Match.ANY_OF, _RATINGS),
    Filter("feedback.purchase.rating", "Feedback Purchase Rating", "text", Match.ANY_OF, _RATINGS),
    Filter("feedback.sale.fulfilled", "Feedback Sale Fulfilled", "boolean", Match.ANY_OF, _FULFILLED),
    Filter("feedback.purchase.fulfilled", "Feedback Purchase Fulfilled", "boolean", Match.ANY_OF, _FULFILLED),
    Filter("tags", "Tags", "text", Match.ALL_OF, _TAGS),
    Filter("tags.not", "Without tags", "text", Match.NONE_OF),
)


@dataclass(frozen=True, slots=True)
class Sort:
    id: str
    name: str
    descending: bool


DATE_ASCENDING = Sort("date_asc", "Date ascending", descending=False)
DATE_DESCENDING = Sort("date_desc", "Date descending", descending=True)
# Both by creation, ties by id.
SORTS = (DATE_ASCENDING, DATE_DESCENDING)


class Section(StrEnum):
    """Which part of the orders (5.1); `ALL` is `/orders/search` itself (C-02)."""

    ALL = "all"
    RECENT = "recent"
    ARCHIVED = "archived"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One applied filter: texts, a single moment, or the words of `q` in comparable form."""

    filter: Filter
    values: tuple[str, ...] = ()
    moment: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """A search as it was understood. At least one of the parties is there."""

    seller_id: int | None = None
    buyer_id: int | None = None
    section: Section = Section.ALL
    criteria: tuple[Criterion, ...] = ()
    sort: Sort = DATE_ASCENDING
    offset: int = 0
    limit: int = LIMIT_DEFAULT


def parse(
    parameters: Mapping[str, str],
    *,
    section: Section,
    caller_id: int,
    offset: int,
    limit: int,
    parse_moment: Callable[[str], datetime],
) -> OrderQuery:
    """The query behind the parameters of a search; unknown ones are ignored (A-13).

        parse({"seller": "", "order.status": "paid,cancelled"}, section=Section.ALL, caller_id=7, …)

    An empty `seller=` or `buyer=` means the caller (C-10). `offset` and `limit` have been checked at
    the door; the limit is clamped here. `parse_moment` raises ValueError for what is no moment.
    """
    seller_id = _party(parameters, "seller", caller_id)
    buyer_id = _party(parameters, "buyer", caller_id)
    if seller_id is None and buyer_id is None:
        raise Refused(Reason.SEARCH_WITHOUT_PARTY, field="seller")
    criteria = tuple(
        _criterion(known, parameters[known.id], parse_moment)
        for known in FILTERS
        if parameters.get(known.id, "").strip()
    )
    _check_ranges(criteria)
    return OrderQuery(
        seller_id=seller_id,
        buyer_id=buyer_id,
        section=section,
        criteria=criteria,
        sort=_sort(parameters.get("sort", "")),
        offset=offset,
        limit=min(limit, LIMIT_MAX),
    )


def words(text: str) -> tuple[str, ...]:
    """The words of a text without case and accents: `("citroen", "c4", "2012")` of "Citroën C4, 2012".

    SQLite knows no accents, so both what is searched and what is searched for are folded here.
    """
    return tuple(_WORD.findall(text.lower() if text.isascii() else _bare(text)))


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def searchable(*texts: str) -> str:
    """The words of the texts between blanks, so that ` word ` and ` pref` are found in it."""
    return f" {' '.join(word for text in texts for word in words(text))} "


_WORD = re.compile(r"[^\W_]+")


def _party(parameters: Mapping[str, str], name: str, caller_id: int) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    text = text.strip()
    if not text:
        return caller_id
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refused(Reason.INVALID_FIELD, field=name, detail=text)
    return int(text)


def _criterion(known: Filter, text: str, parse_moment: Callable[[str], datetime]) -> Criterion:
    match known.match:
        case Match.FROM | Match.UNTIL:
            try:
                return Criterion(known, moment=parse_moment(text))
            except ValueError as problem:
                raise Refused(Reason.INVALID_FIELD, field=known.id, detail=text) from problem
        case _:
            return Criterion(known, _parts(known, text))


def _parts(known: Filter, text: str) -> tuple[str, ...]:
    """The words of a text, or the values of a comma list."""
    if len(text) > _TEXT_LENGTH_MAX:
        raise Refused(Reason.INVALID_FIELD, field=known.id, detail="too long")
    if known.match is Match.WORDS:
        parts = words(text)
    else:
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if len(parts) > _PARTS_MAX:
        raise Refused(Reason.INVALID_FIELD, field=known.id, detail="too many")
    return parts


def _check_ranges(criteria: tuple[Criterion, ...]) -> None:
    """26.26: `from` after `to` is refused."""
    moments = {criterion.filter.id: criterion.moment for criterion in criteria if criterion.moment}
    for name, start in moments.items():
        stem, _, end_name = name.rpartition(".")
        end = moments.get(f"{stem}.to")
        if end_name == "from" and end is not None and start > end:
            raise Refused(Reason.INVALID_DATE_RANGE, field=name)


def _sort(wanted: str) -> Sort:
    """An unknown sort is ignored like any unknown parameter."""
    return next((sort for sort in SORTS if sort.id == wanted), DATE_ASCENDING)
