"""What an endpoint is: one line of the table from which everything about it follows.

Routing, decoding, access, the OpenAPI document and the `OPTIONS` self-description read the same
values, so that nothing is said twice:

    Endpoint(
        "PUT", "/orders/{order_id}", cancel_order,
        access=Access.USER, parameters=OrderPath, body=OrderChange, answer=Order,
        summary="Cancel an order", refusals=(Reason.ORDER_NOT_CANCELLABLE,),
    )

`cancel_order(tx, call)` runs inside one transaction, which commits when it returns.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from msgspec import Struct

from zoco.clock import Clock
from zoco.database.transaction import Database, Transaction
from zoco.domain.refusals import Reason
from zoco.marketplace.caller import Caller

P = TypeVar("P")
B = TypeVar("B")

# Whoever calls without a token: no user has this number.
NOBODY = Caller(user_id=0, application_id=0, scopes=frozenset())


class Access(Enum):
    """Who may call. What a token must allow follows from the method: GET reads, the rest writes."""

    PUBLIC = "public"
    # Public, but the owner's own token shows more.
    OPTIONAL = "optional"
    USER = "user"
    OPERATOR = "operator"


class BodyForm(Enum):
    JSON = "application/json"
    # OAuth's: a form, but the query string and JSON too (contract 13.3, 25.1).
    FORM = "application/x-www-form-urlencoded"


class Caching(Enum):
    """`Cache-Control` of an answer (contract 1.1, A-32)."""

    PRIVATE = "no-store"
    # Reference data, the same for everybody.
    PUBLIC = "max-age=3600,stale-while-revalidate=1800, stale-if-error=7200"
    # Public but lively: may be kept, never used without asking.
    ASK_FIRST = "no-cache"


class NoParameters(Struct, frozen=True):
    pass


class NoBody(Struct, frozen=True):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What every call of this server may lean on."""

    database: Database
    clock: Clock
    operator_key: str
    sandbox: bool
    public_url: str


class Call(Struct, Generic[P, B], frozen=True, kw_only=True):
    """One call, decoded: `parameters` holds what the path and the query say."""

    parameters: P
    body: B
    caller: Caller
    now: datetime
    server: Server
    headers: Mapping[str, str] = {}
    query: Sequence[tuple[str, str]] = ()
    # The parts of a multipart body that has not been read yet; None unless the endpoint takes one.
    upload: AsyncGenerator[bytes, None] | None = None


class Answer(Struct, frozen=True):
    """A resource, or bytes already encoded. Without `status` the endpoint's own is meant.

    With `content_type` the body is a file, not a resource.
    """

    body: object
    status: int | None = None
    headers: Mapping[str, str] = {}
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A query parameter that a table describes rather than a struct: the filters of a search."""

    name: str
    description: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[P, B]):
    """One thing that can be asked for.

    `handler` runs inside a transaction, a reading one for GET. Who must do slow things first
    (hash a password), or many transactions (advance the clock), is an `own_pace` handler and
    opens its own.
    """

    method: str
    path: str
    handler: Callable[[Transaction, Call[P, B]], Awaitable[Answer]] | None = None
    own_pace: Callable[[Call[P, B]], Awaitable[Answer]] | None = None
    access: Access = field(kw_only=True)
    parameters: type[P] = field(default=NoParameters, kw_only=True)  # type: ignore[assignment]
    more_parameters: tuple[QueryParameter, ...] = field(default=(), kw_only=True)
    body: type[B] = field(default=NoBody, kw_only=True)  # type: ignore[assignment]
    body_form: BodyForm = field(default=BodyForm.JSON, kw_only=True)
    # Takes a file: a multipart body is left to an `own_pace` handler, who is called when the caller may call.
    takes_upload: bool = field(default=False, kw_only=True)
    # The code of a body whose fields are missing or wrong.
    malformed: str = field(default="bad_request", kw_only=True)
    # Whether such a refusal repeats its code as `code` (26.3).
    malformed_repeated: bool = field(default=False, kw_only=True)
    answer: Any = field(kw_only=True)
    status: int = field(default=200, kw_only=True)
    caching: Caching = field(default=Caching.PRIVATE, kw_only=True)
    idempotent: bool = field(default=False, kw_only=True)
    summary: str = field(kw_only=True)
    refusals: tuple[Reason, ...] = field(default=(), kw_only=True)

    @property
    def in_transaction(self) -> Callable[[Transaction, Call[P, B]], Awaitable[Answer]]:
        if self.handler is None:
            raise TypeError(f"{self.method} {self.path} goes at its own pace")
        return self.handler

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def scope(self) -> str:
        return "read" if self.reads else "write"


AnyEndpoint = Endpoint[Any, Any]
