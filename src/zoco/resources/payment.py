"""Payments: inside an order, as the payer reads them, as the collector reads them (contract 8)."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


class AtmTransferReference(Struct, frozen=True, kw_only=True):
    company_id: str | None = None
    transaction_id: str | None = None


class Collector(Struct, frozen=True, kw_only=True):
    id: int


class OrderPayment(Struct, frozen=True, kw_only=True):
    """Contract 8.2."""

    id: int
    order_id: int | None = None
    payer_id: int | None = None
    collector: Collector | None = None
    card_id: int | None = None
    site_id: str | None = None
    reason: str | None = None
    payment_method_id: str | None = None
    payment_type: str | None = None
    currency_id: str
    installments: int = 1
    issuer_id: str | None = None
    atm_transfer_reference: AtmTransferReference = AtmTransferReference()
    coupon_id: str | None = None
    coupon_amount: Decimal = Decimal(0)
    activation_uri: str | None = None
    operation_type: str = "regular_payment"
    available_actions: list[str] = []
    status: str
    status_code: str | None = None
    status_detail: str | None = None
    transaction_amount: Decimal
    transaction_amount_refunded: Decimal = Decimal(0)
    shipping_cost: Decimal = Decimal(0)
    overpaid_amount: Decimal = Decimal(0)
    total_paid_amount: Decimal = Decimal(0)
    marketplace_fee: Decimal | None = None
    installment_amount: Decimal | None = None
    deferred_period: str | None = None
    authorization_code: str | None = None
    transaction_order_id: str | None = None
    taxes_amount: Decimal = Decimal(0)
    reference_id: str | None = None
    date_approved: str | None = None
    date_created: str | None = None
    date_last_modified: str | None = None


class Payment(OrderPayment, frozen=True, kw_only=True):
    """What `GET /payments/{id}` answers: 8.2 and 8.3 together."""

    date_last_updated: str | None = None
    collector_id: int | None = None
    marketplace: str = "MELI"
    money_release_date: str | None = None


class CollectionParty(Struct, frozen=True, kw_only=True):
    id: int
    nickname: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Refund(Struct, frozen=True, kw_only=True):
    amount: Decimal
    status: str = "approved"
    date_created: str | None = None


class Collection(Struct, frozen=True, kw_only=True):
    """What the seller reads (contract 8.4)."""

    id: int
    site_id: str | None = None
    date_created: str
    date_approved: str | None = None
    money_release_date: str | None = None
    last_modified: str | None = None
    payer: CollectionParty
    collector: CollectionParty
    order_id: int
    external_reference: str | None = None
    merchant_order_id: int | None = None
    reason: str | None = None
    currency_id: str
    transaction_amount: Decimal
    net_received_amount: Decimal
    total_paid_amount: Decimal
    shipping_cost: Decimal = Decimal(0)
    coupon_amount: Decimal = Decimal(0)
    coupon_fee: Decimal = Decimal(0)
    finance_fee: Decimal = Decimal(0)
    discount_fee: Decimal = Decimal(0)
    status: str
    status_detail: str | None = None
    installments: int = 1
    issuer_id: str | None = None
    payment_type: str | None = None
    payment_method_id: str | None = None
    marketplace: str = "MELI"
    operation_type: str = "regular_payment"
    marketplace_fee: Decimal = Decimal(0)
    released: str = "no"
    amount_refunded: Decimal = Decimal(0)
    refunds: list[Refund] = []


class NewPayment(Struct, frozen=True, kw_only=True):
    """Body of `POST /orders/{id}/payments` (8.7). The card holder's name chooses the outcome (8.6)."""

    payment_method_id: str
    transaction_amount: Decimal | None = None
    installments: int = 1
    cardholder_name: str | None = None
    issuer_id: str | None = None


class ProviderWord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of `POST /operator/payments/{id}` (21.1).

    `transaction_amount_refunded` is what has been given back in all, with the detail `partially_refunded`.
    """

    status: str
    status_detail: str | None = None
    transaction_amount_refunded: Decimal | None = None
