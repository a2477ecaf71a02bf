"""Shipping: where the buyer wants his order sent, and how far it is (A-39)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody
from zoco.api.parameters import OrderPath
from zoco.api.presenters import shipping as present
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason
from zoco.marketplace import shipping
from zoco.resources.shipping import OrderShipping, ShippingInstructions


async def shipping_of_order(tx: Transaction, call: Call[OrderPath, NoBody]) -> Answer:
    return Answer(present.shipping(await shipping.shipping_of(tx, call.caller, call.parameters.order_id)))


async def instruct_shipping(tx: Transaction, call: Call[OrderPath, ShippingInstructions]) -> Answer:
    order = await shipping.instruct(
        tx,
        call.caller,
        call.parameters.order_id,
        receiver_address=present.kept_address(call.body.receiver_address),
        comments=call.body.comments,
        now=call.now,
    )
    return Answer(present.shipping(order))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "GET",
        "/orders/{order_id}/shipping",
        shipping_of_order,
        access=Access.USER,
        parameters=OrderPath,
        answer=OrderShipping,
        summary="How far an order's goods are, and where they are to go",
        refusals=(Reason.ORDER_NOT_FOUND, Reason.NOT_A_PARTY),
    ),
    Endpoint(
        "PUT",
        "/orders/{order_id}/shipping",
        instruct_shipping,
        access=Access.USER,
        parameters=OrderPath,
        body=ShippingInstructions,
        answer=OrderShipping,
        summary="The buyer says where his order is to go",
        refusals=(
            Reason.ORDER_NOT_FOUND,
            Reason.NOT_A_PARTY,
            Reason.NOT_YOURS,
            Reason.INVALID_FIELD,
            Reason.SHIPPING_NOT_AVAILABLE,
        ),
    ),
)
