"""Payments as payer and collector see them (contract 8.1)."""

from __future__ import annotations

from zoco.database.transaction import Transaction
from zoco.domain.orders import View, sees
from zoco.domain.payments import Payment
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.marketplace.views import CollectionView, PaymentResults
from zoco.storage import orders, payments, users


async def payment(tx: Transaction, caller: Caller, payment_id: int) -> Payment:
    """The payment, for its payer."""
    found = await _visible(tx, caller, payment_id)
    if found.payer_id != caller.user_id:
        raise Refused(Reason.NOT_YOURS, detail=str(payment_id))
    return found


async def collection(tx: Transaction, caller: Caller, collection_id: int) -> CollectionView:
    """The payment, for its collector, from the moment when he may see its order."""
    found = await _visible(tx, caller, collection_id)
    if found.collector_id != caller.user_id:
        raise Refused(Reason.NOT_YOURS, detail=str(collection_id))
    people = await users.many(tx, {found.payer_id, found.collector_id})
    return CollectionView(payment=found, payer=people[found.payer_id], collector=people[found.collector_id])


async def payments_of(tx: Transaction, caller: Caller, *, offset: int, limit: int) -> PaymentResults:
    """What the caller has paid, newest first (A-18)."""
    total, page = await payments.of_payer(tx, caller.user_id, offset=offset, limit=limit)
    return PaymentResults(total=total, payments=page)


async def _visible(tx: Transaction, caller: Caller, payment_id: int) -> Payment:
    """The payment, unless its order is hidden from the caller: a payment would betray it (A-05)."""
    found = await payments.get(tx, payment_id)
    order = None if found is None else await orders.get(tx, found.order_id)
    if found is None or order is None or sees(order, caller.user_id) is View.NOBODY:
        raise Refused(Reason.PAYMENT_NOT_FOUND, detail=str(payment_id))
    return found
