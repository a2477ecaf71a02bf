"""What the fake marketplace sells, and how it prints that."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

APPLICATION = 14529


@dataclass
class Item:
    id: str
    seller: int
    quantity: int
    version: int = 1
    sku: str | None = None
    changed: str = ""
    variations: dict[int, int] = field(default_factory=dict)


@dataclass
class Order:
    id: int
    seller: int
    item: str
    quantity: int
    status: str
    created: str
    changed: str
    closed: str | None
    tags: list[str]
    variation: int | None = None
    cancelled: str | None = None
    sale_feedback: dict[str, object] | None = None
    payments: list[dict[str, object]] = field(default_factory=list)
    hidden: bool = False


def item_body(item: Item) -> dict[str, object]:
    quantity = sum(item.variations.values()) if item.variations else item.quantity
    return {
        "id": item.id,
        "site_id": item.id[:3],
        "title": f"Title of {item.id}",
        "seller_id": item.seller,
        "category_id": "MLB3530",
        "price": 499,
        "currency_id": "BRL",
        "available_quantity": quantity,
        "buying_mode": "buy_it_now",
        "listing_type_id": "gold_special",
        "condition": "new",
        "status": "active" if quantity else "paused",
        "seller_custom_field": item.sku,
        "last_updated": item.changed,
        "variations": [
            {
                "id": variation,
                "available_quantity": quantity,
                "attribute_combinations": [{"id": "COLOR", "value_name": f"colour {variation}"}],
            }
            for variation, quantity in item.variations.items()
        ],
    }


def order_body(order: Order) -> dict[str, object]:
    return {
        "id": order.id,
        "status": order.status,
        "date_created": order.created,
        "date_closed": order.closed,
        "last_updated": order.changed,
        "expiration_date": None,
        "cancel_detail": None if order.cancelled is None else {"code": "x", "date": order.cancelled},
        "order_items": [
            {
                "item": {
                    "id": order.item,
                    "title": f"Title of {order.item}",
                    "variation_id": order.variation,
                },
                "quantity": order.quantity,
                "unit_price": 499,
                "currency_id": "BRL",
            }
        ],
        "total_amount": 499 * order.quantity,
        "currency_id": "BRL",
        "buyer": {"id": 5, "nickname": "BUYER5", "first_name": "Bia", "last_name": "Souza"},
        "seller": {"id": order.seller},
        "payments": order.payments,
        "tags": order.tags,
        "feedback": {"purchase": None, "sale": _feedback_summary(order)},
        "a_field_nobody_knows": {"kept": True},
    }


def _feedback_summary(order: Order) -> dict[str, object] | None:
    given = order.sale_feedback
    if given is None:
        return None
    return {name: given[name] for name in ("id", "date_created", "fulfilled", "rating")}


def notification(resource: str, *, user: int, topic: str = "orders", identity: str | None = None) -> bytes:
    body: dict[str, object] = {
        "resource": resource,
        "user_id": user,
        "topic": topic,
        "application_id": APPLICATION,
        "attempts": 0,
        "sent": "2011-10-19T16:40:34.425Z",
        "received": "2011-10-19T16:38:34.425Z",
    }
    if identity is not None:
        body["_id"] = identity
    return json.dumps(body).encode()
