"""Who asks: a token in the header or in the query, or the operator's key (contract 1.5, 21)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime

from zoco.api.endpoint import NOBODY, Access, AnyEndpoint
from zoco.api.problems import OPERATOR_KEY_MISSING, OPERATOR_KEY_WRONG, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import authorization
from zoco.marketplace.caller import Caller


def token_of(headers: Mapping[str, str], query_token: str | None) -> str | None:
    """The token as it was sent. The header wins over the query (A-03).

    A header that is there but is not `Bearer <token>` is refused, whatever the query says (25.10).
    """
    header = headers.get("authorization")
    if header is None:
        return query_token or None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused(Reason.INVALID_TOKEN)
    return token.strip()


def check_operator(headers: Mapping[str, str], operator_key: str) -> None:
    """`X-Operator-Key`, compared in constant time: 401 without it, 403 with another."""
    given = headers.get("x-operator-key")
    if not given:
        raise TurnedAway(OPERATOR_KEY_MISSING)
    if not hmac.compare_digest(given.encode(), operator_key.encode()):
        raise TurnedAway(OPERATOR_KEY_WRONG)


async def admit(tx: Transaction, endpoint: AnyEndpoint, token: str | None, now: datetime) -> Caller:
    """The caller of this endpoint; refused when the token is not enough for it."""
    if endpoint.access in (Access.PUBLIC, Access.OPERATOR):
        return NOBODY
    if token is None:
        if endpoint.access is Access.OPTIONAL:
            return NOBODY
        raise Refused(Reason.NO_TOKEN)
    caller = await authorization.caller_of(tx, token, now)
    if endpoint.scope not in caller.scopes:
        raise Refused(Reason.SCOPE_MISSING)
    return caller
