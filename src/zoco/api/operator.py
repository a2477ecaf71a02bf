"""What the people who run the marketplace do, with their key (contract 21.1)."""

from __future__ import annotations

import secrets

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoParameters
from zoco.api.parameters import OrderPath, PaymentPath
from zoco.api.presenters import applications as present_tokens
from zoco.api.presenters import payments as present_payments
from zoco.api.presenters import people as present
from zoco.api.presenters import shipping as present_shipping
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason
from zoco.domain.users import Phone, User
from zoco.marketplace import accounts, authorization, purchases, shipping
from zoco.resources import order
from zoco.resources import user as shapes
from zoco.resources.application import NewToken, Token
from zoco.resources.payment import Payment, ProviderWord
from zoco.resources.shipping import CarrierWord, OrderShipping
from zoco.web.passwords import hash_password


async def create_user(call: Call[NoParameters, shapes.NewUser]) -> Answer:
    """The password is hashed before the transaction begins, because hashing takes long on purpose."""
    body = call.body
    password = body.password or secrets.token_urlsafe(12)
    password_hash = await hash_password(password)
    new = accounts.NewUser(
        site_id=body.site_id,
        nickname=body.nickname,
        email=body.email,
        first_name=body.first_name,
        last_name=body.last_name,
        phone=_phone(body.phone),
        alternative_phone=_phone(body.alternative_phone),
        doc_type=body.identification.type,
        doc_number=body.identification.number,
        address=body.address.address or None,
        city=body.address.city,
        state=body.address.state,
        zip_code=body.address.zip_code or None,
        user_type=body.user_type,
        tags=tuple(body.tags),
        immediate_payment_marked=body.immediate_payment,
        official_store_ids=tuple(body.official_store_ids),
    )

    async def create(tx: Transaction) -> User:
        return await accounts.create_user(tx, new, password_hash=password_hash, now=call.now)

    return Answer(present.private_user(await call.server.database.write(create), password=password))


async def issue_token(tx: Transaction, call: Call[NoParameters, NewToken]) -> Answer:
    body = call.body
    issued = await authorization.issue_token(tx, body.user_id, body.app_id, body.scopes, call.now)
    return Answer(present_tokens.token(issued))


async def provider_says(tx: Transaction, call: Call[PaymentPath, ProviderWord]) -> Answer:
    payment = await purchases.provider_says(
        tx,
        call.parameters.payment_id,
        status=call.body.status,
        status_detail=call.body.status_detail,
        refunded=call.body.transaction_amount_refunded,
        now=call.now,
    )
    return Answer(present_payments.for_payer(payment))


async def carrier_says(tx: Transaction, call: Call[OrderPath, CarrierWord]) -> Answer:
    body = call.body
    order = await shipping.carrier_says(
        tx, call.parameters.order_id, status=body.status, cost=body.cost, now=call.now
    )
    return Answer(present_shipping.shipping(order))


def _phone(phone: order.Phone) -> Phone:
    return Phone(
        area_code=phone.area_code,
        number=phone.number or "",
        extension=phone.extension,
        verified=phone.verified is True,
    )


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/operator/users",
        own_pace=create_user,
        access=Access.OPERATOR,
        body=shapes.NewUser,
        answer=shapes.User,
        status=201,
        summary="Make a user; the answer holds the password, once",
        refusals=(Reason.SITE_NOT_FOUND, Reason.NAME_TAKEN, Reason.INVALID_FIELD),
    ),
    Endpoint(
        "POST",
        "/operator/tokens",
        issue_token,
        access=Access.OPERATOR,
        body=NewToken,
        answer=Token,
        status=201,
        summary="A token for a user without the browser's step",
        refusals=(Reason.USER_NOT_FOUND, Reason.APPLICATION_NOT_FOUND, Reason.INVALID_SCOPE),
    ),
    Endpoint(
        "POST",
        "/operator/payments/{payment_id}",
        provider_says,
        access=Access.OPERATOR,
        parameters=PaymentPath,
        body=ProviderWord,
        answer=Payment,
        summary="The payment provider's word: credited, rejected, refunded, charged back",
        refusals=(Reason.PAYMENT_NOT_FOUND, Reason.INVALID_FIELD, Reason.ILLEGAL_PAYMENT_CHANGE),
    ),
    Endpoint(
        "POST",
        "/operator/orders/{order_id}/shipping",
        carrier_says,
        access=Access.OPERATOR,
        parameters=OrderPath,
        body=CarrierWord,
        answer=OrderShipping,
        summary="The carrier's word: how far an order's goods are, and what their way costs",
        refusals=(
            Reason.ORDER_NOT_FOUND,
            Reason.INVALID_FIELD,
            Reason.AMOUNT_TOO_FINE,
            Reason.SHIPPING_NOT_AVAILABLE,
        ),
    ),
)
