"""What buyer and seller say of an order, and whether it came to pass (contract 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    """`sale` is given by the seller, `purchase` by the buyer."""

    SALE = "sale"
    PURCHASE = "purchase"


class Rating(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


# Inclusive, though one document says "less than 160".
MESSAGE_LENGTH_MAX = 160

_EITHER = frozenset(
    {
        "THEY_DIDNT_ANSWER",
        "BUYER_REGRETS",
        "SELLER_REGRETS",
        "SELLER_OUT_OF_STOCK",
        "OUT_OF_STOCK",
        "SELLER_DIDNT_TRY_TO_CONTACT_BUYER",
        "BUYER_NOT_ENOUGH_MONEY",
        "THEY_NOT_HONORING_POLICIES",
        "OTHER_MY_RESPONSIBILITY",
        "OTHER_THEIR_RESPONSIBILITY",
    }
)
# Why an order did not come to pass: the union of what the documents list per role (11.5).
REASONS: dict[Side, frozenset[str]] = {
    Side.SALE: _EITHER
    | {
        "BUYER_DID_NOT_ANSWER",
        "DUBIOUS_BUYER",
        "HIGH_ML_COMISSION",
        "HIGH_TAXES",
        "SELLER_HOLIDAY",
        "UNFRIENDLY_SHIPMENT_POLICY",
        "UNAVAILABLE_PRODUCT",
        "SELLER_ADDRESS_WITHDRAWAL",
        "WRONG_RECEIVER_ADDRESS",
        "HIGH_SHIPMENT_COST",
        "WRONG_SHIPMENT_COST",
        "UNPRINTED_LABEL",
        "UNWITHDRAWN_PRODUCT_BY_DELIVER_COMPANY",
        "DENIED_PACKAGE",
        "UNABLE_TO_READ_LABEL",
        "MANUFACTURING_PRODUCT_NOT_FINISHED",
        "SHIPMENT_PROBLEM_OTHER",
        "DELIVERY_COMPANY_PROBLEM_OTHER",
    },
    Side.PURCHASE: _EITHER
    | {
        "I_COULDNT_ANSWER",
        "DESCRIPTION_DIDNT_MATCH_ARTICLE",
        "BUYER_PAID_BUT_DID_NOT_RECEIVE",
        "HIGH_SHIPMENT_COST",
        "SELLER_DID_NOT_ANSWER",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    id: int
    order_id: int
    side: Side
    from_id: int
    to_id: int
    fulfilled: bool
    rating: Rating
    reason: str | None = None
    message: str | None = None
    restock_item: bool | None = None
    date_created: datetime
    date_last_updated: datetime
    # The counterpart sees it from then on: when both have rated, at the latest at `expiration_date` (11.6).
    visibility_date: datetime
    modified: bool = False
