"""Reference data over HTTP: sites, payment methods, categories (contract 6.4, 6.5, 19)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


class SiteSummary(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    default_currency_id: str


class Currency(Struct, frozen=True, kw_only=True):
    id: str
    symbol: str


class Named(Struct, frozen=True, kw_only=True):
    id: str
    name: str


class Site(Struct, frozen=True, kw_only=True):
    """`<SITE>MP` among `payment_method_ids` says that Mercado Pago is active there."""

    id: str
    name: str
    country_id: str
    sale_fees_mode: str = "not_free"
    mercadopago_version: int | None = None
    default_currency_id: str
    immediate_payment: str = "optional"
    payment_method_ids: list[str] = []
    settings: object = None
    currencies: list[Currency] = []
    categories: list[Named] = []
    channels: list[str] = []


class PayerCost(Struct, frozen=True, kw_only=True):
    installments: int
    installment_rate: Decimal
    labels: list[str] = []
    min_allowed_amount: Decimal = Decimal(0)
    max_allowed_amount: Decimal | None = None


class PaymentMethod(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    payment_type_id: str
    site_id: str | None = None
    thumbnail: str | None = None
    secure_thumbnail: str | None = None
    labels: list[str] = []
    min_accreditation_days: int = 0
    max_accreditation_days: int = 0
    payer_costs: list[PayerCost] = []
    exceptions_by_card_issuer: list[object] = []
    card_configuration: list[object] = []


class ChildCategory(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    total_items_in_this_category: int = 0


class CategorySettings(Struct, frozen=True, kw_only=True):
    adult_content: bool = False
    buying_allowed: bool = True
    buying_modes: tuple[str, ...] = ("buy_it_now",)
    currencies: list[str] = []
    immediate_payment: str = "optional"
    item_conditions: tuple[str, ...] = ("new", "used", "not_specified")
    listing_allowed: bool = True
    max_description_length: int = 50000
    max_pictures_per_item: int = 12
    max_title_length: int = 60
    maximum_price: Decimal | None = None
    minimum_price: Decimal | None = None
    reservation_allowed: str = "not_allowed"
    vertical: str | None = None
    status: str = "enabled"


class Category(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    picture: str | None = None
    permalink: str | None = None
    total_items_in_this_category: int = 0
    path_from_root: list[Named] = []
    children_categories: list[ChildCategory] = []
    attribute_types: str = "attributes"
    settings: CategorySettings = CategorySettings()
    meta_categ_id: str | None = None
    attributable: bool = False
    date_created: str | None = None
