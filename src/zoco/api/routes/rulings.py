"""What the operator decides, with his key (contract 21.1)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint
from zoco.api.parameters import ItemPath, OrderPath, UserPath
from zoco.api.presenters import items as present_items
from zoco.api.presenters import orders as present_orders
from zoco.api.presenters import people as present_people
from zoco.database.transaction import Transaction
from zoco.domain.feedback import Side
from zoco.domain.refusals import Reason
from zoco.domain.users import UserChange
from zoco.marketplace import bans, listings, rulings
from zoco.resources.item import Item
from zoco.resources.order import Order
from zoco.resources.ruling import Annulment, Review, Settlement, UserRuling
from zoco.resources.user import User

# A ban is answered when so many orders have been cancelled, or all; the loop of the duties does the rest.
BAN_BATCH = 50
BAN_BATCHES_MAX = 20

_WINNERS = {"seller": Side.SALE, "buyer": Side.PURCHASE}


async def annul_order(tx: Transaction, call: Call[OrderPath, Annulment]) -> Answer:
    seen = await rulings.annul(tx, call.parameters.order_id, reason=call.body.reason, now=call.now)
    return Answer(present_orders.order(seen, call.now))


async def settle_order(tx: Transaction, call: Call[OrderPath, Settlement]) -> Answer:
    winner = _WINNERS[call.body.to]
    seen = await rulings.settle(tx, call.parameters.order_id, winner=winner, now=call.now)
    return Answer(present_orders.order(seen, call.now))


async def change_user(call: Call[UserPath, UserRuling]) -> Answer:
    """A ban cancels many orders, each batch in a transaction of its own."""
    body = call.body
    change = UserChange(
        immediate_payment_marked=body.immediate_payment,
        site_status=body.site_status,
        tags=None if body.tags is None else tuple(body.tags),
        official_store_ids=None if body.official_store_ids is None else tuple(body.official_store_ids),
    )
    database = call.server.database
    user = await database.write(lambda tx: bans.change_user(tx, call.parameters.user_id, change, call.now))
    for _ in range(BAN_BATCHES_MAX if user.banned else 0):
        if await database.write(lambda tx: bans.cancel_orders_of_banned(tx, call.now, BAN_BATCH)) < BAN_BATCH:
            break
    return Answer(present_people.private_user(user))


async def review_item(tx: Transaction, call: Call[ItemPath, Review]) -> Answer:
    said = call.body.sub_status or []
    item = await listings.review(
        tx,
        call.parameters.item_id,
        status=call.body.status,
        sub_status=[said] if isinstance(said, str) else said,
        now=call.now,
    )
    return Answer(present_items.item(item, call.server.public_url))


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
    Endpoint(
        "POST",
        "/operator/users/{user_id}",
        own_pace=change_user,
        access=Access.OPERATOR,
        parameters=UserPath,
        body=UserRuling,
        answer=User,
        summary="Mark a user, tag him, grant him official stores, ban him or let him back",
        refusals=(Reason.USER_NOT_FOUND, Reason.INVALID_FIELD),
    ),
    Endpoint(
        "POST",
        "/operator/items/{item_id}/review",
        review_item,
        access=Access.OPERATOR,
        parameters=ItemPath,
        body=Review,
        answer=Item,
        summary="Moderate an item: put it under review, back on sale, or close it",
        refusals=(
            Reason.ITEM_NOT_FOUND,
            Reason.INVALID_FIELD,
            Reason.ITEM_CLOSED,
            Reason.INVALID_STATUS_CHANGE,
        ),
    ),
)
