"""Stock, the rules: what an order takes and gives back, and what each listing should show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zoco.resources.order import Order
from zoco.resources.scalars import parse_moment

_SOLD = frozenset({"confirmed", "paid"})
_CALLED_OFF = frozenset({"cancelled", "invalid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """One line of an order. `variation_id` is 0 for an item without variations."""

    line: int
    item_id: str
    variation_id: int
    quantity: int


def target(on_hand: int, *, units_per_sale: int, buffer: int) -> int:
    """How many sales a listing should offer.

    target(13, units_per_sale=6, buffer=1)    # two packs of six, one kept back: 1
    """
    return max(0, on_hand // units_per_sale - buffer)


def sold_lines(order: Order) -> Sequence[SoldLine]:
    return [
        SoldLine(
            line=number,
            item_id=line.item.id,
            variation_id=line.item.variation_id or 0,
            quantity=line.quantity,
        )
        for number, line in enumerate(order.order_items)
    ]


def sold_at(order: Order) -> datetime | None:
    """When the order took stock; None for one that has not (yet).

    `date_closed` is that moment and stays afterwards, also through a cancellation. An order of the
    mandatory flow has none until a credited payment wins the unit.
    """
    if order.date_closed is not None:
        return parse_moment(order.date_closed)
    return parse_moment(order.date_created) if order.status in _SOLD else None


def called_off(order: Order) -> bool:
    return order.status in _CALLED_OFF


def called_off_at(order: Order) -> datetime | None:
    """When the order was cancelled, as far as its answer says so; its last change may be later."""
    if not called_off(order):
        return None
    if order.cancel_detail is not None and order.cancel_detail.date is not None:
        return parse_moment(order.cancel_detail.date)
    report = order.feedback.sale
    return parse_moment(report.date_created) if report is not None and not report.fulfilled else None


def gives_back(order: Order, *, restocked: bool) -> bool:
    """Whether a called-off order's units are on the shelf again: always, but for a returned reservation,
    which gives back what the marketplace restocked."""
    return called_off(order) and (restocked or "reservation" not in order.tags)
