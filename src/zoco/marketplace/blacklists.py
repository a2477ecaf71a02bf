"""A seller's black lists: of buyers, and of those who ask (contract 10). They bind from the next call on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain.blacklists import Blacklist, Entry, new_entry
from zoco.domain.refusals import Reason, Refused
from zoco.domain.users import User
from zoco.marketplace.caller import Caller
from zoco.storage import blacklists, users


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedPage:
    """One page of a list, with the people on it."""

    total: int
    entries: Sequence[Entry]
    people: dict[int, User]


async def block(
    tx: Transaction,
    caller: Caller,
    blacklist: Blacklist,
    seller_id: int,
    user_id: int,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Put somebody on the caller's list; twice is once (A-21)."""
    _check_owner(caller, seller_id)
    entry = new_entry(seller_id=seller_id, user_id=user_id, reason=reason, now=now)
    if await users.get(tx, user_id) is None:
        raise Refused(Reason.BLOCKED_USER_NOT_FOUND, field="user_id", detail=str(user_id))
    await blacklists.put(tx, blacklist, entry)


async def unblock(
    tx: Transaction, caller: Caller, blacklist: Blacklist, seller_id: int, user_id: int
) -> None:
    _check_owner(caller, seller_id)
    if not await blacklists.delete(tx, blacklist, seller_id=seller_id, user_id=user_id):
        raise Refused(Reason.NOT_BLOCKED, detail=str(user_id))


async def blocked(
    tx: Transaction,
    caller: Caller,
    blacklist: Blacklist,
    seller_id: int,
    *,
    user_id: int | None = None,
    offset: int,
    limit: int,
) -> BlockedPage:
    """Who is on the caller's list, longest first; with `user_id`, whether he is."""
    _check_owner(caller, seller_id)
    page = await blacklists.page(tx, blacklist, seller_id, user_id=user_id, offset=offset, limit=limit)
    people = await users.many(tx, [entry.user_id for entry in page.entries])
    return BlockedPage(total=page.total, entries=page.entries, people=people)


def _check_owner(caller: Caller, seller_id: int) -> None:
    if caller.user_id != seller_id:
        raise Refused(Reason.NOT_YOURS, detail=str(seller_id))
