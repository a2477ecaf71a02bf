"""Rows of payments (contract 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Transaction
from zoco.domain.money import Money
from zoco.domain.payments import Payment, PaymentStatus
from zoco.storage.statements import columns, upsert

COLUMNS = (
    "id",
    "order_id",
    "payer_id",
    "collector_id",
    "site_id",
    "reason",
    "payment_method_id",
    "payment_type",
    "installments",
    "issuer_id",
    "status",
    "status_detail",
    "currency_id",
    "transaction_amount",
    "total_paid_amount",
    "refunded_amount",
    "activation_uri",
    "date_created",
    "date_last_modified",
    "date_approved",
    "date_refunded",
    "money_release_date",
    "date_released",
)
_CHANGING = (
    "status",
    "status_detail",
    "refunded_amount",
    "date_last_modified",
    "date_approved",
    "date_refunded",
    "money_release_date",
    "date_released",
)
_SELECTED = columns(COLUMNS, of="payments")
_SAVE = upsert("payments", COLUMNS, _CHANGING)


async def get(tx: Transaction, payment_id: int) -> Payment | None:
    row = await tx.one(f"SELECT {_SELECTED} FROM payments WHERE id = :id", {"id": payment_id})
    return None if row is None else payment_from(tuple(row))


async def of_order(tx: Transaction, order_id: int) -> tuple[Payment, ...]:
    """All payments of one order, oldest first; half the cost of a list of one."""
    rows = await tx.all(
        f"SELECT {_SELECTED} FROM payments WHERE order_id = :order_id ORDER BY id", {"order_id": order_id}
    )
    return tuple(payment_from(tuple(row)) for row in rows)


async def of_orders(tx: Transaction, order_ids: Collection[int]) -> dict[int, tuple[Payment, ...]]:
    """All payments of these orders, oldest first; an order without payments is not in the answer."""
    if not order_ids:
        return {}
    rows = await tx.all(
        f"SELECT {_SELECTED} FROM payments WHERE {tx.is_any('order_id', 'order_ids')} ORDER BY id",
        {"order_ids": list(order_ids)},
    )
    found: dict[int, list[Payment]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(payment_from(tuple(row)))
    return {order_id: tuple(payments) for order_id, payments in found.items()}


async def of_payer(tx: Transaction, payer_id: int, *, offset: int, limit: int) -> tuple[int, list[Payment]]:
    """How many payments he has made, and a page of them, newest first (A-18)."""
    counted = await tx.all(
        "SELECT COUNT(*) AS total FROM payments WHERE payer_id = :payer_id", {"payer_id": payer_id}
    )
    rows = await tx.all(
        f"""SELECT {_SELECTED} FROM payments WHERE payer_id = :payer_id
           ORDER BY date_created DESC, id DESC LIMIT :limit OFFSET :offset""",
        {"payer_id": payer_id, "limit": limit, "offset": offset},
    )
    return counted[0]["total"], [payment_from(tuple(row)) for row in rows]


async def save(tx: Transaction, payments: Iterable[Payment]) -> None:
    """Add the new ones, change the known ones."""
    rows = [_values(payment) for payment in payments]
    if rows:
        await tx.run_many(_SAVE, rows)


def _values(payment: Payment) -> Mapping[str, object]:
    return {
        "id": payment.id,
        "order_id": payment.order_id,
        "payer_id": payment.payer_id,
        "collector_id": payment.collector_id,
        "site_id": payment.site_id,
        "reason": payment.reason,
        "payment_method_id": payment.payment_method_id,
        "payment_type": payment.payment_type,
        "installments": payment.installments,
        "issuer_id": payment.issuer_id,
        "status": payment.status.value,
        "status_detail": payment.status_detail,
        "currency_id": payment.transaction_amount.currency,
        "transaction_amount": payment.transaction_amount.minor,
        "total_paid_amount": payment.total_paid_amount.minor,
        "refunded_amount": payment.refunded_amount.minor,
        "activation_uri": payment.activation_uri,
        "date_created": to_micros(payment.date_created),
        "date_last_modified": to_micros(payment.date_last_modified),
        "date_approved": to_micros_or_none(payment.date_approved),
        "date_refunded": to_micros_or_none(payment.date_refunded),
        "money_release_date": to_micros_or_none(payment.money_release_date),
        "date_released": to_micros_or_none(payment.date_released),
    }


def payment_from(values: Sequence[Any]) -> Payment:
    """The payment with these values of `COLUMNS`."""
    (
        payment_id,
        order_id,
        payer_id,
        collector_id,
        site_id,
        reason,
        payment_method_id,
        payment_type,
        installments,
        issuer_id,
        status,
        status_detail,
        currency,
        transaction_amount,
        total_paid_amount,
        refunded_amount,
        activation_uri,
        date_created,
        date_last_modified,
        date_approved,
        date_refunded,
        money_release_date,
        date_released,
    ) = values
    return Payment(
        id=payment_id,
        order_id=order_id,
        payer_id=payer_id,
        collector_id=collector_id,
        site_id=site_id,
        reason=reason,
        payment_method_id=payment_method_id,
        payment_type=payment_type,
        installments=installments,
        issuer_id=issuer_id,
        status=PaymentStatus(status),
        status_detail=status_detail,
        transaction_amount=Money(transaction_amount, currency),
        total_paid_amount=Money(total_paid_amount, currency),
        refunded_amount=Money(refunded_amount, currency),
        date_created=from_micros(date_created),
        date_last_modified=from_micros(date_last_modified),
        date_approved=from_micros_or_none(date_approved),
        date_refunded=from_micros_or_none(date_refunded),
        money_release_date=from_micros_or_none(money_release_date),
        date_released=from_micros_or_none(date_released),
        activation_uri=activation_uri,
    )
