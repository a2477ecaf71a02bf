"""The search of orders: one SELECT for a page, its exact total and its counts (contract 5).

The statement has named parts:

    seen     the party's orders, as far as the viewer may know of them, and as he may know them
    found    those that the section and the filters leave
    totals   one row: how many there are, and how many of each listed value
    page     the ids of the page asked for
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import to_micros
from zoco.database.transaction import Transaction
from zoco.domain.order_search import FILTERS, Criterion, Filter, Match, OrderQuery, Section
from zoco.domain.orders import Order
from zoco.storage.orders import with_payments
from zoco.storage.texts import containing

# What a filter looks at: a column of `seen`. A house test compares this with the table of filters.
COLUMNS = {
    "q": "words",
    "item": "item_id",
    "order.status": "status",
    "order.date_created.from": "date_created",
    "order.date_created.to": "date_created",
    "order.date_last_updated.from": "last_updated",
    "order.date_last_updated.to": "last_updated",
    "order.date_closed.from": "date_closed",
    "order.date_closed.to": "date_closed",
    "shipping.status": "shipping_status",
    "feedback.status": "feedback_status",
    "feedback.sale.rating": "sale_rating",
    "feedback.purchase.rating": "purchase_rating",
    "feedback.sale.fulfilled": "sale_fulfilled",
    "feedback.purchase.fulfilled": "purchase_fulfilled",
    "tags": "tags",
    "tags.not": "tags",
}

# Tags are a conclusion (4.4): between blanks, so that ` paid ` is not found in ` not_paid `.
_TAGS = """CASE WHEN o.reservation = 1 THEN ' reservation ' ELSE ' ' END
        || CASE WHEN o.status = 'paid' THEN 'paid ' ELSE 'not_paid ' END
        || CASE WHEN o.delivered = 1 THEN 'delivered ' ELSE 'not_delivered ' END"""

# Nobody searches by what he may not see: the counterpart's names in a hidden order, and
# his feedback before its time (11.6), except the word `fulfilled` of a reservation's seller.
# Waiting for the counterpart is said only by who has rated himself: by then both are visible.
_SEEN = f"""
    SELECT o.id, o.item_id, o.status, o.date_created, o.last_updated, o.date_closed, o.expiration_date,
        o.reservation, o.delivered,
        o.shipping_status,
        {_TAGS} AS tags,
        o.search_text || CASE WHEN o.mandatory_flow = 1 AND o.date_closed IS NULL
            THEN counterpart.nickname_text ELSE counterpart.names_text END AS words,
        CASE WHEN sale.id IS NOT NULL AND purchase.id IS NOT NULL THEN 1 ELSE 0 END AS rated_by_both,
        CASE WHEN sale.from_id = :viewer_id OR sale.visibility_date <= :now
            THEN sale.rating END AS sale_rating,
        CASE WHEN purchase.from_id = :viewer_id OR purchase.visibility_date <= :now
            THEN purchase.rating END AS purchase_rating,
        CASE WHEN sale.from_id = :viewer_id OR sale.visibility_date <= :now OR o.reservation = 1
            THEN CASE sale.fulfilled WHEN 1 THEN 'T' WHEN 0 THEN 'F' END END AS sale_fulfilled,
        CASE WHEN purchase.from_id = :viewer_id OR purchase.visibility_date <= :now
            THEN CASE purchase.fulfilled WHEN 1 THEN 'T' WHEN 0 THEN 'F' END END AS purchase_fulfilled,
        CASE
            WHEN o.status NOT IN ('confirmed', 'paid') OR o.expired = 1 OR o.expiration_date < :now
                THEN NULL
            WHEN (CASE WHEN o.seller_id = :viewer_id THEN sale.id ELSE purchase.id END) IS NULL
                THEN 'pending'
            WHEN (CASE WHEN o.seller_id = :viewer_id THEN purchase.id ELSE sale.id END) IS NULL
                THEN 'waiting_buyer'
        END AS feedback_status
    FROM orders o
    JOIN users counterpart
        ON counterpart.id = CASE WHEN o.seller_id = :viewer_id THEN o.buyer_id ELSE o.seller_id END
    LEFT JOIN feedback sale ON sale.order_id = o.id AND sale.side = 'sale'
    LEFT JOIN feedback purchase ON purchase.order_id = o.id AND purchase.side = 'purchase'
    WHERE {{parties}}
