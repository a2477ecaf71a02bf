"""Listings: from a seller's words to the domain's, and back to what everybody reads (contract 14).

What the rules do not look into (pictures, attributes, sale terms…) travels as one JSON object,
`Details`, whose shape only this module knows.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from zoco.api.presenters.amounts import number
from zoco.domain import listings
from zoco.domain.categories import CATEGORIES, Category
from zoco.domain.items import Item, Variation
from zoco.domain.money import Money
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import SITES
from zoco.domain.users import User
from zoco.resources import item as shapes
from zoco.resources.scalars import utc_moment

T = TypeVar("T")

RESERVATION_PRICE = "RESERVATION_PRICE"
_SHIPPING: dict[str, object] = {
    "mode": "not_specified",
    "methods": [],
    "tags": [],
    "dimensions": None,
    "local_pick_up": True,
    "free_shipping": False,
    "logistic_type": "not_specified",
}


class Details(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an item shows and no rule reads."""

    subtitle: str | None = None
    sale_terms: list[shapes.Attribute] = []
    pictures: list[shapes.NewPicture] = []
    video_id: str | None = None
    description: str | dict[str, object] | None = None
    shipping: dict[str, object] | None = None
    seller_address: dict[str, object] = {}
    location: dict[str, object] | None = None
    seller_contact: dict[str, object] | None = None
    attributes: list[shapes.Attribute] = []
    automatic_relist: bool = False


class VariationDetails(Struct, frozen=True, kw_only=True, omit_defaults=True):
    attribute_combinations: list[shapes.Attribute] = []
    picture_ids: list[str] = []
    seller_custom_field: str | None = None
    attributes: list[shapes.Attribute] = []


_encoder = msgspec.json.Encoder(decimal_format="number")
_details = msgspec.json.Decoder(Details)
_variation_details = msgspec.json.Decoder(VariationDetails)


def new_item(body: shapes.NewItem, seller: User) -> listings.NewItem:
    """The listing that a seller asks for. Without a location it is where the seller is (26.12)."""
    category = _category(body.category_id)
    address = _address(seller)
    details = Details(
        subtitle=body.subtitle,
        sale_terms=body.sale_terms,
        pictures=body.pictures,
        video_id=body.video_id,
        description=body.description,
        shipping=body.shipping,
        seller_address=address,
        location=body.location or address,
        seller_contact=body.seller_contact,
        attributes=body.attributes,
        automatic_relist=body.automatic_relist,
    )
    currency = body.currency_id
    return listings.NewItem(
        site_id=body.site_id or category.site_id,
        category_id=body.category_id,
        title=body.title,
        price=Money.of(body.price, currency, field="price"),
        available_quantity=body.available_quantity,
        buying_mode=body.buying_mode,
        listing_type_id=body.listing_type_id,
        condition=body.condition,
        official_store_id=body.official_store_id,
        reservation_price=_reservation_price(body.sale_terms, currency),
        tags=tuple(body.tags),
        variations=tuple(_new_variation(one, currency) for one in body.variations),
        seller_custom_field=body.seller_custom_field,
        warranty=body.warranty,
        attribute_ids=_with_value(body.attributes),
        details=_encoder.encode(details).decode(),
    )


def item_change(body: shapes.ItemChange, item: Item) -> listings.ItemChange:
    """What is to be different in this item; what was not sent stays (14.4)."""
    currency = item.price.currency
    sent = {
        name: value
        for name in Details.__struct_fields__
        if (value := getattr(body, name, UNSET)) is not UNSET
    }
    details = msgspec.structs.replace(_details.decode(item.details), **sent) if sent else None
    return listings.ItemChange(
        title=_sent(body.title),
        price=None if body.price is UNSET else Money.of(body.price, currency, field="price"),
        available_quantity=_sent(body.available_quantity),
        status=_sent(body.status),
        deleted=body.deleted in (True, "true"),
        buying_mode=_sent(body.buying_mode),
        reservation_price=(
            None if body.sale_terms is UNSET else _reservation_price(body.sale_terms, currency)
        ),
        variations=(
            None
            if body.variations is UNSET
            else tuple(_variation_change(one, item, currency) for one in body.variations)
        ),
        seller_custom_field=_text(body.seller_custom_field),
        warranty=_text(body.warranty),
        attribute_ids=None if body.attributes is UNSET else _with_value(body.attributes),
        details=None if details is None else _encoder.encode(details).decode(),
    )


