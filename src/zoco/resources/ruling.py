"""What the operator sends when he decides something (contract 21.1)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Annulment(Struct, frozen=True, kw_only=True):
    """Body of `POST /operator/orders/{id}/invalidate`."""

    reason: str


class Settlement(Struct, frozen=True, kw_only=True):
    """Body of `POST /operator/orders/{id}/settle`: who gets the money that is held."""

    to: Literal["seller", "buyer"]


class UserRuling(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of `POST /operator/users/{id}`: what is not sent stays as it is.

    `immediate_payment` is the mark of rule 5 (6.2); `"site_status": "deactive"` bans.
    """

    immediate_payment: bool | None = None
    site_status: str | None = None
    tags: list[str] | None = None
    official_store_ids: list[int] | None = None


class Review(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of `POST /operator/items/{id}/review`."""

    status: str
    sub_status: str | list[str] | None = None