"""

# payment_required is in nobody's search; the rest of the hidden orders in their buyer's alone (A-07, 26.5).
_VISIBLE = """o.status <> 'payment_required'
      AND (o.buyer_id = :viewer_id OR o.mandatory_flow = 0 OR o.date_closed IS NOT NULL)"""

_SECTIONS = {
    Section.ALL: None,
    # A vehicle is recent until it has been marked delivered, anything else until both have rated (5.1, A-42).
    Section.RECENT: """expiration_date > :now
        AND CASE WHEN reservation = 1 THEN delivered = 0 ELSE rated_by_both = 0 END""",
    Section.ARCHIVED: "(expiration_date <= :now OR rated_by_both = 1)",
    Section.PENDING: "status IN ('confirmed', 'payment_in_process', 'partially_paid')",
}

# Moments are printed with milliseconds; "until 10:01:50.000, inclusive" includes 10:01:50.000999.
_MILLISECOND = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """One page; `counts["tags"]["paid"]` is over all that was found."""

    total: int
    orders: list[Order]
    counts: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    parameters: dict[str, object]
    counted: list[tuple[str, str, str]]


async def find(tx: Transaction, query: OrderQuery, *, viewer_id: int, now: datetime) -> Found:
    """The page of orders that `query` asks for, as far as the viewer may know of them.

    The viewer is one of the query's parties. Filters in use are not counted: they are in `filters`.
    """
    statement = _statement(query, viewer_id, now)
    rows = await tx.all(statement.sql, statement.parameters)
    counts: dict[str, dict[str, int]] = {}
    for filter_id, value, column in statement.counted:
        counts.setdefault(filter_id, {})[value] = rows[0][column]
    orders = await with_payments(tx, [row for row in rows if row["id"] is not None])
    return Found(rows[0]["found_total"], orders, counts)


def _statement(query: OrderQuery, viewer_id: int, now: datetime) -> _Statement:
    parameters: dict[str, object] = {
        "viewer_id": viewer_id,
        "now": to_micros(now),
        "limit": query.limit,
        "offset": query.offset,
    }
    seen = _SEEN.format(parties=" AND ".join([*_parties(query, parameters), _VISIBLE]))
    section = _SECTIONS[query.section]
    conditions = [] if section is None else [section]
    for number, criterion in enumerate(query.criteria):
        conditions.append(_condition(criterion, f"f{number}", parameters))
    applied = {criterion.filter.id for criterion in query.criteria}
    counted = [
        (offered.id, value.id, f"count_{number}_{position}")
        for number, offered in enumerate(FILTERS)
        if offered.id not in applied
        for position, value in enumerate(offered.values)
    ]
    by_id = {offered.id: offered for offered in FILTERS}
    counts = [
        f"COUNT(CASE WHEN {_counts(by_id[filter_id], value)} THEN 1 END) AS {column}"
        for filter_id, value, column in counted
    ]
    direction = "DESC" if query.sort.descending else "ASC"
    sql = f"""
        WITH seen AS ({seen}),
        found AS MATERIALIZED (SELECT * FROM seen WHERE {" AND ".join(conditions) or "1 = 1"}),
        totals AS (SELECT {", ".join(["COUNT(*) AS found_total", *counts])} FROM found),
        page AS (
            SELECT id AS page_id FROM found
            ORDER BY date_created {direction}, id {direction} LIMIT :limit OFFSET :offset
        )
        SELECT totals.*, orders.* FROM totals
        LEFT JOIN page ON 1 = 1
        LEFT JOIN orders ON orders.id = page.page_id
        ORDER BY orders.date_created {direction}, orders.id {direction}"""
    return _Statement(sql, parameters, counted)


def _parties(query: OrderQuery, parameters: dict[str, object]) -> list[str]:
    conditions = []
    for column, party_id in (("seller_id", query.seller_id), ("buyer_id", query.buyer_id)):
        if party_id is not None:
            conditions.append(f"o.{column} = :{column}")
            parameters[column] = party_id
    return conditions


def _condition(criterion: Criterion, name: str, parameters: dict[str, object]) -> str:
    """The criterion over the columns of `seen`; what it compares with goes into `parameters`."""
    column = COLUMNS[criterion.filter.id]
    return _CONDITIONS[criterion.filter.match](column, criterion, name, parameters)


def _any_of(column: str, criterion: Criterion, name: str, parameters: dict[str, object]) -> str:
    names = _bind(criterion.values, name, parameters)
    return f"{column} IN ({', '.join(names)})" if names else "1 = 0"


def _all_of(column: str, criterion: Criterion, name: str, parameters: dict[str, object]) -> str:
    names = _bind([containing(f" {value} ") for value in criterion.values], name, parameters)
    return " AND ".join(f"{column} LIKE {bound} ESCAPE '!'" for bound in names) or "1 = 0"


def _none_of(column: str, criterion: Criterion, name: str, parameters: dict[str, object]) -> str:
    names = _bind([containing(f" {value} ") for value in criterion.values], name, parameters)
    return " AND ".join(f"{column} NOT LIKE {bound} ESCAPE '!'" for bound in names) or "1 = 1"


def _words(column: str, criterion: Criterion, name: str, parameters: dict[str, object]) -> str:
    """26.27: every word must match, the last one also as a prefix."""
    *whole, last = [*criterion.values] or [""]
    patterns = [*(containing(f" {word} ") for word in whole), containing(f" {last}")]
    names = _bind(patterns, name, parameters)
    # Punctuation alone has no words, and nothing matches it.
    return " AND ".join(f"{column} LIKE {bound} ESCAPE '!'" for bound in names) if last else "1 = 0"


def _from(column: str, criterion: Criterion, name: str, parameters: dict[str, object]) -> str:
    parameters[name] = _moment(criterion)
    return f"{column} >= :{name}"


def _until(column: str, criterion: Criterion, name: str, parameters: dict[str, object]) -> str:
    parameters[name] = _moment(criterion) // _MILLISECOND * _MILLISECOND + _MILLISECOND
    return f"{column} < :{name}"


_CONDITIONS: dict[Match, Callable[[str, Criterion, str, dict[str, object]], str]] = {
    Match.ANY_OF: _any_of,
    Match.ALL_OF: _all_of,
    Match.NONE_OF: _none_of,
    Match.WORDS: _words,
    Match.FROM: _from,
    Match.UNTIL: _until,
}


def _counts(counted: Filter, value: str) -> str:
    """Whether an order of `found` has a listed value; these come from our own table, not from outside."""
    column = COLUMNS[counted.id]
    return f"{column} LIKE '% {value} %'" if counted.match is Match.ALL_OF else f"{column} = '{value}'"


def _moment(criterion: Criterion) -> int:
    if criterion.moment is None:
        raise ValueError(f"{criterion.filter.id} has no moment")
    return to_micros(criterion.moment)


def _bind(values: list[str] | tuple[str, ...], name: str, parameters: dict[str, object]) -> list[str]:
    names = [f"{name}_{number}" for number in range(len(values))]
    parameters.update(zip(names, values, strict=True))
    return [f":{bound}" for bound in names]
