"""The order as it is read and made over HTTP (contract 3.2, 3.3, 3.5, 6.1)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from zoco.resources.payment import OrderPayment
from zoco.resources.shipping import OrderShipping


class Phone(Struct, frozen=True, kw_only=True):
    area_code: str | None = None
    number: str | None = None
    extension: str | None = None
    verified: bool | UnsetType = UNSET


class BillingInfo(Struct, frozen=True, kw_only=True):
    doc_type: str | None = None
    doc_number: str | None = None


class Party(Struct, frozen=True, kw_only=True):
    """A buyer or seller block. Only `id` and `nickname` while the order is hidden (A-06)."""

    id: int
    nickname: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    alternative_phone: Phone | UnsetType = UNSET
    billing_info: BillingInfo | UnsetType = UNSET


class VariationAttribute(Struct, frozen=True, kw_only=True):
    id: str | None = None
    name: str | None = None
    value_id: str | None = None
    value_name: str | None = None


class OrderedItem(Struct, frozen=True, kw_only=True):
    id: str
    title: str = ""
    category_id: str | None = None
    variation_id: int | None = None
    variation_attributes: list[VariationAttribute] = []
    seller_custom_field: str | None = None
    seller_sku: str | None = None
    warranty: str | None = None
    condition: str | None = None


class OrderItem(Struct, frozen=True, kw_only=True):
    item: OrderedItem
    quantity: int
    unit_price: Decimal
    full_unit_price: Decimal | None = None
    currency_id: str | None = None
    sale_fee: Decimal = Decimal(0)
    listing_type_id: str | None = None
    gross_price: Decimal | None = None
    base_currency_id: str | None = None
    base_exchange_rate: Decimal | None = None
    element_id: int | None = None


class StatusDetail(Struct, frozen=True, kw_only=True):
    code: str | None = None
    description: str | None = None


class FeedbackSummary(Struct, frozen=True, kw_only=True):
    """Before its visibility date the buyer of a reservation sees no `rating` (26.17)."""

    id: int
    date_created: str
    fulfilled: bool
    rating: str | UnsetType = UNSET


class OrderFeedback(Struct, frozen=True, kw_only=True):
    purchase: FeedbackSummary | None = None
    sale: FeedbackSummary | None = None


class Coupon(Struct, frozen=True, kw_only=True):
    id: str | None = None
    amount: Decimal = Decimal(0)


class Context(Struct, frozen=True, kw_only=True):
    channel: str | None = None
    site: str | None = None
    flows: list[str] = []


class OrderRequest(Struct, frozen=True, kw_only=True, rename={"return_": "return"}):
    change: str | None = None
    return_: str | None = None


class Taxes(Struct, frozen=True, kw_only=True):
    amount: Decimal | None = None
    currency_id: str | None = None
    id: str | None = None


class CancelDetail(Struct, frozen=True, kw_only=True):
    group: str | None = None
    code: str | None = None
    description: str | None = None
    requested_by: str | None = None
    date: str | None = None


class Order(Struct, frozen=True, kw_only=True):
    id: int
    status: str
    status_detail: StatusDetail | None = None
    cancel_detail: CancelDetail | None = None
    date_created: str
    date_closed: str | None = None
    last_updated: str | None = None
    date_last_updated: str | None = None
    expiration_date: str | None = None
    order_items: list[OrderItem] = []
    total_amount: Decimal
    total_amount_with_shipping: Decimal | None = None
    paid_amount: Decimal = Decimal(0)
    currency_id: str
    buyer: Party
    seller: Party
    payments: list[OrderPayment] = []
    feedback: OrderFeedback = OrderFeedback()
    shipping: OrderShipping = OrderShipping()
    coupon: Coupon = Coupon()
    mediations: list[object] = []
    tags: list[str] = []
    comments: str | None = None
    hidden_for_seller: bool = False
    application_id: str | None = None
    pack_id: int | None = None
    fulfilled: bool | None = None
    buying_mode: str | None = None
    context: Context | None = None
    order_request: OrderRequest = OrderRequest()
    taxes: Taxes = Taxes()
    manufacturing_ending_date: str | None = None


class OrderedItemRef(Struct, frozen=True, kw_only=True):
    id: str
    variation_id: int | None = None


class NewOrderItem(Struct, frozen=True, kw_only=True):
    """`{"item_id"}` or `{"item": {"id", "variation_id"}}` (A-14)."""

    quantity: int = 1
    item_id: str | None = None
    variation_id: int | None = None
    item: OrderedItemRef | None = None


class NewOrder(Struct, frozen=True, kw_only=True):
    order_items: list[NewOrderItem]


class OrderChange(Struct, frozen=True, kw_only=True):
    """The only change a party asks for is `{"status": "cancelled"}` (26.1)."""

    status: str | None = None
