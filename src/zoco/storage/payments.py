"""Rows of payments (contract 8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from zoco.database.times import from_micros, from_micros_or_none, to_micros, to_micros_or_none
from zoco.database.transaction import Row, Transaction
from zoco.domain.money import Money
from zoco.domain.payments import Payment, PaymentStatus
from zoco.storage.statements import upsert

_COLUMNS = (
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
    "charged_amount",
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
    "charged_amount",
)
_SAVE = upsert("payments", _COLUMNS, _CHANGING)


async def get(tx: Transaction, payment_id: int) -> Payment | None:
    row = await tx.one("SELECT * FROM payments WHERE id = :id", {"id": payment_id})
    return None if row is None else _payment(row)


async def of_order(tx: Transaction, order_id: int) -> tuple[Payment, ...]:
    """All payments of one order, oldest first; half the cost of a list of one."""
    rows = await tx.all(
        "SELECT * FROM payments WHERE order_id = :order_id ORDER BY id", {"order_id": order_id}
    )
    return tuple(_payment(row) for row in rows)


async def of_orders(tx: Transaction, order_ids: Collection[int]) -> dict[int, tuple[Payment, ...]]:
    """All payments of these orders, oldest first; an order without payments is not in the answer."""
    if not order_ids:
        return {}
    rows = await tx.all(
        f"SELECT * FROM payments WHERE {tx.is_any('order_id', 'order_ids')} ORDER BY id",
        {"order_ids": list(order_ids)},
    )
    found: dict[int, list[Payment]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(_payment(row))
    return {order_id: tuple(payments) for order_id, payments in found.items()}


async def of_payer(tx: Transaction, payer_id: int, *, offset: int, limit: int) -> tuple[int, list[Payment]]:
    """How many payments he has made, and a page of them, newest first (A-18)."""
    counted = await tx.all(
        "SELECT COUNT(*) AS total FROM payments WHERE payer_id = :payer_id", {"payer_id": payer_id}
    )
    rows = await tx.all(
        """SELECT * FROM payments WHERE payer_id = :payer_id
           ORDER BY date_created DESC, id DESC LIMIT :limit OFFSET :offset""",
        {"payer_id": payer_id, "limit": limit, "offset": offset},
    )
    return counted[0]["total"], [_payment(row) for row in rows]


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
        "charged_amount": None if payment.charged is None else payment.charged.minor,
    }


def _payment(row: Row) -> Payment:
    currency = row["currency_id"]
    return Payment(
        id=row["id"],
        order_id=row["order_id"],
        payer_id=row["payer_id"],
        collector_id=row["collector_id"],
        site_id=row["site_id"],
        reason=row["reason"],
        payment_method_id=row["payment_method_id"],
        payment_type=row["payment_type"],
        installments=row["installments"],
        issuer_id=row["issuer_id"],
        status=PaymentStatus(row["status"]),
        status_detail=row["status_detail"],
        transaction_amount=Money(row["transaction_amount"], currency),
        total_paid_amount=Money(row["total_paid_amount"], currency),
        refunded_amount=Money(row["refunded_amount"], currency),
        date_created=from_micros(row["date_created"]),
        date_last_modified=from_micros(row["date_last_modified"]),
        date_approved=from_micros_or_none(row["date_approved"]),
        date_refunded=from_micros_or_none(row["date_refunded"]),
        money_release_date=from_micros_or_none(row["money_release_date"]),
        date_released=from_micros_or_none(row["date_released"]),
        activation_uri=row["activation_uri"],
        charged=None if row["charged_amount"] is None else Money(row["charged_amount"], currency),
    )
