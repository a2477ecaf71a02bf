"""The way of the goods from seller to buyer, as far as the marketplace is told of it (A-39)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShippingStatus(StrEnum):
    TO_BE_AGREED = "to_be_agreed"
    PENDING = "pending"
    READY_TO_SHIP = "ready_to_ship"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipping:
    """`date_created` is None until buyer or carrier has said something."""

    status: ShippingStatus = ShippingStatus.TO_BE_AGREED
    # A JSON object, opaque to the rules.
    receiver_address: str | None = None
    comments: str | None = None
    date_created: datetime | None = None


TO_BE_AGREED = Shipping()
