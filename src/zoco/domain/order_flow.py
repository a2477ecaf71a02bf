"""Which of the two payment flows an order takes, and what is paid for a reservation (contract 6, 7)."""

from __future__ import annotations

from decimal import Decimal

from zoco.domain.categories import Category
from zoco.domain.items import Item
from zoco.domain.money import Money
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import SITES, Site
from zoco.domain.users import User

# What a reservation costs at least and at most, in the site's own currency.
_RESERVATION_RANGE: dict[str, tuple[Decimal, Decimal]] = {
    "MLB": (Decimal(200), Decimal(1_000)),
    "MLA": (Decimal(50_000), Decimal(250_000)),
    "MLM": (Decimal(700), Decimal(3_500)),
    "MLC": (Decimal(35_000), Decimal(175_000)),
    "MCO": (Decimal(150_000), Decimal(750_000)),
    "MLU": (Decimal(1_500), Decimal(7_500)),
    "MPE": (Decimal(150), Decimal(750)),
}
_RESERVATION_SHARE = Decimal("0.01")


def is_reservation(category: Category, item: Item) -> bool:
    """26.11: vehicles always; elsewhere when the category allows it and the item names its price."""
    if category.reservation_allowed == "mandatory":
        return True
    return category.reservation_allowed == "allowed" and item.reservation_price is not None


def is_mandatory(site: Site, category: Category, item: Item, seller: User, buyer: User) -> bool:
    """Whether the order must be paid through Mercado Pago before it exists for the seller (6.2)."""
    if not site.mercado_pago:
        return False
    return (
        site.id == "MLB"
        or (site.id in {"MLA", "MLM"} and item.condition == "new")
        or item.official_store_id is not None
        or category.immediate_payment == "required"
        # "User … operations" says the documentation: the mark counts in either role.
        or seller.immediate_payment_marked
        or buyer.immediate_payment_marked
        or seller.immediate_payment_by_user
        # D22 has this trigger, the seed's list does not; an extra trigger harms nobody.
        or "immediate_payment" in item.tags
        or is_reservation(category, item)
    )


def reservation_price(item: Item) -> Money:
    """What reserving `item` costs: its own price for that, or 1 % of the price within the site's range."""
    if item.reservation_price is not None:
        return item.reservation_price
    currency = item.price.currency
    # The ranges are known in the site's currency only, and nothing here converts money.
    if item.site_id not in _RESERVATION_RANGE or SITES[item.site_id].default_currency != currency:
        raise Refused(Reason.RESERVATION_NOT_AVAILABLE, detail=f"no reservation price in {currency}")
    lowest, highest = _RESERVATION_RANGE[item.site_id]
    share = item.price.amount * _RESERVATION_SHARE
    return Money.rounded(min(max(share, lowest), highest), currency)
