"""Black lists: whom a seller does not sell to, and whose questions he does not want (contract 10)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody
from zoco.api.parameters import BlacklistPage, BlacklistPath, BlockSearch, UserPath
from zoco.api.presenters import blacklists as present
from zoco.api.problems import INVALID_PARAMETER, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain.blacklists import Blacklist
from zoco.domain.refusals import Reason
from zoco.marketplace import blacklists
from zoco.resources.blacklist import BlacklistChange, BlacklistEntry, BlockPage, NewBlacklistEntry

LIMIT_MAX = 50
BLOCK_API_LIMIT_MAX = 1000
_TYPES = {"blocked_by_order": Blacklist.ORDERS, "blocked_by_questions": Blacklist.QUESTIONS}


async def block_buyer(tx: Transaction, call: Call[UserPath, NewBlacklistEntry]) -> Answer:
    return await _block(tx, call, Blacklist.ORDERS)


async def block_asker(tx: Transaction, call: Call[UserPath, NewBlacklistEntry]) -> Answer:
    return await _block(tx, call, Blacklist.QUESTIONS)


async def blocked_buyers(tx: Transaction, call: Call[BlacklistPage, NoBody]) -> Answer:
    return await _blocked(tx, call, Blacklist.ORDERS)


async def blocked_askers(tx: Transaction, call: Call[BlacklistPage, NoBody]) -> Answer:
    return await _blocked(tx, call, Blacklist.QUESTIONS)


async def unblock_buyer(tx: Transaction, call: Call[BlacklistPath, NoBody]) -> Answer:
    return await _unblock(tx, call, Blacklist.ORDERS)


async def unblock_asker(tx: Transaction, call: Call[BlacklistPath, NoBody]) -> Answer:
    return await _unblock(tx, call, Blacklist.QUESTIONS)


async def search_blocked(tx: Transaction, call: Call[BlockSearch, NoBody]) -> Answer:
    asked = call.parameters
    if asked.type not in _TYPES:
        raise TurnedAway(INVALID_PARAMETER, "Invalid type param", field="type")
    limit = min(asked.limit, BLOCK_API_LIMIT_MAX)
    page = await blacklists.blocked(
        tx,
        call.caller,
        _TYPES[asked.type],
        asked.user_id,
        user_id=asked.user_blocked,
        offset=asked.offset,
        limit=limit,
    )
    return Answer(present.block_page(page, offset=asked.offset, limit=limit))


async def _block(tx: Transaction, call: Call[UserPath, NewBlacklistEntry], blacklist: Blacklist) -> Answer:
    seller_id, user_id = call.parameters.user_id, call.body.user_id
    await blacklists.block(
        tx, call.caller, blacklist, seller_id, user_id, reason=call.body.reason, now=call.now
    )
    return Answer(BlacklistChange(user_id=seller_id, blocked_user_id=user_id))


async def _blocked(tx: Transaction, call: Call[BlacklistPage, NoBody], blacklist: Blacklist) -> Answer:
    asked = call.parameters
    page = await blacklists.blocked(
        tx,
        call.caller,
        blacklist,
        asked.user_id,
        offset=asked.offset,
        limit=min(asked.limit, LIMIT_MAX),
    )
    return Answer(present.entries(page))


async def _unblock(tx: Transaction, call: Call[BlacklistPath, NoBody], blacklist: Blacklist) -> Answer:
    seller_id, user_id = call.parameters.user_id, call.parameters.blocked_user_id
    await blacklists.unblock(tx, call.caller, blacklist, seller_id, user_id)
    return Answer(BlacklistChange(user_id=seller_id, blocked_user_id=user_id))


_BLOCKING = (Reason.NOT_YOURS, Reason.SELF_BLOCK, Reason.INVALID_FIELD, Reason.BLOCKED_USER_NOT_FOUND)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    *(
        Endpoint(
            "POST",
            path,
            handler,
            access=Access.USER,
            parameters=UserPath,
            body=NewBlacklistEntry,
            answer=BlacklistChange,
            summary=summary,
            refusals=_BLOCKING,
        )
        for path, handler, summary in (
            ("/users/{user_id}/order_blacklist", block_buyer, "Sell no more to a user"),
            ("/users/{user_id}/questions_blacklist", block_asker, "Take no more questions of a user"),
        )
    ),
    *(
        Endpoint(
            "GET",
            path,
            handler,
            access=Access.USER,
            parameters=BlacklistPage,
            answer=list[BlacklistEntry],
            summary=summary,
            refusals=(Reason.NOT_YOURS,),
        )
        for path, handler, summary in (
            ("/users/{user_id}/order_blacklist", blocked_buyers, "Whom the caller does not sell to"),
            ("/users/{user_id}/questions_blacklist", blocked_askers, "Whose questions he does not want"),
        )
    ),
    *(
        Endpoint(
            "DELETE",
            path,
            handler,
            access=Access.USER,
            parameters=BlacklistPath,
            answer=BlacklistChange,
            summary=summary,
            refusals=(Reason.NOT_YOURS, Reason.NOT_BLOCKED),
        )
        for path, handler, summary in (
            ("/users/{user_id}/order_blacklist/{blocked_user_id}", unblock_buyer, "Sell to a user again"),
            (
                "/users/{user_id}/questions_blacklist/{blocked_user_id}",
                unblock_asker,
                "Take a user's questions again",
            ),
        )
    ),
    Endpoint(
        "GET",
        "/block-api/search/users/{user_id}",
        search_blocked,
        access=Access.USER,
        parameters=BlockSearch,
        answer=BlockPage,
        summary="Either black list of the caller, as the newer API prints it",
        refusals=(Reason.NOT_YOURS,),
    ),
)