def item(listed: Item, public_url: str) -> shapes.Item:
    """Contract 14.2, the same for everybody (C-14)."""
    details = _details.decode(listed.details)
    pictures = [_picture(number, picture) for number, picture in enumerate(details.pictures, 1)]
    price = number(listed.price)
    stop = utc_moment(listed.stop_time)
    return shapes.Item(
        id=listed.id,
        site_id=listed.site_id,
        title=listed.title,
        subtitle=details.subtitle,
        seller_id=listed.seller_id,
        category_id=listed.category_id,
        official_store_id=listed.official_store_id,
        price=price,
        base_price=price,
        currency_id=listed.price.currency,
        initial_quantity=listed.initial_quantity,
        available_quantity=listed.available_quantity,
        sold_quantity=listed.sold_quantity,
        sale_terms=details.sale_terms,
        buying_mode=listed.buying_mode,
        listing_type_id=listed.listing_type_id,
        start_time=utc_moment(listed.start_time),
        stop_time=stop,
        end_time=stop,
        expiration_time=stop,
        condition=listed.condition,
        permalink=f"{public_url}/items/{listed.id}",
        thumbnail=pictures[0].url if pictures else None,
        pictures=pictures,
        video_id=details.video_id,
        descriptions=[] if details.description is None else [details.description],
        accepts_mercadopago=SITES[listed.site_id].mercado_pago,
        shipping=details.shipping or _SHIPPING,
        seller_address=details.seller_address,
        seller_contact=details.seller_contact,
        location=details.location or {},
        attributes=details.attributes,
        variations=[_variation(one) for one in listed.variations],
        status=listed.status.value,
        sub_status=list(listed.sub_status),
        tags=list(listed.tags),
        warranty=listed.warranty,
        seller_custom_field=listed.seller_custom_field,
        parent_item_id=listed.parent_item_id,
        automatic_relist=details.automatic_relist,
        date_created=utc_moment(listed.date_created),
        last_updated=utc_moment(listed.last_updated),
        channels=["marketplace"],
    )


def _category(category_id: str) -> Category:
    """In a listing an unknown category is one of its validations, not a missing page (14.3)."""
    if category_id not in CATEGORIES:
        raise Refused(Reason.CATEGORY_NOT_LISTABLE, field="category_id", detail=category_id)
    return CATEGORIES[category_id]


def _address(seller: User) -> dict[str, object]:
    home = SITES[seller.site_id]
    country = {"id": home.country_id, "name": home.name}
    if seller.city is None:
        return {"country": country}
    return {"city": {"name": seller.city}, "state": {"name": seller.state}, "country": country}


def _reservation_price(sale_terms: list[shapes.Attribute], currency: str) -> Money | None:
    """`RESERVATION_PRICE`, as a number with its unit or as `"1000 BRL"`; in the item's currency (7)."""
    term = next((term for term in sale_terms if term.id == RESERVATION_PRICE), None)
    if term is None:
        return None
    if term.value_struct is not None:
        number, unit = term.value_struct.number, term.value_struct.unit
    else:
        text, _, unit = (term.value_name or "").partition(" ")
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise Refused(Reason.INVALID_PRICE, field="sale_terms") from error
    if unit != currency or not number.is_finite() or number <= 0:
        raise Refused(Reason.INVALID_PRICE, field="sale_terms")
    return Money.of(number, currency, field="sale_terms")


def _new_variation(body: shapes.NewVariation, currency: str) -> listings.NewVariation:
    return listings.NewVariation(
        available_quantity=body.available_quantity or 0,
        price=None if body.price is None else Money.of(body.price, currency, field="variations"),
        details=_encoder.encode(_sent_details(body, VariationDetails())).decode(),
    )


def _variation_change(body: shapes.NewVariation, item: Item, currency: str) -> listings.VariationChange:
    kept = next((one for one in item.variations if one.id == body.id), None)
    before = VariationDetails() if kept is None else _variation_details.decode(kept.details)
    return listings.VariationChange(
        id=body.id,
        available_quantity=body.available_quantity,
        price=None if body.price is None else Money.of(body.price, currency, field="variations"),
        details=_encoder.encode(_sent_details(body, before)).decode(),
    )


def _sent_details(body: shapes.NewVariation, before: VariationDetails) -> VariationDetails:
    sent = {
        name: value
        for name in VariationDetails.__struct_fields__
        if (value := getattr(body, name)) is not UNSET and value is not None
    }
    return msgspec.structs.replace(before, **sent)


def _variation(one: Variation) -> shapes.Variation:
    details = _variation_details.decode(one.details)
    return shapes.Variation(
        id=one.id,
        price=number(one.price),
        available_quantity=one.available_quantity,
        sold_quantity=one.sold_quantity,
        attribute_combinations=details.attribute_combinations,
        picture_ids=details.picture_ids,
        seller_custom_field=details.seller_custom_field,
        attributes=details.attributes,
    )


def _picture(number: int, sent: shapes.NewPicture) -> shapes.Picture:
    url = sent.source or sent.url
    return shapes.Picture(id=sent.id or str(number), url=url, secure_url=url)


def _with_value(attributes: list[shapes.Attribute]) -> frozenset[str]:
    return frozenset(one.id for one in attributes if one.value_name or one.value_id or one.value_struct)


def _sent(value: T | UnsetType) -> T | None:
    return None if isinstance(value, UnsetType) else value


def _text(value: str | UnsetType | None) -> str | None:
    """A text that was sent empty or null is to be taken away, which the rules read as an empty text."""
    return None if isinstance(value, UnsetType) else (value or "")
