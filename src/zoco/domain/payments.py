"""Payments of an order: what each is worth, and what a card or the provider says of it (contract 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from zoco.domain.money import Money
from zoco.domain.refusals import Reason, Refused


class PaymentStatus(StrEnum):
    PENDING = "pending"
    AUTHORIZED = "authorized"
    IN_PROCESS = "in_process"
    APPROVED = "approved"
    IN_MEDIATION = "in_mediation"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"


# What each status may say of itself (8.5); the first is meant when nothing is said.
DETAILS: dict[PaymentStatus, tuple[str, ...]] = {
    PaymentStatus.PENDING: ("pending_waiting_payment", "pending_waiting_transfer", "pending_challenge"),
    PaymentStatus.AUTHORIZED: ("pending_capture",),
    PaymentStatus.IN_PROCESS: (
        "pending_contingency",
        "pending_review_manual",
        "offline_process",
        "deferred_retry",
    ),
    PaymentStatus.APPROVED: ("accredited", "partially_refunded"),
    PaymentStatus.IN_MEDIATION: ("",),
    PaymentStatus.REJECTED: (
        "cc_rejected_other_reason",
        "cc_rejected_insufficient_amount",
        "cc_rejected_call_for_authorize",
        "cc_rejected_bad_filled_card_number",
        "cc_rejected_bad_filled_date",
        "cc_rejected_bad_filled_security_code",
        "cc_rejected_bad_filled_other",
        "cc_rejected_blacklist",
        "cc_rejected_card_disabled",
        "cc_rejected_card_error",
        "cc_rejected_card_type_not_allowed",
        "cc_rejected_duplicated_payment",
        "cc_rejected_high_risk",
        "cc_rejected_invalid_installments",
        "cc_rejected_max_attempts",
        "rejected_by_bank",
        "rejected_by_regulations",
    ),
    PaymentStatus.CANCELLED: ("expired", "by_collector", "by_payer"),
    PaymentStatus.REFUNDED: ("refunded", "by_admin"),
    PaymentStatus.CHARGED_BACK: ("settled", "reimbursed", "in_process"),
}

_WAITING = frozenset({PaymentStatus.PENDING, PaymentStatus.AUTHORIZED, PaymentStatus.IN_PROCESS})
_CREDITED = frozenset({PaymentStatus.APPROVED, PaymentStatus.IN_MEDIATION})
_REVERSED = frozenset({PaymentStatus.REFUNDED, PaymentStatus.CHARGED_BACK})
_DECIDED = frozenset({PaymentStatus.APPROVED, PaymentStatus.REJECTED, PaymentStatus.CANCELLED})

# What the provider may say next. A status may also repeat itself with another detail.
LEGAL_MOVES: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: _WAITING | _DECIDED,
    PaymentStatus.AUTHORIZED: _WAITING | _DECIDED,
    PaymentStatus.IN_PROCESS: _WAITING | _DECIDED,
    PaymentStatus.APPROVED: _REVERSED | {PaymentStatus.APPROVED, PaymentStatus.IN_MEDIATION},
    PaymentStatus.IN_MEDIATION: _REVERSED | {PaymentStatus.APPROVED},
    PaymentStatus.REJECTED: frozenset(),
    # A ticket may be paid after it was called off; the order then decides what becomes of it (T21).
    PaymentStatus.CANCELLED: frozenset({PaymentStatus.APPROVED}),
    PaymentStatus.REFUNDED: frozenset(),
    PaymentStatus.CHARGED_BACK: frozenset({PaymentStatus.CHARGED_BACK}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    id: int
    order_id: int
    payer_id: int
    collector_id: int
    site_id: str
    reason: str
    payment_method_id: str
    payment_type: str
    installments: int
    issuer_id: str | None
    status: PaymentStatus
    status_detail: str
    transaction_amount: Money
    total_paid_amount: Money
    refunded_amount: Money
    date_created: datetime
    date_last_modified: datetime
    date_approved: datetime | None = None
    date_refunded: datetime | None = None
    money_release_date: datetime | None = None
    date_released: datetime | None = None
    activation_uri: str | None = None
    # Its part of what the seller is charged for the order; None until then.
    charged: Money | None = None

    @property
    def credited(self) -> bool:
        """The money is here: with the platform, or already with the seller."""
        return self.status in _CREDITED

    @property
    def waiting(self) -> bool:
        """In process: not decided yet, its part of the order is reserved (26.15)."""
        return self.status in _WAITING

    @property
    def marketplace_fee(self) -> Money:
        """What the seller is charged of it; nothing of what he does not get."""
        nothing = Money(0, self.transaction_amount.currency)
        return self.charged if self.charged is not None and self.credited else nothing

    @property
    def net_amount(self) -> Money:
        """What has not been given back of it."""
        return self.transaction_amount - self.refunded_amount


def total_of(amounts: Iterable[Money], currency: str) -> Money:
    return sum(amounts, Money(0, currency))


def provider_word(
    payment: Payment,
    status: PaymentStatus,
    status_detail: str | None,
    now: datetime,
    *,
    refunded: Money | None = None,
) -> Payment:
    """The payment as the provider has it from now on.

    `refunded` is what has been given back in all, for `approved` with `partially_refunded` (T25).
    A word said twice changes nothing.
    """
    detail = DETAILS[status][0] if status_detail is None else status_detail
    if detail not in DETAILS[status]:
        raise Refused(Reason.INVALID_FIELD, field="status_detail", detail=detail)
    if (status, detail) == (payment.status, payment.status_detail) and refunded is None:
        return payment
    if status not in LEGAL_MOVES[payment.status]:
        raise Refused(Reason.ILLEGAL_PAYMENT_CHANGE, detail=f"{payment.status} is not followed by {status}")
    if status in _REVERSED:
        return give_back(payment, now, status=status, detail=detail)
    if detail == "partially_refunded":
        return _refund_in_part(payment, refunded, now)
    approved_at = now if status is PaymentStatus.APPROVED else None
    return replace(
        payment,
        status=status,
        # Money once given back in part stays so when a mediation is over.
        status_detail="partially_refunded" if payment.credited and payment.refunded_amount else detail,
        date_approved=payment.date_approved or approved_at,
        date_last_modified=now,
    )


def give_back(
    payment: Payment,
    now: datetime,
    *,
    status: PaymentStatus = PaymentStatus.REFUNDED,
    detail: str = "refunded",
) -> Payment:
    """All of it goes back to the payer, even from the seller who had it already."""
    return replace(
        payment,
        status=status,
        status_detail=detail,
        refunded_amount=payment.transaction_amount,
        date_refunded=payment.date_refunded or now,
        date_last_modified=now,
        money_release_date=None,
        date_released=None,
    )


def _refund_in_part(payment: Payment, refunded: Money | None, now: datetime) -> Payment:
    if not payment.credited:
        raise Refused(Reason.ILLEGAL_PAYMENT_CHANGE, detail=f"{payment.status} cannot be refunded in part")
    if refunded is None or not payment.refunded_amount < refunded <= payment.transaction_amount:
        raise Refused(Reason.INVALID_TRANSACTION_AMOUNT, field="transaction_amount_refunded")
    if refunded == payment.transaction_amount:
        return give_back(payment, now)
    return replace(
        payment,
        status_detail="partially_refunded",
        refunded_amount=refunded,
        date_refunded=now,
        date_last_modified=now,
    )


def call_off(payment: Payment, detail: str, now: datetime) -> Payment:
    """Nobody waits for it any longer."""
    return replace(payment, status=PaymentStatus.CANCELLED, status_detail=detail, date_last_modified=now)


def release(payment: Payment, now: datetime) -> Payment:
    """The money goes to the seller."""
    return replace(payment, date_released=now, money_release_date=now, date_last_modified=now)
