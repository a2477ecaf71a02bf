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
