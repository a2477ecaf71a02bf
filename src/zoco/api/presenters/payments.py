"""Payments: inside an order, as the payer reads them, as the collector reads them (contract 8)."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from zoco.domain.money import Money
from zoco.domain.payments import Payment
from zoco.domain.users import User
from zoco.marketplace.views import CollectionView, PaymentResults
from zoco.resources import page
from zoco.resources import payment as shapes
from zoco.resources.scalars import order_moment, order_moment_or_none, plain_number


def in_order(payment: Payment) -> shapes.OrderPayment:
    """Contract 8.2."""
    return shapes.OrderPayment(
        id=payment.id,
        order_id=payment.order_id,
        payer_id=payment.payer_id,
        collector=shapes.Collector(id=payment.collector_id),
        site_id=payment.site_id,
        reason=payment.reason,
        payment_method_id=payment.payment_method_id,
        payment_type=payment.payment_type,
        currency_id=payment.transaction_amount.currency,
        installments=payment.installments,
        issuer_id=payment.issuer_id,
        activation_uri=payment.activation_uri,
        status=payment.status.value,
        status_detail=payment.status_detail,
        transaction_amount=_number(payment.transaction_amount),
        transaction_amount_refunded=_number(payment.refunded_amount),
        total_paid_amount=_number(payment.total_paid_amount),
        marketplace_fee=None if payment.charged is None else _number(payment.marketplace_fee),
        installment_amount=_installment(payment),
        date_approved=order_moment_or_none(payment.date_approved),
        date_created=order_moment(payment.date_created),
        date_last_modified=order_moment(payment.date_last_modified),
    )


def for_payer(payment: Payment) -> shapes.Payment:
    """Contract 8.2 and 8.3 together."""
    return shapes.Payment(
        **msgspec.structs.asdict(in_order(payment)),
        collector_id=payment.collector_id,
        date_last_updated=order_moment(payment.date_last_modified),
        money_release_date=order_moment_or_none(payment.money_release_date),
    )


def payment_page(results: PaymentResults, *, offset: int, limit: int) -> page.PaymentPage:
    return page.PaymentPage(
        paging=page.Paging(total=results.total, offset=offset, limit=limit),
        results=[for_payer(payment) for payment in results.payments],
    )


def for_collector(seen: CollectionView) -> shapes.Collection:
    """Contract 8.4. What the collector receives is the amount without the payer's financing, less what
    he is charged.
    """
    payment = seen.payment
    refunded = payment.refunded_amount
    return shapes.Collection(
        id=payment.id,
        site_id=payment.site_id,
        date_created=order_moment(payment.date_created),
        date_approved=order_moment_or_none(payment.date_approved),
        money_release_date=order_moment_or_none(payment.money_release_date),
        last_modified=order_moment(payment.date_last_modified),
        payer=_person(seen.payer),
        collector=_person(seen.collector),
        order_id=payment.order_id,
        external_reference=str(payment.order_id),
        reason=payment.reason,
        currency_id=payment.transaction_amount.currency,
        transaction_amount=_number(payment.transaction_amount),
        net_received_amount=_number(payment.net_amount - payment.marketplace_fee),
        total_paid_amount=_number(payment.total_paid_amount),
        marketplace_fee=_number(payment.marketplace_fee),
        finance_fee=_number(payment.total_paid_amount - payment.transaction_amount),
        status=payment.status.value,
        status_detail=payment.status_detail,
        installments=payment.installments,
        issuer_id=payment.issuer_id,
        payment_type=payment.payment_type,
        payment_method_id=payment.payment_method_id,
        released="no" if payment.date_released is None else "yes",
        amount_refunded=_number(refunded),
        refunds=_refunds(payment),
    )


def _refunds(payment: Payment) -> list[shapes.Refund]:
    if not payment.refunded_amount:
        return []
    date = order_moment_or_none(payment.date_refunded)
    return [shapes.Refund(amount=_number(payment.refunded_amount), date_created=date)]


def _person(user: User) -> shapes.CollectionParty:
    return shapes.CollectionParty(
        id=user.id,
        nickname=user.nickname,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
    )


def _installment(payment: Payment) -> Decimal:
    """The payer's monthly part: 315.62 in three is 105.21."""
    total = payment.total_paid_amount
    return plain_number(Money.rounded(total.amount / payment.installments, total.currency).amount)


def _number(money: Money) -> Decimal:
    return plain_number(money.amount)
