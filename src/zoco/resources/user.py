"""Users over HTTP: what everybody sees, and what only the user sees (contract 12.2, 12.3)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from zoco.resources.order import Phone


class Ratings(Struct, frozen=True, kw_only=True):
    positive: Decimal = Decimal(0)
    negative: Decimal = Decimal(0)
    neutral: Decimal = Decimal(0)


class SellerTransactions(Struct, frozen=True, kw_only=True):
    period: str = "historic"
    total: int = 0
    completed: int = 0
    canceled: int = 0
    ratings: Ratings = Ratings()


class SellerReputation(Struct, frozen=True, kw_only=True):
    level_id: str | None = None
    power_seller_status: str | None = None
    transactions: SellerTransactions = SellerTransactions()


class BuyerReputation(Struct, frozen=True, kw_only=True):
    tags: list[str] = []


class ImmediatePayment(Struct, frozen=True, kw_only=True):
    required: bool = False
    reasons: list[str] = []


class Permission(Struct, frozen=True, kw_only=True):
    allow: bool = True
    codes: list[str] = []
    immediate_payment: ImmediatePayment = ImmediatePayment()


class Billing(Struct, frozen=True, kw_only=True):
    allow: bool = True
    codes: list[str] = []


class UserStatus(Struct, frozen=True, kw_only=True):
    """Everybody sees `site_status`; the rest is the user's own."""

    site_status: str = "active"
    list: Permission | UnsetType = UNSET
    buy: Permission | UnsetType = UNSET
    sell: Permission | UnsetType = UNSET
    billing: Billing | UnsetType = UNSET
    immediate_payment: bool | UnsetType = UNSET
    confirmed_email: bool | UnsetType = UNSET
    mercadopago_account_type: str | UnsetType = UNSET
    mercadopago_tc_accepted: bool | UnsetType = UNSET
    mercadoenvios: str | UnsetType = UNSET
    user_type: str | UnsetType = UNSET
    required_action: str | UnsetType = UNSET


class Address(Struct, frozen=True, kw_only=True):
    city: str | None = None
    state: str | None = None
    address: str | UnsetType | None = UNSET
    zip_code: str | UnsetType | None = UNSET


class Identification(Struct, frozen=True, kw_only=True):
    type: str | None = None
    number: str | None = None


class Credit(Struct, frozen=True, kw_only=True):
    consumed: Decimal = Decimal(0)
    credit_level_id: str | None = None


class User(Struct, frozen=True, kw_only=True):
    id: int
    nickname: str
    registration_date: str | None = None
    country_id: str | None = None
    address: Address | None = None
    user_type: str = "normal"
    tags: list[str] = []
    logo: str | None = None
    points: int = 0
    site_id: str | None = None
    permalink: str | None = None
    seller_reputation: SellerReputation | None = None
    buyer_reputation: BuyerReputation | None = None
    status: UserStatus = UserStatus()
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    identification: Identification | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    alternative_phone: Phone | UnsetType = UNSET
    seller_experience: str | UnsetType = UNSET
    shipping_modes: list[str] | UnsetType = UNSET
    company: dict[str, str] | UnsetType | None = UNSET
    secure_email: str | UnsetType = UNSET
    credit: Credit | UnsetType = UNSET
    password: str | UnsetType = UNSET

    def __repr__(self) -> str:
        # Without the password and the personal data: reprs end up in logs.
        return f"User(id={self.id}, nickname={self.nickname!r})"


class NewUser(Struct, frozen=True, kw_only=True):
    """Body of `POST /operator/users` (21.1): only `site_id` is required."""

    site_id: str
    nickname: str | None = None
    password: str | None = None
    email: str | None = None
    first_name: str = ""
    last_name: str = ""
    phone: Phone = Phone()
    alternative_phone: Phone = Phone()
    identification: Identification = Identification()
    address: Address = Address()
    user_type: str = "normal"
    tags: list[str] = []
    # The automatic mark of rule 5 (6.2), and the official stores granted (26.13).
    immediate_payment: bool = False
    official_store_ids: list[int] = []
