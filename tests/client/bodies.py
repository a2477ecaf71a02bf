"""Answers as a marketplace sends them, as small as they may be."""

from __future__ import annotations


def order(order_id: int = 731867397, **fields: object) -> dict[str, object]:
    return {
        "id": order_id,
        "status": "paid",
        "date_created": "2013-05-27T10:01:50.000-04:00",
        "total_amount": 499,
        "currency_id": "BRL",
        "buyer": {"id": 1},
        "seller": {"id": 2},
        **fields,
    }


def item(item_id: str = "MLB600034093", **fields: object) -> dict[str, object]:
    return {
        "id": item_id,
        "site_id": "MLB",
        "title": "Nissan March",
        "seller_id": 2,
        "category_id": "MLB1744",
        "price": 25000,
        "currency_id": "BRL",
        "available_quantity": 1,
        "buying_mode": "classified",
        "listing_type_id": "gold",
        "condition": "used",
        "status": "active",
        **fields,
    }


def page(*orders: dict[str, object], total: int, offset: int = 0) -> dict[str, object]:
    return {"paging": {"total": total, "offset": offset, "limit": 50}, "results": list(orders)}


def token(access: str, refresh: str) -> dict[str, object]:
    return {
        "access_token": access,
        "token_type": "bearer",
        "expires_in": 21600,
        "scope": "offline_access read write",
        "user_id": 2,
        "refresh_token": refresh,
    }
