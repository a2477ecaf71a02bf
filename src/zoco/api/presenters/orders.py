"""Orders and pages of orders, through the eyes of buyer or seller (contract 3, 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from zoco.api.presenters.payments import in_order
from zoco.api.presenters.people import parties
from zoco.api.presenters.shipping import shipping
from zoco.domain import orders as order_rules
from zoco.domain.feedback import Feedback, Side
from zoco.domain.money import Money
from zoco.domain.order_search import FILTERS, SORTS, Filter, Match, OrderQuery
from zoco.domain.orders import Cause, FeedbackView, Order, View
from zoco.marketplace.views import OrderResults, OrderView
from zoco.resources import order as shapes
from zoco.resources import page
from zoco.resources.scalars import order_moment, order_moment_or_none, plain_number

# Cause -> who wanted it, and a sentence (contract 4.2).
_CAUSES = {
    Cause.OUT_OF_STOCK: ("internal", "The item had no more stock when the payment was credited"),
    Cause.PAYMENT_EXPIRED: ("internal", "The order was not paid in time"),
    Cause.SELLER_BANNED: ("internal", "The seller was banned after the sale"),
    Cause.RESERVATION_RETURNED: ("seller", "The seller returned the reservation"),
    Cause.PAYMENT_REFUNDED: ("internal", "The payment was given back"),
    Cause.BUYER_CANCELLED: ("buyer", "The buyer cancelled the order"),
    Cause.SELLER_CANCELLED: ("seller", "The seller cancelled the order"),
}
_variation_attributes = msgspec.json.Decoder(list[shapes.VariationAttribute])


def order(seen: OrderView, now: datetime) -> shapes.Order:
    """Contract 3.2, seen as 3.4 allows. `last_updated` goes out under both its names (C-27)."""
    placed = seen.order
    total, updated = _number(placed.total), order_moment(placed.last_updated)
    buyer, seller = parties(seen)
    return shapes.Order(
        id=placed.id,
        status=placed.status.value,
        status_detail=_status_detail(placed.cause),
        cancel_detail=_cancel_detail(seen),
        date_created=order_moment(placed.date_created),
        date_closed=order_moment_or_none(placed.date_closed),
        last_updated=updated,
        date_last_updated=updated,
        expiration_date=order_moment(placed.expiration_date),
        order_items=[_order_item(placed)],
        total_amount=total,
        total_amount_with_shipping=_number(placed.total + placed.shipping_cost),
        paid_amount=_number(order_rules.paid_amount(placed)),
        currency_id=placed.total.currency,
        buyer=buyer,
        seller=seller,
        payments=[in_order(payment) for payment in placed.payments],
        feedback=_feedback(seen, now),
        shipping=shipping(placed),
        tags=list(order_rules.tags(placed)),
        hidden_for_seller=placed.hidden,
        application_id=None if placed.application_id is None else str(placed.application_id),
        fulfilled=order_rules.fulfilled(placed),
        buying_mode="buy_equals_pay" if placed.mandatory_flow else None,
        context=shapes.Context(
            channel="marketplace",
            site=placed.site_id,
            flows=["reservation"] if placed.reservation else [],
        ),
    )


def order_page(
    results: OrderResults, query: OrderQuery, parameters: Mapping[str, str], now: datetime
) -> page.OrderPage:
    """Contract 5.4: an applied filter moves from `available_filters` to `filters`."""
    applied = {criterion.filter.id: criterion.values for criterion in query.criteria}
    return page.OrderPage(
        query=parameters.get("q", ""),
        display=parameters.get("display") or "complete",
        paging=page.Paging(total=results.total, offset=query.offset, limit=query.limit),
        results=[_in_page(seen, now) for seen in results.orders],
        sort=page.Sort(id=query.sort.id, name=query.sort.name),
        available_sorts=[page.Sort(id=sort.id, name=sort.name) for sort in SORTS if sort != query.sort],
        filters=[
            _applied(one, list(applied[one.id]) or [parameters[one.id]], results)
            for one in FILTERS
            if one.id in applied and one.match is not Match.WORDS
        ],
        available_filters=[
            _filter(one, [value.id for value in one.values], results.counts)
            for one in FILTERS
            if one.listed and one.id not in applied
        ],
    )


def _in_page(seen: OrderView, now: datetime) -> shapes.Order:
    """The results of a search print an empty `status_detail` as an object (contract 3.2)."""
    single = order(seen, now)
    if single.status_detail is not None:
        return single
    return msgspec.structs.replace(single, status_detail=shapes.StatusDetail())


def _order_item(placed: Order) -> shapes.OrderItem:
    line = placed.line
    attributes = line.variation_attributes
    return shapes.OrderItem(
        item=shapes.OrderedItem(
            id=line.item_id,
            title=line.title,
            category_id=line.category_id,
            variation_id=line.variation_id,
            variation_attributes=[] if attributes == "[]" else _variation_attributes.decode(attributes),
            seller_custom_field=line.seller_custom_field,
            seller_sku=line.seller_custom_field,
            warranty=line.warranty,
            condition=line.condition,
        ),
        quantity=line.quantity,
        unit_price=_number(line.unit_price),
        full_unit_price=_number(line.full_unit_price),
        currency_id=line.unit_price.currency,
        sale_fee=_number(order_rules.sale_fee(placed)),
        listing_type_id=line.listing_type_id,
    )


def _status_detail(cause: Cause | None) -> shapes.StatusDetail | None:
    if cause is None:
        return None
    return shapes.StatusDetail(code=cause.value, description=_CAUSES[cause][1])


def _cancel_detail(seen: OrderView) -> shapes.CancelDetail | None:
    cause, annulled = seen.order.cause, seen.order.invalid_reason
    # What the operator writes of a malicious buyer is for the seller to read.
    if annulled is not None and seen.view is View.SELLER:
        return shapes.CancelDetail(
            group="internal", code="invalid", description=annulled, requested_by="internal"
        )
    if cause is None:
        return None
    by, sentence = _CAUSES[cause]
    return shapes.CancelDetail(group=by, code=cause.value, description=sentence, requested_by=by)


def _feedback(seen: OrderView, now: datetime) -> shapes.OrderFeedback:
    placed = seen.order
    if placed.sale is None and placed.purchase is None:
        return shapes.OrderFeedback()
    viewer_id = placed.seller_id if seen.view is View.SELLER else placed.buyer_id
    return shapes.OrderFeedback(
        sale=_summary(placed.sale, order_rules.feedback_visible_to(placed, Side.SALE, viewer_id, now)),
        purchase=_summary(
            placed.purchase, order_rules.feedback_visible_to(placed, Side.PURCHASE, viewer_id, now)
        ),
    )


def _summary(given: Feedback | None, visible: FeedbackView) -> shapes.FeedbackSummary | None:
    """C-24's value object; the buyer of a reservation sees at first only what happened (26.17)."""
    if given is None or visible is FeedbackView.NOTHING:
        return None
    return shapes.FeedbackSummary(
        id=given.id,
        date_created=order_moment(given.date_created),
        fulfilled=given.fulfilled,
        rating=given.rating.value if visible is FeedbackView.ALL else msgspec.UNSET,
    )


def _applied(one: Filter, values: list[str], results: OrderResults) -> page.Filter:
    """What a single applied value has found is all there is."""
    counts = {values[0]: results.total} if len(values) == 1 else results.counts.get(one.id, {})
    return _filter(one, values, {one.id: counts})


def _filter(one: Filter, values: list[str], counts: Mapping[str, Mapping[str, int]]) -> page.Filter:
    names = {value.id: value.name for value in one.values}
    found = counts.get(one.id, {})
    return page.Filter(
        id=one.id,
        name=one.name,
        type=one.type,
        values=[
            page.FilterValue(id=value, name=names.get(value, value), results=found.get(value, 0))
            for value in values
        ],
    )


def _number(money: Money) -> Decimal:
    return plain_number(money.amount)
