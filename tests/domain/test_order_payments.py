from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    a_hidden_order,
    a_paid_order,
    a_payment,
    a_reservation,
    a_vehicle,
    a_waiting_payment,
    an_item,
    an_order,
    ars,
    brl,
)
from zoco.domain.money import Money
from zoco.domain.order_payments import apply_payment, check_payment, new_payment
from zoco.domain.orders import Order, OrderStatus
from zoco.domain.payments import Payment, PaymentStatus, provider_word

LATER = NOW + timedelta(hours=5)


def _pay(order: Order, **changes: Any) -> Payment:
    act: dict[str, Any] = {
        "payment_id": 20000001001,
        "order": order,
        "method_id": "visa",
        "amount": order.total,
        "installments": 1,
        "cardholder_name": None,
        "issuer_id": None,
        "now": LATER,
    }
    return new_payment(**(act | changes))


@pytest.mark.parametrize(
    ("amount", "to_pay"),
    [(None, ars(600)), (ars(600), ars(600)), (ars(1), ars(1))],
)
def test_what_is_paid_is_what_is_asked_or_all_that_is_owed(amount: Money | None, to_pay: Money) -> None:
    order = an_order(payments=(a_waiting_payment(transaction_amount=ars(400)),))
    assert check_payment(order, amount=amount) == to_pay


@pytest.mark.parametrize(
    ("name", "status", "detail"),
    [
        ("APRO", "approved", "accredited"),
        (" apro ", "approved", "accredited"),
        (None, "approved", "accredited"),
        ("Rosa Campos", "approved", "accredited"),
        ("CONT", "in_process", "pending_contingency"),
        ("OTHE", "rejected", "cc_rejected_other_reason"),
        ("CALL", "rejected", "cc_rejected_call_for_authorize"),
        ("FUND", "rejected", "cc_rejected_insufficient_amount"),
        ("SECU", "rejected", "cc_rejected_bad_filled_security_code"),
        ("EXPI", "rejected", "cc_rejected_bad_filled_date"),
        ("FORM", "rejected", "cc_rejected_bad_filled_other"),
        ("CARD", "rejected", "cc_rejected_bad_filled_card_number"),
        ("INST", "rejected", "cc_rejected_invalid_installments"),
        ("DUPL", "rejected", "cc_rejected_duplicated_payment"),
        ("LOCK", "rejected", "cc_rejected_card_disabled"),
        ("BLAC", "rejected", "cc_rejected_blacklist"),
        ("CTNA", "rejected", "cc_rejected_card_type_not_allowed"),
    ],
)
def test_the_card_holders_name_chooses_the_outcome(name: str | None, status: str, detail: str) -> None:
    payment = _pay(an_order(), cardholder_name=name)
    assert (payment.status, payment.status_detail) == (status, detail)
    assert payment.date_approved == (LATER if status == "approved" else None)


def test_a_card_in_three_instalments_pays_its_financing_on_top() -> None:
    payment = _pay(a_reservation(), amount=brl(295), installments=3, issuer_id="24")
    assert (payment.transaction_amount, payment.total_paid_amount) == (brl(295), brl(315, 62))
    assert (payment.installments, payment.issuer_id) == (3, "24")


def test_a_payment_knows_its_parties_and_what_it_is_for() -> None:
    payment = _pay(a_reservation(), amount=brl(499))
    assert (payment.payer_id, payment.collector_id) == (BUYER_ID, SELLER_ID)
    assert (payment.reason, payment.site_id, payment.payment_type) == (
        "Nissan March 1.6",
        "MLB",
        "credit_card",
    )


@pytest.mark.parametrize("name", ["APRO", "FUND", None])
def test_a_ticket_waits_to_be_paid_whatever_the_name(name: str | None) -> None:
    payment = _pay(an_order(), method_id="pagofacil", cardholder_name=name)
    assert (payment.status, payment.status_detail) == (PaymentStatus.PENDING, "pending_waiting_payment")
    assert payment.activation_uri == "/payments/20000001001"


def test_money_in_account_is_there_at_once() -> None:
    payment = _pay(an_order(), method_id="account_money", cardholder_name="FUND")
    assert (payment.status, payment.activation_uri) == (PaymentStatus.APPROVED, None)


