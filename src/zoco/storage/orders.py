"""Rows of orders, each with its payments and feedback (contract 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Row, Transaction
from zoco.domain.charges import Charge
from zoco.domain.feedback import Feedback, Side
from zoco.domain.money import Money
from zoco.domain.order_search import searchable
from zoco.domain.orders import Cause, Order, OrderLine, OrderStatus
from zoco.domain.payments import Payment
from zoco.domain.shipping import TO_BE_AGREED, Shipping, ShippingStatus
from zoco.storage import feedback, payments
from zoco.storage.statements import insert, update

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
    "shipping_status",
    "shipping_address",
    "shipping_comments",
    "shipping_date_created",
    "stock_taken",
    "stock_returned",
    "delivered",
    "expired",
    "charge_rate",
    "charge_amount",
    "charge_date",
    "settled",
    "invalid_reason",
    "date_created",
    "date_closed",
    "last_updated",
    "expiration_date",
    "search_text",
)
# What was bought, by whom and when never changes; most of what happens to an order changes these.
_CHANGING = (
    "status",
    "cause",
    "stock_taken",
    "stock_returned",
    "delivered",
    "expired",
    "date_closed",
    "last_updated",
)
_CHANGING_SELDOM = (
    "shipping_cost",
    "shipping_status",
    "shipping_address",
    "shipping_comments",
    "shipping_date_created",
    "charge_rate",
    "charge_amount",
    "charge_date",
    "settled",
    "invalid_reason",
)
_ADD = insert("orders", _COLUMNS)
_SAVE = update("orders", _CHANGING)
_SAVE_SELDOM = update("orders", _CHANGING_SELDOM)

_UNPAID = "mandatory_flow = 1 AND status IN ('payment_required', 'payment_in_process', 'partially_paid')"
_EXPIRING = "expired = 0 AND status IN ('paid', 'confirmed')"


async def get(tx: Transaction, order_id: int) -> Order | None:
    row = await tx.one("SELECT * FROM orders WHERE id = :id", {"id": order_id})
    return None if row is None else await _whole(tx, row)


async def get_for_update(tx: Transaction, order_id: int) -> Order | None:
    """The order, its row locked until the end of the transaction: whoever changes it comes through here.

    Payments and feedback are read after the lock and change under it alone.
    """
    row = await tx.one(f"SELECT * FROM orders WHERE id = :id{tx.for_update}", {"id": order_id})
    return None if row is None else await _whole(tx, row)


async def add(tx: Transaction, order: Order) -> None:
    await tx.run(_ADD, _values(order))
    await payments.save(tx, order.payments)


async def save(tx: Transaction, order: Order, *, previous: Order) -> None:
    """Write what differs from `previous`, the order as it was read under its lock."""
    if order == previous:
        return
    await tx.run(_SAVE, {"id": order.id, **_changing(order)})
    seldom = _changing_seldom(order)
    if seldom != _changing_seldom(previous):
        await tx.run(_SAVE_SELDOM, {"id": order.id, **seldom})
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
            row,
            paid.get(row["id"], ()),
            sale=said.get((row["id"], Side.SALE)),
            purchase=said.get((row["id"], Side.PURCHASE)),
        )
        for row in rows
    ]


async def _whole(tx: Transaction, row: Row) -> Order:
    paid = await payments.of_order(tx, row["id"])
    said = await feedback.of_order(tx, row["id"])
    return _order(row, paid, sale=said.get(Side.SALE), purchase=said.get(Side.PURCHASE))


def _order(row: Row, paid: tuple[Payment, ...], *, sale: Feedback | None, purchase: Feedback | None) -> Order:
    return Order(
        id=row["id"],
        site_id=row["site_id"],
        status=OrderStatus(row["status"]),
        cause=None if row["cause"] is None else Cause(row["cause"]),
        mandatory_flow=bool(row["mandatory_flow"]),
        reservation=bool(row["reservation"]),
        buyer_id=row["buyer_id"],
        seller_id=row["seller_id"],
        application_id=row["application_id"],
        line=_line(row),
        shipping_cost=Money(row["shipping_cost"], row["currency_id"]),
        shipping=_shipping(row),
        payments=paid,
        sale=sale,
        purchase=purchase,
        stock_taken=bool(row["stock_taken"]),
        stock_returned=bool(row["stock_returned"]),
        delivered=bool(row["delivered"]),
        expired=bool(row["expired"]),
        charge=_charge(row),
        settled=bool(row["settled"]),
        invalid_reason=row["invalid_reason"],
        date_created=from_micros(row["date_created"]),
        date_closed=from_micros_or_none(row["date_closed"]),
        last_updated=from_micros(row["last_updated"]),
        expiration_date=from_micros(row["expiration_date"]),
    )


def _line(row: Row) -> OrderLine:
    return OrderLine(
        item_id=row["item_id"],
        title=row["title"],
        category_id=row["category_id"],
        variation_id=row["variation_id"],
        quantity=row["quantity"],
        unit_price=Money(row["unit_price"], row["currency_id"]),
        full_unit_price=Money(row["full_unit_price"], row["currency_id"]),
        listing_type_id=row["listing_type_id"],
        condition=row["condition"],
        seller_custom_field=row["seller_custom_field"],
        warranty=row["warranty"],
        variation_attributes=row["variation_attributes"],
    )


def _shipping(row: Row) -> Shipping:
    if row["shipping_date_created"] is None:
        return TO_BE_AGREED
    return Shipping(
        status=ShippingStatus(row["shipping_status"]),
        receiver_address=row["shipping_address"],
        comments=row["shipping_comments"],
        date_created=from_micros(row["shipping_date_created"]),
    )


def _charge(row: Row) -> Charge | None:
    if row["charge_date"] is None:
        return None
    return Charge(
        rate=Decimal(row["charge_rate"]),
        amount=Money(row["charge_amount"], row["currency_id"]),
        date_created=from_micros(row["charge_date"]),
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
        **_changing(order),
        **_changing_seldom(order),
    }


def _changing(order: Order) -> Mapping[str, object]:
    return {
        "status": order.status.value,
        "cause": None if order.cause is None else order.cause.value,
        "stock_taken": int(order.stock_taken),
        "stock_returned": int(order.stock_returned),
        "delivered": int(order.delivered),
        "expired": int(order.expired),
        "date_closed": to_micros_or_none(order.date_closed),
        "last_updated": to_micros(order.last_updated),
    }


def _changing_seldom(order: Order) -> Mapping[str, object]:
    charge = order.charge
    return {
        "shipping_cost": order.shipping_cost.minor,
        "shipping_status": order.shipping.status.value,
        "shipping_address": order.shipping.receiver_address,
        "shipping_comments": order.shipping.comments,
        "shipping_date_created": to_micros_or_none(order.shipping.date_created),
        "charge_rate": None if charge is None else str(charge.rate),
        "charge_amount": None if charge is None else charge.amount.minor,
        "charge_date": None if charge is None else to_micros(charge.date_created),
        "settled": int(order.settled),
        "invalid_reason": order.invalid_reason,
    }
