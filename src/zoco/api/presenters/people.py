"""People: what everybody sees, what only they see, and what the parties of an order see of each other."""

from __future__ import annotations

from msgspec import UNSET

from zoco.domain.orders import View
from zoco.domain.sites import SITES
from zoco.domain.users import Phone, User
from zoco.marketplace.views import OrderView
from zoco.resources import order as shapes
from zoco.resources.scalars import order_moment
from zoco.resources.user import (
    Address,
    Billing,
    BuyerReputation,
    Credit,
    Identification,
    ImmediatePayment,
    Permission,
    SellerReputation,
    UserStatus,
)
from zoco.resources.user import User as UserShape


def parties(seen: OrderView) -> tuple[shapes.Party, shapes.Party]:
    """Buyer and seller (contract 3.5). While the order is hidden its buyer learns only whom it is
    from (A-06); billing data is what the seller gets, and there is none in the seller's block.
    """
    hidden = seen.view is View.BUYER_HIDDEN
    buyer = _party(seen.buyer, billing=True)
    seller = shapes.Party(id=seen.seller.id, nickname=seen.seller.nickname) if hidden else _party(seen.seller)
    return buyer, seller


def public_user(user: User) -> UserShape:
    """Contract 12.2."""
    return UserShape(
        id=user.id,
        nickname=user.nickname,
        registration_date=order_moment(user.date_registered),
        country_id=SITES[user.site_id].country_id,
        address=Address(city=user.city, state=user.state),
        user_type=user.user_type,
        tags=_tags(user),
        site_id=user.site_id,
        seller_reputation=SellerReputation(),
        buyer_reputation=BuyerReputation(),
        status=UserStatus(site_status=user.site_status),
    )


def private_user(user: User, *, password: str | None = None) -> UserShape:
    """Contract 12.3. `password` is shown once, to whoever made the user."""
    marked, by_user = user.immediate_payment_marked, user.immediate_payment_by_user
    reasons = ["by_user"] if by_user else []
    return UserShape(
        id=user.id,
        nickname=user.nickname,
        registration_date=order_moment(user.date_registered),
        country_id=SITES[user.site_id].country_id,
        address=Address(city=user.city, state=user.state, address=user.address, zip_code=user.zip_code),
        user_type=user.user_type,
        tags=_tags(user),
        site_id=user.site_id,
        seller_reputation=SellerReputation(),
        buyer_reputation=BuyerReputation(),
        status=UserStatus(
            site_status=user.site_status,
            list=Permission(allow=not user.banned),
            buy=Permission(allow=not user.banned, immediate_payment=ImmediatePayment(required=marked)),
            sell=Permission(
                allow=not user.banned,
                immediate_payment=ImmediatePayment(required=marked or by_user, reasons=reasons),
            ),
            billing=Billing(),
            immediate_payment=marked,
            confirmed_email=True,
            mercadopago_account_type="personal",
            mercadopago_tc_accepted=True,
            mercadoenvios="not_accepted",
            user_type="eventual",
            required_action="",
        ),
        first_name=user.first_name,
        last_name=user.last_name,
        email=user.email,
        identification=Identification(type=user.doc_type, number=user.doc_number),
        phone=_phone(user.phone, verified=True),
        alternative_phone=_phone(user.alternative_phone),
        seller_experience="NEWBIE",
        shipping_modes=["not_specified"],
        company=None,
        secure_email=user.email,
        credit=Credit(),
        password=UNSET if password is None else password,
    )


def _tags(user: User) -> list[str]:
    return list(user.tags) or ["normal"]


def _party(user: User, *, billing: bool = False) -> shapes.Party:
    return shapes.Party(
        id=user.id,
        nickname=user.nickname,
        email=user.email,
        first_name=user.first_name,
        last_name=user.last_name,
        phone=_phone(user.phone),
        alternative_phone=_phone(user.alternative_phone),
        billing_info=(
            shapes.BillingInfo(doc_type=user.doc_type, doc_number=user.doc_number) if billing else UNSET
        ),
    )


def _phone(phone: Phone, *, verified: bool = False) -> shapes.Phone:
    """Orders print no `verified` (the seed's examples); users do (12.3)."""
    return shapes.Phone(
        area_code=phone.area_code,
        number=phone.number,
        extension=phone.extension,
        verified=phone.verified if verified else UNSET,
    )
