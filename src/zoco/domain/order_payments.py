"""Paying an order: what may be paid, what the card says, and what it makes of the order (contract 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from zoco.domain.items import Item, has_stock, take_stock
from zoco.domain.money import Money
from zoco.domain.order_moves import end, move, settle, status_by_payments, told, with_payments
from zoco.domain.orders import (
    DEAD,
    UNPAID,
    Cause,
    Change,
    Order,
    OrderStatus,
    covered,
    owed,
    paid_amount,
)
from zoco.domain.payment_methods import METHODS, PaymentMethod, financed_total
from zoco.domain.payments import DETAILS, Payment, PaymentStatus, give_back, total_of
from zoco.domain.refusals import Reason, Refused

# The card holder's name chooses the outcome (8.6); any other name, or none, is approved.
_CARD_OUTCOMES: dict[str, tuple[PaymentStatus, str]] = {
    "APRO": (PaymentStatus.APPROVED, "accredited"),
    "CONT": (PaymentStatus.IN_PROCESS, "pending_contingency"),
    "OTHE": (PaymentStatus.REJECTED, "cc_rejected_other_reason"),
    "CALL": (PaymentStatus.REJECTED, "cc_rejected_call_for_authorize"),
    "FUND": (PaymentStatus.REJECTED, "cc_rejected_insufficient_amount"),
    "SECU": (PaymentStatus.REJECTED, "cc_rejected_bad_filled_security_code"),
    "EXPI": (PaymentStatus.REJECTED, "cc_rejected_bad_filled_date"),
    "FORM": (PaymentStatus.REJECTED, "cc_rejected_bad_filled_other"),
    "CARD": (PaymentStatus.REJECTED, "cc_rejected_bad_filled_card_number"),
    "INST": (PaymentStatus.REJECTED, "cc_rejected_invalid_installments"),
    "DUPL": (PaymentStatus.REJECTED, "cc_rejected_duplicated_payment"),
    "LOCK": (PaymentStatus.REJECTED, "cc_rejected_card_disabled"),
    "BLAC": (PaymentStatus.REJECTED, "cc_rejected_blacklist"),
    "CTNA": (PaymentStatus.REJECTED, "cc_rejected_card_type_not_allowed"),
}
_CARDS = frozenset({"credit_card", "debit_card", "prepaid_card"})


def check_payment(order: Order, *, amount: Money | None) -> Money:
    """What is going to be paid: `amount`, or all that is still owed when None (8.7)."""
    if order.status not in UNPAID:
        raise Refused(Reason.ORDER_NOT_PAYABLE, detail=f"order {order.id} is {order.status}")
    rest = owed(order)
    wanted = rest if amount is None else amount
    if not Money(0, rest.currency) < wanted <= rest:
        raise Refused(
            Reason.INVALID_TRANSACTION_AMOUNT, field="transaction_amount", detail=f"{rest.amount} is owed"
        )
    return wanted


def new_payment(
    *,
    payment_id: int,
    order: Order,
    method_id: str,
    amount: Money,
    installments: int,
    cardholder_name: str | None,
    issuer_id: str | None,
    now: datetime,
) -> Payment:
    """A payment as the simulated provider judges it; `apply_payment` then tells the order."""
    method = METHODS.get(method_id)
    if method is None or not method.payable or order.site_id not in method.site_ids:
        raise Refused(Reason.INVALID_PAYMENT_METHOD, field="payment_method_id", detail=method_id)
    total_paid = financed_total(amount, method, installments)
    status, detail = _judged(method, cardholder_name)
    return Payment(
        id=payment_id,
        order_id=order.id,
        payer_id=order.buyer_id,
        collector_id=order.seller_id,
        site_id=order.site_id,
        reason=order.line.title,
        payment_method_id=method.id,
        payment_type=method.payment_type,
        installments=installments,
        issuer_id=issuer_id,
        status=status,
        status_detail=detail,
        transaction_amount=amount,
        total_paid_amount=total_paid,
        refunded_amount=Money(0, amount.currency),
        date_created=now,
        date_last_modified=now,
        date_approved=now if status is PaymentStatus.APPROVED else None,
        # Where a real provider prints the ticket, ours shows how the payment goes.
        activation_uri=f"/payments/{payment_id}" if method.offline else None,
    )


def _judged(method: PaymentMethod, cardholder_name: str | None) -> tuple[PaymentStatus, str]:
    if method.offline:
        waits_for = "transfer" if method.payment_type == "bank_transfer" else "payment"
        return PaymentStatus.PENDING, f"pending_waiting_{waits_for}"
    approved = (PaymentStatus.APPROVED, DETAILS[PaymentStatus.APPROVED][0])
    if method.payment_type not in _CARDS or cardholder_name is None:
        return approved
    return _CARD_OUTCOMES.get(cardholder_name.strip().upper(), approved)


def apply_payment(order: Order, item: Item, payment: Payment, now: datetime) -> Change:
    """What a new or changed payment makes of its order (T3 to T7, T9, T10, T17, T21, T25).

    A credit that nobody owes is given back whole and at once: one for a dead order, or one that would
    pay more than the total.
    """
    known = next((one for one in order.payments if one.id == payment.id), None)
    if payment == known:
        return Change(order)
    if payment.credited and payment.money_release_date is None:
        payment = replace(payment, money_release_date=order.expiration_date)
    newly_credited = payment.credited and not (known is not None and known.credited)
    if newly_credited and not _is_owed(order, payment):
        payment = give_back(payment, now)
    paying = replace(_with(order, payment), last_updated=now)
    if order.status in DEAD:
        return told(order, paying, None)
    if order.status is OrderStatus.PAID:
        return _apply_to_paid(order, paying, item, now)
    return _apply_to_unpaid(order, paying, item, now)


def _is_owed(order: Order, payment: Payment) -> bool:
    # 26.15: each payment in process has reserved its part, this one perhaps too. What was called off has
    # none any more, and comes too late when another payment was promised that part meanwhile.
    others = total_of(
        (one.transaction_amount for one in order.payments if one.waiting and one.id != payment.id),
        order.total.currency,
    )
    return order.status in UNPAID and paid_amount(order) + others + payment.transaction_amount <= order.total


def _with(order: Order, payment: Payment) -> Order:
    if any(one.id == payment.id for one in order.payments):
        return with_payments(order, lambda one: payment if one.id == payment.id else one)
    return replace(order, payments=(*order.payments, payment))


def _apply_to_paid(before: Order, order: Order, item: Item, now: datetime) -> Change:
    if covered(order):
        return told(before, settle(order, now), None)
    # T17: goods that have been delivered do not come back to the shelf by themselves.
    ended, returned = end(
        order, item, OrderStatus.CANCELLED, Cause.PAYMENT_REFUNDED, now, restock=not order.delivered
    )
    return told(before, ended, returned)


def _apply_to_unpaid(before: Order, order: Order, item: Item, now: datetime) -> Change:
    to = status_by_payments(order)
    if to is not OrderStatus.PAID:
        return told(before, move(order, to), None)
    if order.stock_taken:
        return told(before, settle(move(order, to), now), None)
    quantity, variation_id = order.line.quantity, order.line.variation_id
    if not has_stock(item, quantity, variation_id):
        ended, _ = end(order, item, OrderStatus.CANCELLED, Cause.OUT_OF_STOCK, now, restock=False)
        return told(before, ended, None)
    sold = take_stock(item, quantity, variation_id, now)
    closed = replace(move(order, to), date_closed=now, stock_taken=True)
    return told(before, closed, sold)
