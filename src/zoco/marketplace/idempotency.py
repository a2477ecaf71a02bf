"""The same request twice is done once (A-19, 26.16)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.storage import idempotency

KEY_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """Status and body as they were sent the first time; `replayed` when this is not the first time."""

    status: int
    body: bytes
    replayed: bool


async def answer_once(
    tx: Transaction,
    caller: Caller,
    key: str,
    request_hash: str,
    act: Callable[[], Awaitable[tuple[int, bytes]]],
    now: datetime,
) -> KeptAnswer:
    """Act and keep the answer, or give the answer that was kept under the caller's key.

        answer = await answer_once(tx, caller, "k-1", sha256(body), lambda: place(tx), now)

    `request_hash` stands for method, path and body: the same key with another request is refused
    (IDEMPOTENCY_KEY_REUSED). A refusal of `act` is not kept: it rolls back with everything else.
    """
    claimed = await idempotency.claim(
        tx,
        user_id=caller.user_id,
        key=key,
        request_hash=request_hash,
        now=now,
        made_before=now - KEY_LIFE,
    )
    if not claimed:
        return await _kept(tx, caller, key, request_hash)
    status, body = await act()
    await idempotency.keep(tx, user_id=caller.user_id, key=key, status=status, body=body)
    return KeptAnswer(status, body, replayed=False)


async def _kept(tx: Transaction, caller: Caller, key: str, request_hash: str) -> KeptAnswer:
    kept = await idempotency.get(tx, user_id=caller.user_id, key=key)
    if kept is None or kept.request_hash != request_hash:
        raise Refused(Reason.IDEMPOTENCY_KEY_REUSED, detail=key)
    return KeptAnswer(kept.status, kept.body, replayed=True)
