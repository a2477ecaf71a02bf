"""Orders: placed, read, searched, cancelled (contract 3, 5, 6, 26.1)."""

from __future__ import annotations

from zoco.api.endpoint import (
    Access,
    Answer,
    AnyEndpoint,
    Call,
    Endpoint,
    NoBody,
    NoParameters,
    QueryParameter,
)
from zoco.api.parameters import OrderPath, OrderSearch
from zoco.api.presenters import orders as present
from zoco.api.problems import INVALID_BODY_FIELD, INVALID_ORDER, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain import order_search
from zoco.domain.order_search import FILTERS, SORTS, Filter, Section
from zoco.domain.refusals import Reason
from zoco.marketplace import order_lookup, purchases
from zoco.resources.order import NewOrder, NewOrderItem, Order, OrderChange
from zoco.resources.page import OrderPage
from zoco.resources.scalars import parse_moment


async def place_order(tx: Transaction, call: Call[NoParameters, NewOrder]) -> Answer:
    """Exactly one item, named in either of two ways (A-14)."""
    lines = call.body.order_items
    if len(lines) != 1:
        raise TurnedAway(INVALID_ORDER, "An order has exactly one item", field="order_items")
    item_id, variation_id = _what(lines[0])
    if lines[0].quantity < 1:
        raise TurnedAway(INVALID_ORDER, "The quantity must be at least 1", field="quantity")
    seen = await purchases.place_order(
        tx,
        call.caller,
        item_id=item_id,
        quantity=lines[0].quantity,
        variation_id=variation_id,
        now=call.now,
    )
    return Answer(present.order(seen, call.now))


async def one_order(tx: Transaction, call: Call[OrderPath, NoBody]) -> Answer:
    seen = await order_lookup.one_order(tx, call.caller, call.parameters.order_id)
    return Answer(present.order(seen, call.now))


async def cancel_order(tx: Transaction, call: Call[OrderPath, OrderChange]) -> Answer:
    if call.body.status != "cancelled":
        raise TurnedAway(INVALID_BODY_FIELD, "The status can only be cancelled", field="status")
    seen = await purchases.cancel(tx, call.caller, call.parameters.order_id, call.now)
    return Answer(present.order(seen, call.now))


async def search_orders(tx: Transaction, call: Call[OrderSearch, NoBody]) -> Answer:
    return await _search(tx, call, Section.ALL)


async def search_recent(tx: Transaction, call: Call[OrderSearch, NoBody]) -> Answer:
    return await _search(tx, call, Section.RECENT)


async def search_archived(tx: Transaction, call: Call[OrderSearch, NoBody]) -> Answer:
    return await _search(tx, call, Section.ARCHIVED)


async def search_pending(tx: Transaction, call: Call[OrderSearch, NoBody]) -> Answer:
    return await _search(tx, call, Section.PENDING)


async def _search(tx: Transaction, call: Call[OrderSearch, NoBody], section: Section) -> Answer:
    parameters = dict(call.query)
    query = order_search.parse(
        parameters,
        section=section,
        caller_id=call.caller.user_id,
        offset=call.parameters.offset,
        limit=call.parameters.limit,
        parse_moment=parse_moment,
    )
    results = await order_lookup.search(tx, call.caller, query, call.now)
    return Answer(present.order_page(results, query, parameters, call.now))


def _what(line: NewOrderItem) -> tuple[str, int | None]:
    if line.item is not None:
        return line.item.id, line.item.variation_id or line.variation_id
    if line.item_id is None:
        raise TurnedAway(INVALID_ORDER, "The order item names no item", field="item_id")
    return line.item_id, line.variation_id


def _described(one: Filter) -> QueryParameter:
    return QueryParameter(one.id, one.name, tuple(value.id for value in one.values))


_SEARCH_PARAMETERS = (
    QueryParameter("seller", "the seller's user id; empty means the caller"),
    QueryParameter("buyer", "the buyer's user id; empty means the caller"),
    *map(_described, FILTERS),
    QueryParameter("sort", "the order of the results", tuple(sort.id for sort in SORTS)),
)
_SEARCH_REFUSALS = (
    Reason.NOT_YOURS,
    Reason.INVALID_FIELD,
    Reason.INVALID_DATE_RANGE,
    Reason.SEARCH_WITHOUT_PARTY,
)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/orders",
        place_order,
        access=Access.USER,
        body=NewOrder,
        malformed="validation_error",
        answer=Order,
        status=201,
        idempotent=True,
        summary="Buy or reserve an item",
        refusals=(
            Reason.ITEM_NOT_FOUND,
            Reason.USER_NOT_ACTIVE,
            Reason.OWN_ITEM,
            Reason.BUYER_BLOCKED,
            Reason.TEST_USER_MISMATCH,
            Reason.ITEM_NOT_ACTIVE,
            Reason.VARIATION_REQUIRED,
            Reason.UNKNOWN_VARIATION,
            Reason.NOT_ENOUGH_STOCK,
            Reason.RESERVATION_NOT_AVAILABLE,
            Reason.IDEMPOTENCY_KEY_REUSED,
        ),
    ),
    Endpoint(
        "GET",
        "/orders/{order_id}",
        one_order,
        access=Access.USER,
        parameters=OrderPath,
        answer=Order,
        summary="One order, as buyer or seller sees it",
        refusals=(Reason.ORDER_NOT_FOUND, Reason.NOT_A_PARTY),
    ),
    Endpoint(
        "PUT",
        "/orders/{order_id}",
        cancel_order,
        access=Access.USER,
        parameters=OrderPath,
        body=OrderChange,
        answer=Order,
        summary="Cancel an order",
        refusals=(Reason.ORDER_NOT_FOUND, Reason.NOT_A_PARTY, Reason.ORDER_NOT_CANCELLABLE),
    ),
    *(
        Endpoint(
            "GET",
            path,
            handler,
            access=Access.USER,
            parameters=OrderSearch,
            more_parameters=_SEARCH_PARAMETERS,
            answer=OrderPage,
            summary=summary,
            refusals=_SEARCH_REFUSALS,
        )
        for path, handler, summary in (
            ("/orders/search", search_orders, "Search all orders of a party"),
            ("/orders/search/recent", search_recent, "Search the orders still open to both parties"),
            ("/orders/search/archived", search_archived, "Search the orders past their deadline or rated"),
            ("/orders/search/pending", search_pending, "Search the orders waiting for payment"),
        )
    ),
)
