"""The way of an order's goods: as it is read, the buyer's instructions, the carrier's word (A-39)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(max_length=255)]


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Text | None = None
    name: Text | None = None


class ReceiverAddress(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the buyer has given of it; nothing is required, for a country's addresses are its own."""

    address_line: Text | None = None
    street_name: Text | None = None
    street_number: Text | int | None = None
    comment: Text | None = None
    zip_code: Text | None = None
    city: Place | None = None
    state: Place | None = None
    country: Place | None = None
    neighborhood: Place | None = None
    municipality: Place | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    receiver_name: Text | None = None
    receiver_phone: Text | None = None


class OrderShipping(Struct, frozen=True, kw_only=True):
    status: str = "to_be_agreed"
    id: int | None = None
    substatus: str | None = None
    service_id: int | None = None
    currency_id: str | None = None
    shipping_mode: str | None = None
    shipment_type: str | None = None
    sender_id: int | None = None
    picking_type: str | None = None
    date_created: str | None = None
    cost: Decimal | None = None
    date_first_printed: str | None = None
    receiver_address: ReceiverAddress | None = None
    comments: str | None = None


class ShippingInstructions(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of `PUT /orders/{id}/shipping`: what is not sent stays as it is."""

    receiver_address: ReceiverAddress | None = None
    comments: str | None = None


class CarrierWord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of `POST /operator/orders/{id}/shipping`."""

    status: str | None = None
    cost: Decimal | None = None
