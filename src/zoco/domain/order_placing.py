"""A buyer buys: the order is born in one of the two flows (contract 6.1, 6.3; T1, T2)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from zoco.domain.categories import Category
from zoco.domain.items import Item, ItemStatus, Variation, take_stock
from zoco.domain.money import Money
from zoco.domain.order_flow import is_mandatory, is_reservation, reservation_price
from zoco.domain.order_moves import told
from zoco.domain.orders import ORDER_LIFE, Change, Order, OrderLine, OrderStatus
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import site
from zoco.domain.users import User

_SHOWN_OF_A_VARIATION = ("id", "name", "value_id", "value_name")


def place(
    *,
    order_id: int,
    buyer: User,
    seller: User,
    item: Item,
    category: Category,
    quantity: int,
    variation_id: int | None,
    application_id: int | None,
    buyer_is_blocked: bool,
    now: datetime,
) -> Change:
    """A new order of `buyer`, hidden until it is paid in the mandatory flow, else confirmed at once.

    Outside the mandatory flow stock is taken here; within it, when the order is paid.
    """
    if buyer.banned:
        raise Refused(Reason.USER_NOT_ACTIVE)
    if quantity < 1:
        raise Refused(Reason.INVALID_FIELD, field="quantity")
    _check_parties(buyer, seller, buyer_is_blocked=buyer_is_blocked)
    if seller.banned:
        raise Refused(Reason.ITEM_NOT_ACTIVE, detail=f"the seller of {item.id} is {seller.site_status}")
    variation = _offered(item, quantity, variation_id)
    its_site = site(item.site_id)
    reservation = is_reservation(category, item)
    if reservation and not its_site.mercado_pago:
        raise Refused(Reason.RESERVATION_NOT_AVAILABLE, detail=f"no Mercado Pago in {item.site_id}")
    mandatory = is_mandatory(its_site, category, item, seller, buyer)
    line = _line(item, variation, quantity, reservation=reservation)
    order = Order(
        id=order_id,
        site_id=item.site_id,
        status=OrderStatus.PAYMENT_REQUIRED if mandatory else OrderStatus.CONFIRMED,
        mandatory_flow=mandatory,
        reservation=reservation,
        buyer_id=buyer.id,
        seller_id=seller.id,
        application_id=application_id,
        line=line,
        # To be agreed between the parties: nothing is known of it yet.
        shipping_cost=Money(0, line.unit_price.currency),
        date_created=now,
        last_updated=now,
        expiration_date=now + ORDER_LIFE,
    )
    if mandatory:
        return told(None, order, None)
    sold = take_stock(item, quantity, variation_id, now)
    return told(None, replace(order, date_closed=now, stock_taken=True), sold)


def _check_parties(buyer: User, seller: User, *, buyer_is_blocked: bool) -> None:
    if buyer.id == seller.id:
        raise Refused(Reason.OWN_ITEM)
    if buyer_is_blocked:
        raise Refused(Reason.BUYER_BLOCKED)
    # Test users deal only with test users' items (O9).
    if buyer.is_test != seller.is_test:
        raise Refused(Reason.TEST_USER_MISMATCH)


def _offered(item: Item, quantity: int, variation_id: int | None) -> Variation | None:
    """The variation that is bought, if the listing has any."""
    if item.status is not ItemStatus.ACTIVE:
        raise Refused(Reason.ITEM_NOT_ACTIVE, detail=f"{item.id} is {item.status}")
    variation = None
    if item.variations:
        if variation_id is None:
            raise Refused(Reason.VARIATION_REQUIRED, field="variation_id")
        variation = next((one for one in item.variations if one.id == variation_id), None)
    if variation_id is not None and variation is None:
        raise Refused(Reason.UNKNOWN_VARIATION, field="variation_id", detail=str(variation_id))
    available = item.available_quantity if variation is None else variation.available_quantity
    if quantity > available:
        raise Refused(Reason.NOT_ENOUGH_STOCK, field="quantity", detail=f"{available} left")
    return variation


def _line(item: Item, variation: Variation | None, quantity: int, *, reservation: bool) -> OrderLine:
    price = item.price if variation is None else variation.price
    return OrderLine(
        item_id=item.id,
        title=item.title,
        category_id=item.category_id,
        variation_id=None if variation is None else variation.id,
        quantity=quantity,
        # Of a vehicle only the reservation is sold here; its full price stands beside it (contract 7).
        unit_price=reservation_price(item) if reservation else price,
        full_unit_price=price,
        listing_type_id=item.listing_type_id,
        condition=item.condition,
        seller_custom_field=item.seller_custom_field,
        warranty=item.warranty,
        variation_attributes="[]" if variation is None else _combination(variation),
    )


def _combination(variation: Variation) -> str:
    """What tells this variation from its siblings, as the order prints it (3.3)."""
    attributes = json.loads(variation.details).get("attribute_combinations", [])
    shown = [{key: one.get(key) for key in _SHOWN_OF_A_VARIATION} for one in attributes]
    return json.dumps(shown, ensure_ascii=False)
