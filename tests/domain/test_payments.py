"""What the provider may say of a payment, and what it means for the money (8.5, 8.8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import NOW, a_payment, a_waiting_payment, ars
from zoco.domain.payments import DETAILS, LEGAL_MOVES, PaymentStatus, give_back, provider_word, release

LATER = NOW + timedelta(hours=5)

PENDING = PaymentStatus.PENDING
AUTHORIZED = PaymentStatus.AUTHORIZED
IN_PROCESS = PaymentStatus.IN_PROCESS
APPROVED = PaymentStatus.APPROVED
MEDIATION = PaymentStatus.IN_MEDIATION
REJECTED = PaymentStatus.REJECTED
CANCELLED = PaymentStatus.CANCELLED
REFUNDED = PaymentStatus.REFUNDED
CHARGED_BACK = PaymentStatus.CHARGED_BACK


@pytest.mark.parametrize(
    ("status", "followed_by"),
    [
        (PENDING, {PENDING, AUTHORIZED, IN_PROCESS, APPROVED, REJECTED, CANCELLED}),
        (AUTHORIZED, {PENDING, AUTHORIZED, IN_PROCESS, APPROVED, REJECTED, CANCELLED}),
        (IN_PROCESS, {PENDING, AUTHORIZED, IN_PROCESS, APPROVED, REJECTED, CANCELLED}),
        (APPROVED, {APPROVED, MEDIATION, REFUNDED, CHARGED_BACK}),
        (MEDIATION, {APPROVED, REFUNDED, CHARGED_BACK}),
        (REJECTED, set()),
        (CANCELLED, {APPROVED}),
        (REFUNDED, set()),
        (CHARGED_BACK, {CHARGED_BACK}),
    ],
)
def test_the_table_of_legal_moves(status: PaymentStatus, followed_by: set[PaymentStatus]) -> None:
    assert LEGAL_MOVES[status] == followed_by


@pytest.mark.parametrize(
    ("status", "credited", "waiting"),
    [
        (PENDING, False, True),
        (AUTHORIZED, False, True),
        (IN_PROCESS, False, True),
        (APPROVED, True, False),
        (MEDIATION, True, False),
        (REJECTED, False, False),
        (CANCELLED, False, False),
        (REFUNDED, False, False),
        (CHARGED_BACK, False, False),
    ],
)
def test_what_a_status_counts_as(*, status: PaymentStatus, credited: bool, waiting: bool) -> None:
    payment = a_payment(status=status)
    assert (payment.credited, payment.waiting) == (credited, waiting)


def test_a_credit_has_its_date() -> None:
    approved = provider_word(a_waiting_payment(), APPROVED, None, LATER)
    assert (approved.status, approved.status_detail) == (APPROVED, "accredited")
    assert (approved.date_approved, approved.date_last_modified) == (LATER, LATER)


def test_a_rejection_says_why() -> None:
    rejected = provider_word(a_waiting_payment(), REJECTED, "cc_rejected_high_risk", LATER)
    assert (rejected.status, rejected.status_detail) == (REJECTED, "cc_rejected_high_risk")
    assert rejected.date_approved is None


@pytest.mark.parametrize(("status", "detail"), [(REFUNDED, "by_admin"), (CHARGED_BACK, "settled")])
def test_a_reversal_gives_all_of_it_back_even_from_the_seller(status: PaymentStatus, detail: str) -> None:
    released = release(a_payment(), NOW)
    reversed_ = provider_word(released, status, detail, LATER)
    assert (reversed_.status, reversed_.status_detail) == (status, detail)
    assert (reversed_.refunded_amount, reversed_.net_amount) == (ars(1_000), ars(0))
    assert (reversed_.date_refunded, reversed_.date_released, reversed_.money_release_date) == (
        LATER,
        None,
        None,
    )


def test_a_refund_in_part_can_grow_until_it_is_whole() -> None:
    once = provider_word(a_payment(), APPROVED, "partially_refunded", LATER, refunded=ars(300))
    assert (once.status, once.status_detail, once.net_amount) == (APPROVED, "partially_refunded", ars(700))
    twice = provider_word(once, APPROVED, "partially_refunded", LATER, refunded=ars(1_000))
    assert (twice.status, twice.refunded_amount) == (REFUNDED, ars(1_000))


def test_money_given_back_in_part_stays_so_through_a_mediation() -> None:
    part = provider_word(a_payment(), APPROVED, "partially_refunded", NOW, refunded=ars(300))
    disputed = provider_word(part, MEDIATION, None, NOW)
    settled = provider_word(disputed, APPROVED, None, LATER)
    assert (settled.status_detail, settled.refunded_amount) == ("partially_refunded", ars(300))
    assert settled.date_approved == NOW


def test_a_word_said_twice_changes_nothing() -> None:
    payment = a_payment()
    assert provider_word(payment, APPROVED, None, LATER) is payment
    gone = give_back(payment, NOW)
    assert provider_word(gone, REFUNDED, "refunded", LATER) is gone


def test_every_status_has_something_to_say_of_itself() -> None:
    assert set(DETAILS) == set(PaymentStatus) == set(LEGAL_MOVES)
