"""The way of an order's goods (contract 3.2, A-39)."""

from __future__ import annotations

import msgspec

from zoco.domain.orders import Order
from zoco.resources import shipping as shapes
from zoco.resources.codec import encode
from zoco.resources.scalars import order_moment, plain_number

_NOTHING = shapes.OrderShipping()
_address = msgspec.json.Decoder(shapes.ReceiverAddress)


def shipping(order: Order) -> shapes.OrderShipping:
    """Until buyer or carrier has spoken all that is known is that it is to be agreed."""
    known = order.shipping
    if known.date_created is None:
        return _NOTHING
    return shapes.OrderShipping(
        status=known.status.value,
        currency_id=order.shipping_cost.currency,
        sender_id=order.seller_id,
        date_created=order_moment(known.date_created),
        cost=plain_number(order.shipping_cost.amount),
        receiver_address=None if known.receiver_address is None else _address.decode(known.receiver_address),
        comments=known.comments,
    )


def kept_address(address: shapes.ReceiverAddress | None) -> str | None:
    """The address as it is kept; one without anything in it was not sent."""
    return None if address in (None, shapes.ReceiverAddress()) else encode(address).decode()
