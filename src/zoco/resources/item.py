"""Listings over HTTP (contract 14)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType


class ValueStruct(Struct, frozen=True, kw_only=True):
    number: Decimal
    unit: str


class Attribute(Struct, frozen=True, kw_only=True):
    id: str
    name: str | None = None
    value_id: str | None = None
    value_name: str | None = None
    value_struct: ValueStruct | None = None
    attribute_group_id: str | None = None


class Picture(Struct, frozen=True, kw_only=True):
    id: str
    url: str | None = None
    secure_url: str | None = None
    size: str | None = None
    max_size: str | None = None
    quality: str | None = None


class NewPicture(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture by its address, `{"source": url}`, or one that was read, sent back."""

    source: str | None = None
    id: str | None = None
    url: str | None = None


class Variation(Struct, frozen=True, kw_only=True):
    id: int
    price: Decimal | None = None
    available_quantity: int = 0
    sold_quantity: int = 0
    attribute_combinations: list[Attribute] = []
    picture_ids: list[str] = []
    seller_custom_field: str | None = None
    attributes: list[Attribute] = []


class Item(Struct, frozen=True, kw_only=True):
    id: str
    site_id: str
    title: str
    subtitle: str | None = None
    seller_id: int
    category_id: str
    official_store_id: int | None = None
    price: Decimal
    base_price: Decimal | None = None
    original_price: Decimal | None = None
    currency_id: str
    initial_quantity: int = 0
    available_quantity: int
    sold_quantity: int = 0
    sale_terms: list[Attribute] = []
    buying_mode: str
    listing_type_id: str
    start_time: str | None = None
    stop_time: str | None = None
    end_time: str | None = None
    expiration_time: str | None = None
    condition: str
    permalink: str | None = None
    thumbnail: str | None = None
    pictures: list[Picture] = []
    video_id: str | None = None
    descriptions: list[object] = []
    accepts_mercadopago: bool = True
    non_mercado_pago_payment_methods: list[object] = []
    shipping: dict[str, object] = {}
    seller_address: dict[str, object] = {}
    seller_contact: dict[str, object] | None = None
    location: dict[str, object] = {}
    geolocation: dict[str, object] = {}
    coverage_areas: list[object] = []
    attributes: list[Attribute] = []
    variations: list[Variation] = []
    status: str
    sub_status: list[str] = []
    tags: list[str] = []
    warranty: str | None = None
    catalog_product_id: str | None = None
    domain_id: str | None = None
    seller_custom_field: str | None = None
    parent_item_id: str | None = None
    deal_ids: list[str] = []
    automatic_relist: bool = False
    date_created: str | None = None
    last_updated: str | None = None
    health: Decimal | None = None
    channels: list[str] = []


class MultigetItem(Struct, frozen=True, kw_only=True):
    """One entry of `GET /items?ids=`: `body` is an `Item` under code 200, else an `Error`."""

    code: int
    body: object


class NewVariation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: int | None = None
    price: Decimal | None = None
    available_quantity: int | None = None
    attribute_combinations: list[Attribute] | UnsetType = UNSET
    picture_ids: list[str] | UnsetType = UNSET
    seller_custom_field: str | None = None
    attributes: list[Attribute] | UnsetType = UNSET


class NewItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /items` (14.3). Unknown fields are refused (A-33)."""

    title: str
    category_id: str
    price: Decimal
    currency_id: str
    available_quantity: int
    buying_mode: str
    listing_type_id: str
    condition: str
    site_id: str | None = None
    subtitle: str | None = None
    official_store_id: int | None = None
    sale_terms: list[Attribute] = []
    pictures: list[NewPicture] = []
    video_id: str | None = None
    description: str | dict[str, object] | None = None
    shipping: dict[str, object] | None = None
    location: dict[str, object] | None = None
    seller_contact: dict[str, object] | None = None
    attributes: list[Attribute] = []
    variations: list[NewVariation] = []
    tags: list[str] = []
    warranty: str | None = None
    seller_custom_field: str | None = None
    automatic_relist: bool = False


class ItemChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `PUT /items/{id}`: what is not sent stays as it is (14.4)."""

    title: str | UnsetType = UNSET
    price: Decimal | UnsetType = UNSET
    available_quantity: int | UnsetType = UNSET
    status: str | UnsetType = UNSET
    deleted: bool | str | UnsetType = UNSET
    subtitle: str | UnsetType | None = UNSET
    sale_terms: list[Attribute] | UnsetType = UNSET
    pictures: list[NewPicture] | UnsetType = UNSET
    video_id: str | UnsetType | None = UNSET
    shipping: dict[str, object] | UnsetType | None = UNSET
    location: dict[str, object] | UnsetType | None = UNSET
    seller_contact: dict[str, object] | UnsetType | None = UNSET
    attributes: list[Attribute] | UnsetType = UNSET
    variations: list[NewVariation] | UnsetType = UNSET
    buying_mode: str | UnsetType = UNSET
    warranty: str | UnsetType | None = UNSET
    seller_custom_field: str | UnsetType | None = UNSET
    automatic_relist: bool | UnsetType = UNSET
