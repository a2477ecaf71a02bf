"""The typed client of a marketplace that speaks the Mercado Libre API.

from zoco.client import Client

async with Client("http://127.0.0.1:8080", tokens="APP_USR-…") as client:
    async for order in client.orders.search_all(seller=1234, status="paid"):
        print(order.id, order.total_amount, order.currency_id)

The resources it returns are in `zoco.resources`. `zoco.client.oauth` gets tokens,
`zoco.client.operator` speaks for whoever runs the marketplace.
"""

from zoco.client._answer import Answer
from zoco.client._client import Client
from zoco.client._items import ItemChanges
from zoco.client._orders import OrderFilters
from zoco.client._questions import QuestionFilters
from zoco.client._retries import Retries
from zoco.client._tokens import TokenSource
from zoco.client.errors import (
    BadRequest,
    ClientError,
    Conflict,
    Forbidden,
    Garbled,
    NotFound,
    PreconditionFailed,
    Refused,
    ServerFailed,
    TimedOut,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)

__all__ = [
    "Answer",
    "BadRequest",
    "Client",
    "ClientError",
    "Conflict",
    "Forbidden",
    "Garbled",
    "ItemChanges",
    "NotFound",
    "OrderFilters",
    "PreconditionFailed",
    "QuestionFilters",
    "Refused",
    "Retries",
    "ServerFailed",
    "TimedOut",
    "TokenSource",
    "TooManyRequests",
    "Unauthorized",
    "Unreachable",
]
