"""Payments and collections: the same thing, seen by who pays and by who receives (contract 8)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody
from zoco.api.parameters import CollectionPath, OrderPath, PaymentPath, PaymentSearch
from zoco.api.presenters import payments as present
from zoco.database.transaction import Transaction
from zoco.domain.order_search import LIMIT_MAX
from zoco.domain.refusals import Reason
from zoco.marketplace import payments_lookup, purchases
from zoco.resources.page import PaymentPage
from zoco.resources.payment import Collection, NewPayment, Payment


async def pay(tx: Transaction, call: Call[OrderPath, NewPayment]) -> Answer:
    payment = await purchases.pay(
        tx,
        call.caller,
        call.parameters.order_id,
        method_id=call.body.payment_method_id,
        amount=call.body.transaction_amount,
        installments=call.body.installments,
        cardholder_name=call.body.cardholder_name,
        issuer_id=call.body.issuer_id,
        now=call.now,
    )
    return Answer(present.for_payer(payment))


async def own_payments(tx: Transaction, call: Call[PaymentSearch, NoBody]) -> Answer:
    offset, limit = call.parameters.offset, min(call.parameters.limit, LIMIT_MAX)
    results = await payments_lookup.payments_of(tx, call.caller, offset=offset, limit=limit)
    return Answer(present.payment_page(results, offset=offset, limit=limit))


async def one_payment(tx: Transaction, call: Call[PaymentPath, NoBody]) -> Answer:
    payment = await payments_lookup.payment(tx, call.caller, call.parameters.payment_id)
    return Answer(present.for_payer(payment))


async def one_collection(tx: Transaction, call: Call[CollectionPath, NoBody]) -> Answer:
    seen = await payments_lookup.collection(tx, call.caller, call.parameters.collection_id)
    return Answer(present.for_collector(seen))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/orders/{order_id}/payments",
        pay,
        access=Access.USER,
        parameters=OrderPath,
        body=NewPayment,
        answer=Payment,
        status=201,
        idempotent=True,
        summary="Pay an order, or a part of it",
        refusals=(
            Reason.ORDER_NOT_FOUND,
            Reason.NOT_A_PARTY,
            Reason.NOT_YOURS,
            Reason.ORDER_NOT_PAYABLE,
            Reason.INVALID_TRANSACTION_AMOUNT,
            Reason.AMOUNT_TOO_FINE,
            Reason.INVALID_PAYMENT_METHOD,
            Reason.INVALID_INSTALLMENTS,
            Reason.IDEMPOTENCY_KEY_REUSED,
        ),
    ),
    Endpoint(
        "GET",
        "/payments",
        own_payments,
        access=Access.USER,
        parameters=PaymentSearch,
        answer=PaymentPage,
        summary="What the caller has paid, newest first",
    ),
    Endpoint(
        "GET",
        "/payments/{payment_id}",
        one_payment,
        access=Access.USER,
        parameters=PaymentPath,
        answer=Payment,
        summary="One payment, for its payer",
        refusals=(Reason.PAYMENT_NOT_FOUND, Reason.NOT_YOURS),
    ),
    Endpoint(
        "GET",
        "/collections/{collection_id}",
        one_collection,
        access=Access.USER,
        parameters=CollectionPath,
        answer=Collection,
        summary="One payment, for the seller who receives it",
        refusals=(Reason.PAYMENT_NOT_FOUND, Reason.NOT_YOURS),
    ),
)
