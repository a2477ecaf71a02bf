"""Feedback: delivered or returned, confirmed or not (contract 11)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody
from zoco.api.parameters import OrderPath
from zoco.api.presenters import feedback as present
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason
from zoco.marketplace import after_sale
from zoco.resources.feedback import Feedback, FeedbackPair, NewFeedback


async def give_feedback(tx: Transaction, call: Call[OrderPath, NewFeedback]) -> Answer:
    seen = await after_sale.give_feedback(
        tx,
        call.caller,
        call.parameters.order_id,
        fulfilled=call.body.fulfilled,
        rating=call.body.rating,
        message=call.body.message,
        reason=call.body.reason,
        restock_item=call.body.restock_item,
        now=call.now,
    )
    return Answer(present.feedback(seen))


async def feedback_of_order(tx: Transaction, call: Call[OrderPath, NoBody]) -> Answer:
    pair = await after_sale.feedback_of(tx, call.caller, call.parameters.order_id, call.now)
    return Answer(present.feedback_pair(pair))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/orders/{order_id}/feedback",
        give_feedback,
        access=Access.USER,
        parameters=OrderPath,
        body=NewFeedback,
        answer=Feedback,
        status=201,
        summary="Say how the order went; on a reservation the seller delivers or returns the vehicle",
        refusals=(
            Reason.ORDER_NOT_FOUND,
            Reason.NOT_A_PARTY,
            Reason.ORDER_NOT_RATABLE,
            Reason.FEEDBACK_ALREADY_EXISTS,
            Reason.NOT_FULFILLED_FEEDBACK_EXPIRED,
            Reason.FEEDBACK_EXPIRED,
            Reason.INVALID_RATING,
            Reason.INVALID_REASON,
            Reason.MESSAGE_REQUIRED,
            Reason.MESSAGE_TOO_LONG,
        ),
    ),
    Endpoint(
        "GET",
        "/orders/{order_id}/feedback",
        feedback_of_order,
        access=Access.USER,
        parameters=OrderPath,
        answer=FeedbackPair,
        summary="What both parties have said, as far as the caller may see it",
        refusals=(Reason.ORDER_NOT_FOUND, Reason.NOT_A_PARTY),
    ),
)
