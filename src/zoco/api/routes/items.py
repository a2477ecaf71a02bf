"""Listings: published, changed, read, found by their seller (contract 14)."""

from __future__ import annotations

from zoco.api import problems
from zoco.api.endpoint import Access, Answer, AnyEndpoint, Caching, Call, Endpoint, NoBody, NoParameters
from zoco.api.parameters import ItemIds, ItemPath, UserItemSearch
from zoco.api.presenters import items as present
from zoco.api.problems import INVALID_PARAMETER, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain.items import Item as ListedItem
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import accounts, listings
from zoco.marketplace.changes import locked_item
from zoco.resources.item import Item, ItemChange, MultigetItem, NewItem
from zoco.resources.page import ItemIdPage, Paging, Sort
from zoco.storage import item_search
from zoco.storage.item_search import ItemQuery

MULTIGET_MAX = 20


async def publish(tx: Transaction, call: Call[NoParameters, NewItem]) -> Answer:
    seller = await accounts.user(tx, call.caller.user_id)
    new = present.new_item(call.body, seller)
    listed = await listings.publish(tx, call.caller, new, call.now, any_official_store=call.server.sandbox)
    return _with_etag(listed, call.server.public_url)


async def change_item(tx: Transaction, call: Call[ItemPath, ItemChange]) -> Answer:
    """With `If-Match`, only if the item is still the one that the caller has seen (A-38).

    The row is locked first: what was not sent stays as it is now, whoever else is writing.
    """
    before = await locked_item(tx, call.parameters.item_id)
    changed = await listings.change(
        tx,
        call.caller,
        before.id,
        present.item_change(call.body, before),
        if_match=_version(call.headers.get("if-match")),
        now=call.now,
    )
    return _with_etag(changed, call.server.public_url)


async def one_item(tx: Transaction, call: Call[ItemPath, NoBody]) -> Answer:
    return _with_etag(await listings.item(tx, call.parameters.item_id), call.server.public_url)


async def many_items(tx: Transaction, call: Call[ItemIds, NoBody]) -> Answer:
    """Each id has its own code: what is missing does not spoil the rest."""
    ids = [part.strip() for part in call.parameters.ids.split(",") if part.strip()]
    if not 0 < len(ids) <= MULTIGET_MAX:
        raise TurnedAway(INVALID_PARAMETER, f"The ids param takes 1 to {MULTIGET_MAX} ids")
    found = await listings.items_by_id(tx, ids)
    return Answer([_entry(item_id, found.get(item_id), call.server.public_url) for item_id in ids])


async def items_of_user(tx: Transaction, call: Call[UserItemSearch, NoBody]) -> Answer:
    asked = call.parameters
    if asked.orders not in item_search.SORTS:
        raise TurnedAway(INVALID_PARAMETER, "Invalid orders param")
    limit = min(asked.limit, item_search.LIMIT_MAX)
    query = ItemQuery(
        seller_id=asked.user_id,
        status=asked.status,
        sub_status=asked.sub_status,
        buying_mode=asked.buying_mode,
        listing_type_id=asked.listing_type_id,
        sku=asked.sku or asked.seller_sku,
        sort=asked.orders,
        offset=asked.offset,
        limit=limit,
    )
    results = await listings.own_items(tx, call.caller, query)
    return Answer(
        ItemIdPage(
            seller_id=str(asked.user_id),
            paging=Paging(total=results.total, offset=asked.offset, limit=limit),
            results=results.ids,
            orders=[_sort(asked.orders)],
            available_orders=[_sort(sort_id) for sort_id in item_search.SORTS if sort_id != asked.orders],
        )
    )


def _with_etag(listed: ListedItem, public_url: str) -> Answer:
    return Answer(present.item(listed, public_url), headers={"etag": f'"{listed.version}"'})


def _version(if_match: str | None) -> int | None:
    """The version behind an entity tag; one that is none of ours is 0, which no item has."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().removeprefix("W/").strip('"')
    if not (tag.isascii() and tag.isdigit() and len(tag) <= 18):
        return 0
    return int(tag)


def _entry(item_id: str, listed: ListedItem | None, public_url: str) -> MultigetItem:
    if listed is None:
        missing = problems.of_refusal(Refused(Reason.ITEM_NOT_FOUND, detail=item_id))
        return MultigetItem(code=missing.status, body=missing)
    return MultigetItem(code=200, body=present.item(listed, public_url))


def _sort(sort_id: str) -> Sort:
    return Sort(id=sort_id, name=sort_id.replace("_", " "))


_RULES = (
    Reason.CATEGORY_NOT_LISTABLE,
    Reason.TITLE_TOO_LONG,
    Reason.INVALID_PRICE,
    Reason.INVALID_CURRENCY,
    Reason.INVALID_QUANTITY,
    Reason.ATTRIBUTE_REQUIRED,
    Reason.AMOUNT_TOO_FINE,
    Reason.UNKNOWN_FIELD,
)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/items",
        publish,
        access=Access.USER,
        body=NewItem,
        malformed="validation_error",
        answer=Item,
        status=201,
        summary="Put an item on sale",
        refusals=(Reason.USER_NOT_ACTIVE, *_RULES, Reason.OFFICIAL_STORE_NOT_GRANTED),
    ),
    Endpoint(
        "GET",
        "/items",
        many_items,
        access=Access.PUBLIC,
        parameters=ItemIds,
        answer=list[MultigetItem],
        caching=Caching.ASK_FIRST,
        summary="Up to twenty items at once, each with its own code",
    ),
    Endpoint(
        "GET",
        "/items/{item_id}",
        one_item,
        access=Access.PUBLIC,
        parameters=ItemPath,
        answer=Item,
        caching=Caching.ASK_FIRST,
        summary="One item",
        refusals=(Reason.ITEM_NOT_FOUND,),
    ),
    Endpoint(
        "PUT",
        "/items/{item_id}",
        change_item,
        access=Access.USER,
        parameters=ItemPath,
        body=ItemChange,
        malformed="validation_error",
        answer=Item,
        summary="Change an item: its price, its stock, its status",
        refusals=(
            Reason.ITEM_NOT_FOUND,
            Reason.NOT_YOURS,
            Reason.STALE_VERSION,
            Reason.ITEM_CLOSED,
            Reason.INVALID_STATUS_CHANGE,
            Reason.FIELD_FROZEN,
            Reason.UNKNOWN_VARIATION,
            *_RULES,
        ),
    ),
    Endpoint(
        "GET",
        "/users/{user_id}/items/search",
        items_of_user,
        access=Access.USER,
        parameters=UserItemSearch,
        answer=ItemIdPage,
        summary="The ids of the caller's own items",
        refusals=(Reason.NOT_YOURS,),
    ),
)
