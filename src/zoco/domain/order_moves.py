"""The table of an order's legal moves, and what several of them have in common (contract 18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from zoco.domain import payments
from zoco.domain.events import Event, ItemNews, OrderNews, PaymentNews, Stage
from zoco.domain.items import Item, ItemStatus, return_stock
from zoco.domain.orders import (
    Cause,
    Change,
    Order,
    OrderStatus,
    deal_is_over,
    paid_amount,
)
from zoco.domain.payments import Payment, PaymentStatus

_REQUIRED = OrderStatus.PAYMENT_REQUIRED
_CONFIRMED = OrderStatus.CONFIRMED
_IN_PROCESS = OrderStatus.PAYMENT_IN_PROCESS
_PARTIAL = OrderStatus.PARTIALLY_PAID
_PAID = OrderStatus.PAID
_CANCELLED = OrderStatus.CANCELLED
_INVALID = OrderStatus.INVALID

_ENDS = frozenset({_CANCELLED, _INVALID})

# In the mandatory flow an order waits as payment_required, outside it as confirmed; neither flow ever
# sees the other's waiting room, and nothing leads out of paid but an end. The way back from
# partially_paid is not in the contract's list: it is what 8.5 leaves when a credited part is reversed.
MANDATORY_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    _REQUIRED: _ENDS | {_IN_PROCESS, _PARTIAL, _PAID},
    _IN_PROCESS: _ENDS | {_REQUIRED, _PARTIAL, _PAID},
    _PARTIAL: _ENDS | {_REQUIRED, _IN_PROCESS, _PAID},
    _PAID: _ENDS,
    _CANCELLED: frozenset(),
    _INVALID: frozenset(),
}
OTHER_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    _CONFIRMED: _ENDS | {_IN_PROCESS, _PARTIAL, _PAID},
    _IN_PROCESS: _ENDS | {_CONFIRMED, _PARTIAL, _PAID},
    _PARTIAL: _ENDS | {_CONFIRMED, _IN_PROCESS, _PAID},
    _PAID: _ENDS,
    _CANCELLED: frozenset(),
    _INVALID: frozenset(),
}

# Whose doing it was that a payment in process came to nothing; the collector's, unless it says so.
_CALLED_OFF = {Cause.PAYMENT_EXPIRED: "expired", Cause.BUYER_CANCELLED: "by_payer"}


def move(order: Order, to: OrderStatus) -> Order:
    """The order in its next status. An illegal move is a mistake of ours, not a refusal."""
    if to is order.status:
        return order
    legal = MANDATORY_MOVES if order.mandatory_flow else OTHER_MOVES
    if to not in legal[order.status]:
        raise ValueError(f"order {order.id} cannot go from {order.status} to {to}")
    return replace(order, status=to)


def status_by_payments(order: Order) -> OrderStatus:
    """What the payments of a live, unpaid order make of it (8.5)."""
    if order.total <= paid_amount(order):
        return _PAID
    if paid_amount(order):
        return _PARTIAL
    if any(one.waiting for one in order.payments):
        return _IN_PROCESS
    return _REQUIRED if order.mandatory_flow else _CONFIRMED


def end(
    order: Order, item: Item | None, to: OrderStatus, cause: Cause | None, now: datetime, *, restock: bool
) -> tuple[Order, Item | None]:
    """Cancelled or invalid: held money goes back, awaited money is called off, stock returns once."""
    ended = replace(move(order, to), cause=cause, last_updated=now)
    ended = with_payments(ended, lambda one: _given_up(one, cause, now))
    if item is None or not restock or item.status is ItemStatus.CLOSED:
        return ended, None
    if not order.stock_taken or order.stock_returned:
        return ended, None
    returned = return_stock(item, order.line.quantity, order.line.variation_id, now)
    if returned is item:
        return ended, None
    return replace(ended, stock_returned=True), returned


def _given_up(payment: Payment, cause: Cause | None, now: datetime) -> Payment:
    if payment.waiting:
        detail = "by_collector" if cause is None else _CALLED_OFF.get(cause, "by_collector")
        return payments.call_off(payment, detail, now)
    # What the seller has already received is between him and the provider.
    if payment.credited and payment.date_released is None:
        return payments.give_back(payment, now)
    return payment


def settle(order: Order, now: datetime) -> Order:
    """The seller gets his money once both agree or the deadline has passed, unless they contradict (A-11).

    Or when the operator says so (T26).
    """
    if order.status is not _PAID or not deal_is_over(order):
        return order
    return with_payments(order, lambda one: payments.release(one, now) if _releasable(one) else one)


def _releasable(payment: Payment) -> bool:
    # Disputed money (in_mediation) stays with the platform until the provider has decided.
    return payment.status is PaymentStatus.APPROVED and payment.date_released is None


def with_payments(order: Order, rule: Callable[[Payment], Payment]) -> Order:
    return replace(order, payments=tuple(rule(one) for one in order.payments))


def told(before: Order | None, order: Order, item: Item | None) -> Change:
    """The change with its news (17.7): who hears of it follows from what is different (A-37).

    While the order is hidden only its buyer hears of its payments. When it becomes visible the seller
    hears once of each credited payment, and nothing is replayed (26.6).
    """
    stage = _stage(before, order)
    events: list[Event] = [
        OrderNews(order_id=order.id, seller_id=order.seller_id, buyer_id=order.buyer_id, stage=stage)
    ]
    known = {one.id: one for one in before.payments} if before is not None else {}
    for payment in order.payments:
        to_buyer, to_seller = _heard_by(known.get(payment.id), payment, stage)
        if to_buyer or to_seller:
            events.append(
                PaymentNews(
                    payment_id=payment.id,
                    buyer_id=order.buyer_id if to_buyer else None,
                    seller_id=order.seller_id if to_seller else None,
                )
            )
    if item is not None:
        events.append(ItemNews(item_id=item.id, seller_id=item.seller_id))
    return Change(order, item, tuple(events))


def _stage(before: Order | None, order: Order) -> Stage:
    if order.hidden:
        return Stage.HIDDEN
    if before is not None and before.hidden:
        return Stage.BECAME_VISIBLE
    return Stage.VISIBLE


def _heard_by(known: Payment | None, payment: Payment, stage: Stage) -> tuple[bool, bool]:
    """Whether the buyer and the seller hear of a payment."""
    # What the seller is charged of it is no news of a payment.
    changed = known is None or payment != replace(known, charged=payment.charged)
    if stage is Stage.HIDDEN:
        return changed, False
    if stage is Stage.BECAME_VISIBLE:
        return changed, payment.credited
    # Only the seller's account moves when money is released.
    released_only = (
        changed
        and known is not None
        and payment == replace(payments.release(known, payment.date_last_modified), charged=payment.charged)
    )
    return changed and not released_only, changed
