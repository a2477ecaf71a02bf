"""What is new in an order's answer, as entries of its timeline. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from zoco.desk.records.log import json_object
from zoco.desk.records.orders import TimelineEntry
from zoco.resources.order import FeedbackSummary, Order
from zoco.resources.payment import OrderPayment
from zoco.resources.scalars import parse_moment


def last_updated(order: Order) -> datetime:
    """The search prints it under another name than the single answer (contract 3.2)."""
    return parse_moment(order.last_updated or order.date_last_updated or order.date_created)


def news(before: Order | None, after: Order, *, source: str, now: datetime) -> list[TimelineEntry]:
    """What happened between two answers; everything, when there was none before.

    Moments are the marketplace's own where the answer has one, else that of its last change.
    """
    return [
        TimelineEntry(at=at, seen_at=now, kind=kind, actor=actor, data=data, source=source)
        for at, kind, actor, data in _events(before, after)
    ]


_Event = tuple[datetime, str, str, str]


def _events(before: Order | None, after: Order) -> Iterator[_Event]:
    if before is None:
        yield (
            parse_moment(after.date_created),
            "created",
            "buyer",
            json_object(total=after.total_amount, currency=after.currency_id),
        )
    yield from _payments(before, after)
    yield from _status(before, after)
    yield from _feedback(before, after)


def _status(before: Order | None, after: Order) -> Iterator[_Event]:
    if before is not None and before.status == after.status:
        return
    closing = before is None and after.date_closed is not None and after.status in ("paid", "confirmed")
    at = parse_moment(after.date_closed) if closing and after.date_closed else last_updated(after)
    detail = None if after.status_detail is None else after.status_detail.code
    yield (
        at,
        "status_changed",
        "marketplace",
        json_object(before=None if before is None else before.status, after=after.status, code=detail),
    )


def _payments(before: Order | None, after: Order) -> Iterator[_Event]:
    known = {} if before is None else {payment.id: payment for payment in before.payments}
    for payment in after.payments:
        old = known.get(payment.id)
        if old is None:
            yield (
                _payment_moment(payment.date_created, after),
                "payment_added",
                "buyer",
                _payment_data(payment),
            )
        elif old.status != payment.status:
            at = _payment_moment(payment.date_last_modified, after)
            yield at, "payment_changed", "marketplace", _payment_data(payment, before=old.status)


def _payment_moment(text: str | None, order: Order) -> datetime:
    return last_updated(order) if text is None else parse_moment(text)


def _payment_data(payment: OrderPayment, before: str | None = None) -> str:
    return json_object(
        payment_id=payment.id,
        amount=payment.transaction_amount,
        currency=payment.currency_id,
        method=payment.payment_method_id,
        installments=payment.installments,
        before=before,
        status=payment.status,
    )


def _feedback(before: Order | None, after: Order) -> Iterator[_Event]:
    yield from _report(
        "sale", "seller", None if before is None else before.feedback.sale, after.feedback.sale
    )
    yield from _report(
        "purchase", "buyer", None if before is None else before.feedback.purchase, after.feedback.purchase
    )


def _report(
    side: str, actor: str, before: FeedbackSummary | None, after: FeedbackSummary | None
) -> Iterator[_Event]:
    if after is None or (before is not None and before == after):
        return
    rating = after.rating if isinstance(after.rating, str) else None
    kind = "feedback_given" if before is None else "feedback_changed"
    yield (
        parse_moment(after.date_created),
        kind,
        actor,
        json_object(side=side, fulfilled=after.fulfilled, rating=rating),
    )