def test_credited_money_is_due_to_the_seller_when_the_order_expires() -> None:
    change = apply_payment(a_hidden_order(), an_item(), _pay(a_hidden_order()), LATER)
    assert change.order.payments[0].money_release_date == NOW + timedelta(days=21)
    waiting = apply_payment(a_hidden_order(), an_item(), _pay(a_hidden_order(), method_id="pagofacil"), LATER)
    assert waiting.order.payments[0].money_release_date is None


def test_a_ticket_paid_after_its_part_was_promised_to_another_payment_goes_back() -> None:
    ticket = a_waiting_payment(id=7, status=PaymentStatus.CANCELLED, transaction_amount=ars(600))
    promised = a_waiting_payment(id=8, transaction_amount=ars(600))
    order = a_hidden_order(status=OrderStatus.PAYMENT_IN_PROCESS, payments=(ticket, promised))
    late = provider_word(ticket, PaymentStatus.APPROVED, None, LATER)
    change = apply_payment(order, an_item(), late, LATER)
    assert change.order.status is OrderStatus.PAYMENT_IN_PROCESS
    assert [one.status for one in change.order.payments] == [PaymentStatus.REFUNDED, PaymentStatus.IN_PROCESS]


def test_a_ticket_paid_after_the_order_was_paid_goes_back() -> None:
    ticket = a_waiting_payment(id=7, status=PaymentStatus.CANCELLED, status_detail="by_collector")
    order = a_paid_order(payments=(ticket, a_payment(id=8)))
    late = provider_word(ticket, PaymentStatus.APPROVED, None, LATER)
    paid = apply_payment(order, an_item(), late, LATER).order
    assert paid.status is OrderStatus.PAID
    assert [one.status for one in paid.payments] == [PaymentStatus.REFUNDED, PaymentStatus.APPROVED]


def test_a_credit_that_would_overpay_goes_back_whole_and_the_order_stays_as_it_was() -> None:
    ticket = a_waiting_payment(id=7, status=PaymentStatus.CANCELLED, transaction_amount=ars(700))
    order = a_hidden_order(
        status=OrderStatus.PARTIALLY_PAID, payments=(ticket, a_payment(id=8, transaction_amount=ars(400)))
    )
    late = provider_word(ticket, PaymentStatus.APPROVED, None, LATER)
    change = apply_payment(order, an_item(), late, LATER)
    assert change.order.status is OrderStatus.PARTIALLY_PAID
    assert change.order.payments[0].status is PaymentStatus.REFUNDED
    assert change.item is None


def test_a_reversed_part_of_an_unpaid_order_is_owed_again() -> None:
    half = a_payment(id=7, transaction_amount=ars(400))
    order = a_hidden_order(status=OrderStatus.PARTIALLY_PAID, payments=(half,))
    reversed_ = provider_word(half, PaymentStatus.CHARGED_BACK, None, LATER)
    back = apply_payment(order, an_item(), reversed_, LATER).order
    assert back.status is OrderStatus.PAYMENT_REQUIRED
    assert check_payment(back, amount=None) == ars(1_000)


def test_a_mediation_does_not_unpay_an_order() -> None:
    disputed = provider_word(a_payment(), PaymentStatus.IN_MEDIATION, None, LATER)
    assert apply_payment(a_paid_order(), an_item(), disputed, LATER).order.status is OrderStatus.PAID


def test_a_mediation_won_after_the_deadline_releases_the_money() -> None:
    disputed = a_payment(status=PaymentStatus.IN_MEDIATION, status_detail="")
    order = a_paid_order(payments=(disputed,), expired=True)
    won = provider_word(disputed, PaymentStatus.APPROVED, None, LATER)
    assert apply_payment(order, an_item(), won, LATER).order.payments[0].date_released == LATER


def test_a_reservation_sells_the_one_vehicle() -> None:
    order = a_reservation(
        status=OrderStatus.PAYMENT_REQUIRED, payments=(), date_closed=None, stock_taken=False
    )
    change = apply_payment(order, a_vehicle(), _pay(order), LATER)
    assert (change.order.status, change.order.date_closed, change.order.stock_taken) == (
        OrderStatus.PAID,
        LATER,
        True,
    )
    assert change.item is not None
    assert (change.item.status, change.item.sub_status) == ("paused", ("out_of_stock",))


def test_the_same_word_twice_leaves_the_order_alone() -> None:
    order = a_paid_order()
    change = apply_payment(order, an_item(), replace(a_payment()), LATER)
    assert (change.order, change.item, change.events) == (order, None, ())
