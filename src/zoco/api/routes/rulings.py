"""What the operator decides, with his key (contract 21.1)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint
from zoco.api.parameters import OrderPath
from zoco.api.presenters import orders as present_orders
from zoco.database.transaction import Transaction
from zoco.domain.feedback import Side
from zoco.domain.refusals import Reason
from zoco.marketplace import rulings
from zoco.resources.order import Order
from zoco.resources.ruling import Annulment, Settlement

_WINNERS = {"seller": Side.SALE, "buyer": Side.PURCHASE}


async def annul_order(tx: Transaction, call: Call[OrderPath, Annulment]) -> Answer:
    seen = await rulings.annul(tx, call.parameters.order_id, reason=call.body.reason, now=call.now)
    return Answer(present_orders.order(seen, call.now))


async def settle_order(tx: Transaction, call: Call[OrderPath, Settlement]) -> Answer:
    winner = _WINNERS[call.body.to]
    seen = await rulings.settle(tx, call.parameters.order_id, winner=winner, now=call.now)
    return Answer(present_orders.order(seen, call.now))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/operator/orders/{order_id}/invalidate",
        annul_order,
        access=Access.OPERATOR,
        parameters=OrderPath,
        body=Annulment,
        answer=Order,
        summary="Annul an order because of a malicious buyer",
        refusals=(Reason.ORDER_NOT_FOUND, Reason.INVALID_FIELD, Reason.ORDER_IS_OVER),
    ),
    Endpoint(
        "POST",
        "/operator/orders/{order_id}/settle",
        settle_order,
        access=Access.OPERATOR,
        parameters=OrderPath,
        body=Settlement,
        answer=Order,
        summary="End a contradiction: release the money to the seller, or refund the buyer",
        refusals=(Reason.ORDER_NOT_FOUND, Reason.NOT_CONTRADICTED),
    ),
)
