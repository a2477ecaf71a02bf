"""`GET /health`: whether the server can answer at all, for whoever watches over it."""

from __future__ import annotations

from msgspec import Struct

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody, NoParameters
from zoco.database.transaction import Transaction


class Health(Struct, frozen=True):
    status: str = "ok"


async def health(tx: Transaction, _call: Call[NoParameters, NoBody]) -> Answer:
    """One statement: a database that cannot be read is a server that cannot serve."""
    await tx.one("SELECT 1")
    return Answer(Health())


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint("GET", "/health", health, access=Access.PUBLIC, answer=Health, summary="Whether it serves"),
)
