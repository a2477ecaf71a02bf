"""Buying: placing, paying and cancelling an order; the payment provider's word (contract 6, 8, 26.1)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from zoco.database.transaction import Transaction
from zoco.domain.categories import category
from zoco.domain.items import Item
from zoco.domain.money import Money
from zoco.domain.order_endings import cancel as cancel_order
from zoco.domain.order_flow import is_mandatory
from zoco.domain.order_payments import apply_payment, check_payment, new_payment
from zoco.domain.order_placing import place
from zoco.domain.orders import Order
from zoco.domain.payments import Payment, PaymentStatus, provider_word
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import site
from zoco.domain.users import User
from zoco.marketplace.caller import Caller
from zoco.marketplace.changes import keep, locked_item
from zoco.marketplace.order_lookup import seen_by, visible
from zoco.marketplace.views import OrderView
from zoco.notifications import feed
from zoco.storage import blacklists, items, orders, payments, users


async def place_order(
    tx: Transaction, caller: Caller, *, item_id: str, quantity: int, variation_id: int | None, now: datetime
) -> OrderView:
    """The caller buys; the answer is his own view of the new order (6.1)."""
    item = await items.get(tx, item_id)
    if item is None:
        raise Refused(Reason.ITEM_NOT_FOUND, field="item_id", detail=item_id)
    people = await users.many_relied_on(tx, {caller.user_id, item.seller_id})
    buyer, seller = people[caller.user_id], people[item.seller_id]
    is_blocked = await blacklists.is_blocked(tx, seller_id=seller.id, user_id=buyer.id)
    order_id = await tx.next_id("orders_id")
    if _takes_stock(item, seller, buyer):
        item = await locked_item(tx, item_id)
    change = place(
        order_id=order_id,
        buyer=buyer,
        seller=seller,
        item=item,
        category=category(item.category_id),
        quantity=quantity,
        variation_id=variation_id,
        application_id=caller.application_id,
        buyer_is_blocked=is_blocked,
        now=now,
    )
    await orders.add(tx, change.order)
    if change.item is not None:
        await items.save(tx, change.item, previous=item)
    await feed.record(tx, change.events, now)
    return await seen_by(tx, change.order, caller)


async def pay(
    tx: Transaction,
    caller: Caller,
    order_id: int,
    *,
    method_id: str,
    amount: Decimal | None,
    installments: int,
    cardholder_name: str | None,
    issuer_id: str | None,
    now: datetime,
) -> Payment:
    """The buyer pays all that is owed, or `amount` of it, in the order's currency (8.7).

    The payment is answered as it is when everything has happened: refunded, when somebody else
    took the last unit first.
    """
    order = visible(await orders.get_for_update(tx, order_id), order_id, caller)
    if order.buyer_id != caller.user_id:
        raise Refused(Reason.NOT_YOURS, detail=str(order_id))
    offered = None if amount is None else _sent(amount, order, "transaction_amount")
    payment = new_payment(
        payment_id=await tx.next_id("payments_id"),
        order=order,
        method_id=method_id,
        amount=check_payment(order, amount=offered),
        installments=installments,
        cardholder_name=cardholder_name,
        issuer_id=issuer_id,
        now=now,
    )
    return await _apply(tx, order, payment, now)


async def cancel(tx: Transaction, caller: Caller, order_id: int, now: datetime) -> OrderView:
    """Buyer or seller calls the order off (26.1)."""
    order = visible(await orders.get_for_update(tx, order_id), order_id, caller)
    item = await locked_item(tx, order.line.item_id)
    change = cancel_order(order, item, by_user_id=caller.user_id, now=now)
    await keep(tx, change, order=order, item=item, now=now)
    return await seen_by(tx, change.order, caller)


async def provider_says(
    tx: Transaction,
    payment_id: int,
    *,
    status: str,
    status_detail: str | None,
    now: datetime,
    refunded: Decimal | None = None,
) -> Payment:
    """The payment provider's word about a payment: credited, rejected, refunded, charged back (21.1).

    `refunded` is what has been given back in all, with `approved` and `partially_refunded` (T25).
    The same word twice changes nothing.
    """
    known = await payments.get(tx, payment_id)
    order = None if known is None else await orders.get_for_update(tx, known.order_id)
    if known is None or order is None:
        raise Refused(Reason.PAYMENT_NOT_FOUND, detail=str(payment_id))
    if status not in list(PaymentStatus):
        raise Refused(Reason.INVALID_FIELD, field="status", detail=status)
    given_back = None if refunded is None else _sent(refunded, order, "transaction_amount_refunded")
    payment = provider_word(
        _of_order(order, payment_id), PaymentStatus(status), status_detail, now, refunded=given_back
    )
    return await _apply(tx, order, payment, now)


async def _apply(tx: Transaction, order: Order, payment: Payment, now: datetime) -> Payment:
    """A new or changed payment moves its order, and perhaps the stock; the payment as it is afterwards."""
    item = await locked_item(tx, order.line.item_id)
    change = apply_payment(order, item, payment, now)
    await keep(tx, change, order=order, item=item, now=now)
    return _of_order(change.order, payment.id)


def _of_order(order: Order, payment_id: int) -> Payment:
    return next(payment for payment in order.payments if payment.id == payment_id)


def _sent(amount: Decimal, order: Order, field: str) -> Money:
    return Money.of(amount, order.total.currency, field=field)


def _takes_stock(item: Item, seller: User, buyer: User) -> bool:
    """Outside the mandatory flow stock is taken at once; only then is the listing's row needed."""
    return not is_mandatory(site(item.site_id), category(item.category_id), item, seller, buyer)
