"""Rows of orders, each with its payments and feedback (contract 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Row, Transaction
from zoco.domain.feedback import Feedback, Side
from zoco.domain.money import Money
from zoco.domain.order_search import searchable
from zoco.domain.orders import Cause, Order, OrderLine, OrderStatus
from zoco.domain.payments import Payment
from zoco.domain.users import Party
from zoco.storage import feedback, payments, users
from zoco.storage.statements import columns, insert, update

_COLUMNS = (
    "id",
    "site_id",
    "status",
    "cause",
    "mandatory_flow",
    "reservation",
    "buyer_id",
    "seller_id",
    "application_id",
    "item_id",
    "title",
    "category_id",
    "variation_id",
    "variation_attributes",
    "quantity",
    "currency_id",
    "unit_price",
    "full_unit_price",
    "listing_type_id",
    "condition",
    "seller_custom_field",
    "warranty",
    "shipping_cost",
    "stock_taken",
    "stock_returned",
    "delivered",
    "expired",
    "date_created",
    "date_closed",
    "last_updated",
    "expiration_date",
    "search_text",
)
# What was bought, by whom and when never changes.
_CHANGING = (
    "status",
    "cause",
    "shipping_cost",
    "stock_taken",
    "stock_returned",
    "delivered",
    "expired",
    "date_closed",
    "last_updated",
)
_ADD = insert("orders", _COLUMNS)
_SAVE = update("orders", _CHANGING)

# What is only looked for is not read.
_READ = tuple(column for column in _COLUMNS if column != "search_text")
_SELECTED = columns(_READ, of="orders")
_read = itemgetter(*_READ)


def _following(before: slice, width: int) -> slice:
    return slice(before.stop, before.stop + width)


# An order has at most one feedback of each side; what repeats are its payments.
_ORDER = slice(0, len(_READ))
_SALE = _following(_ORDER, len(feedback.COLUMNS))
_PURCHASE = _following(_SALE, len(feedback.COLUMNS))
_BUYER = _following(_PURCHASE, len(users.PARTY_COLUMNS))
_SELLER = _following(_BUYER, len(users.PARTY_COLUMNS))
_PAYMENT = _following(_SELLER, len(payments.COLUMNS))
_WITH_PARTIES = f"""
    SELECT {_SELECTED},
        {columns(feedback.COLUMNS, of="sale")},
        {columns(feedback.COLUMNS, of="purchase")},
        {columns(users.PARTY_COLUMNS, of="buyer")},
        {columns(users.PARTY_COLUMNS, of="seller")},
        {columns(payments.COLUMNS, of="payments")}
    FROM orders
    JOIN users buyer ON buyer.id = orders.buyer_id
    JOIN users seller ON seller.id = orders.seller_id
    LEFT JOIN feedback sale ON sale.order_id = orders.id AND sale.side = 'sale'
    LEFT JOIN feedback purchase ON purchase.order_id = orders.id AND purchase.side = 'purchase'
    LEFT JOIN payments ON payments.order_id = orders.id
    WHERE orders.id = :id
    ORDER BY payments.id"""

_UNPAID = "mandatory_flow = 1 AND status IN ('payment_required', 'payment_in_process', 'partially_paid')"
_EXPIRING = "expired = 0 AND status IN ('paid', 'confirmed')"


async def get(tx: Transaction, order_id: int) -> Order | None:
    row = await tx.one(f"SELECT {_SELECTED} FROM orders WHERE id = :id", {"id": order_id})
    return None if row is None else await _whole(tx, tuple(row))


async def get_with_parties(tx: Transaction, order_id: int) -> tuple[Order, Party, Party] | None:
    """The order, its buyer and its seller, in one statement: a row for each payment, or one without."""
    rows = [tuple(row) for row in await tx.all(_WITH_PARTIES, {"id": order_id})]
    if not rows:
        return None
    values = rows[0]
    sale, purchase = values[_SALE], values[_PURCHASE]
    order = _order(
        values[_ORDER],
        tuple(payments.payment_from(row[_PAYMENT]) for row in rows if row[_PAYMENT.start] is not None),
        sale=None if sale[0] is None else feedback.feedback_from(sale),
        purchase=None if purchase[0] is None else feedback.feedback_from(purchase),
    )
    return order, users.party_from(values[_BUYER]), users.party_from(values[_SELLER])


async def get_for_update(tx: Transaction, order_id: int) -> Order | None:
    """The order, its row locked until the end of the transaction: whoever changes it comes through here.

    Payments and feedback are read after the lock and change under it alone.
    """
    row = await tx.one(f"SELECT {_SELECTED} FROM orders WHERE id = :id{tx.for_update}", {"id": order_id})
    return None if row is None else await _whole(tx, tuple(row))


async def add(tx: Transaction, order: Order) -> None:
    await tx.run(_ADD, _values(order))
    await payments.save(tx, order.payments)


async def save(tx: Transaction, order: Order, *, previous: Order) -> None:
    """Write what differs from `previous`, the order as it was read under its lock."""
    if order == previous:
        return
    await tx.run(_SAVE, {"id": order.id, **_changing_values(order)})
    await payments.save(tx, [payment for payment in order.payments if payment not in previous.payments])
    given = [
        now
        for now, before in ((order.sale, previous.sale), (order.purchase, previous.purchase))
        if now is not None and now != before
    ]
    await feedback.save(tx, given)


async def due_unpaid(tx: Transaction, *, created_before: datetime, limit: int) -> list[int]:
    """Orders of the mandatory flow, unpaid, created at that moment or earlier; oldest first (T8)."""
    rows = await tx.all(
        f"SELECT id FROM orders WHERE {_UNPAID} AND date_created <= :moment"
        " ORDER BY date_created, id LIMIT :limit",
        {"moment": to_micros(created_before), "limit": limit},
    )
    return [row["id"] for row in rows]


async def due_expiration(tx: Transaction, *, now: datetime, limit: int) -> list[int]:
    """Live orders whose expiration date has come and whose expiry has not been worked (T18)."""
    rows = await tx.all(
        f"SELECT id FROM orders WHERE {_EXPIRING} AND expiration_date <= :now"
        " ORDER BY expiration_date, id LIMIT :limit",
        {"now": to_micros(now), "limit": limit},
    )
    return [row["id"] for row in rows]


async def next_due(tx: Transaction, payment_deadline: timedelta) -> datetime | None:
    """When the next order runs out of time to be paid, or expires."""
    row = await tx.one(
        f"""SELECT (SELECT MIN(date_created) FROM orders WHERE {_UNPAID}) AS oldest_unpaid,
                   (SELECT MIN(expiration_date) FROM orders WHERE {_EXPIRING}) AS expiring"""
    )
    if row is None:
        return None
    oldest_unpaid = from_micros_or_none(row["oldest_unpaid"])
    expiring = from_micros_or_none(row["expiring"])
    deadline = None if oldest_unpaid is None else oldest_unpaid + payment_deadline
    return min((moment for moment in (deadline, expiring) if moment is not None), default=None)


async def with_payments(tx: Transaction, rows: Sequence[Row]) -> list[Order]:
    """The orders of these rows, in their order; two more statements however many there are."""
    ids = [row["id"] for row in rows]
    paid = await payments.of_orders(tx, ids)
    said = await feedback.of_orders(tx, ids)
    return [
        _order(
            _read(row),
            paid.get(row["id"], ()),
            sale=said.get((row["id"], Side.SALE)),
            purchase=said.get((row["id"], Side.PURCHASE)),
        )
        for row in rows
    ]


async def _whole(tx: Transaction, values: Sequence[Any]) -> Order:
    order_id = values[0]
    paid = await payments.of_order(tx, order_id)
    said = await feedback.of_order(tx, order_id)
    return _order(values, paid, sale=said.get(Side.SALE), purchase=said.get(Side.PURCHASE))


def _order(
    values: Sequence[Any], paid: tuple[Payment, ...], *, sale: Feedback | None, purchase: Feedback | None
) -> Order:
    """The order with these values of `_READ`."""
    (
        order_id,
        site_id,
        status,
        cause,
        mandatory_flow,
        reservation,
        buyer_id,
        seller_id,
        application_id,
        *line,
        shipping_cost,
        stock_taken,
        stock_returned,
        delivered,
        expired,
        date_created,
        date_closed,
        last_updated,
        expiration_date,
    ) = values
    bought = _line(line)
    return Order(
        id=order_id,
        site_id=site_id,
        status=OrderStatus(status),
        cause=None if cause is None else Cause(cause),
        mandatory_flow=bool(mandatory_flow),
        reservation=bool(reservation),
        buyer_id=buyer_id,
        seller_id=seller_id,
        application_id=application_id,
        line=bought,
        shipping_cost=Money(shipping_cost, bought.unit_price.currency),
        payments=paid,
        sale=sale,
        purchase=purchase,
        stock_taken=bool(stock_taken),
        stock_returned=bool(stock_returned),
        delivered=bool(delivered),
        expired=bool(expired),
        date_created=from_micros(date_created),
        date_closed=from_micros_or_none(date_closed),
        last_updated=from_micros(last_updated),
        expiration_date=from_micros(expiration_date),
    )


def _line(values: Sequence[Any]) -> OrderLine:
    (
        item_id,
        title,
        category_id,
        variation_id,
        variation_attributes,
        quantity,
        currency,
        unit_price,
        full_unit_price,
        listing_type_id,
        condition,
        seller_custom_field,
        warranty,
    ) = values
    return OrderLine(
        item_id=item_id,
        title=title,
        category_id=category_id,
        variation_id=variation_id,
        quantity=quantity,
        unit_price=Money(unit_price, currency),
        full_unit_price=Money(full_unit_price, currency),
        listing_type_id=listing_type_id,
        condition=condition,
        seller_custom_field=seller_custom_field,
        warranty=warranty,
        variation_attributes=variation_attributes,
    )


def _values(order: Order) -> Mapping[str, object]:
    line = order.line
    return {
        "id": order.id,
        "site_id": order.site_id,
        "mandatory_flow": int(order.mandatory_flow),
        "reservation": int(order.reservation),
        "buyer_id": order.buyer_id,
        "seller_id": order.seller_id,
        "application_id": order.application_id,
        "item_id": line.item_id,
        "title": line.title,
        "category_id": line.category_id,
        "variation_id": line.variation_id,
        "variation_attributes": line.variation_attributes,
        "quantity": line.quantity,
        "currency_id": line.unit_price.currency,
        "unit_price": line.unit_price.minor,
        "full_unit_price": line.full_unit_price.minor,
        "listing_type_id": line.listing_type_id,
        "condition": line.condition,
        "seller_custom_field": line.seller_custom_field,
        "warranty": line.warranty,
        "date_created": to_micros(order.date_created),
        "expiration_date": to_micros(order.expiration_date),
        "search_text": searchable(str(order.id), line.item_id, line.title),
        **_changing_values(order),
    }


def _changing_values(order: Order) -> Mapping[str, object]:
    return {
        "status": order.status.value,
        "cause": None if order.cause is None else order.cause.value,
        "shipping_cost": order.shipping_cost.minor,
        "stock_taken": int(order.stock_taken),
        "stock_returned": int(order.stock_returned),
        "delivered": int(order.delivered),
        "expired": int(order.expired),
        "date_closed": to_micros_or_none(order.date_closed),
        "last_updated": to_micros(order.last_updated),
    }
