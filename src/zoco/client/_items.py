"""Listings (contract 14)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import TypedDict, Unpack

import msgspec
from msgspec import Struct

from zoco.client._answer import Answer, parse
from zoco.client._calls import Calls
from zoco.resources.item import Attribute, Item, NewItem, NewVariation
from zoco.resources.page import ItemIdPage

_IDS_PER_CALL = 20
_PAGE = 100


class ItemChanges(TypedDict, total=False):
    """What a seller may change; what is not named stays as it is (14.4)."""

    title: str
    price: Decimal
    available_quantity: int
    status: str
    sale_terms: list[Attribute]
    attributes: list[Attribute]
    variations: list[NewVariation]
    pictures: list[object]
    shipping: object
    location: object
    warranty: str | None
    seller_custom_field: str | None


class _Found(Struct, frozen=True):
    """One of several: an item, or the error in its place."""

    code: int
    body: msgspec.Raw


class Items(Calls):
    async def get(self, item_id: str) -> Item:
        """One listing. For its ETag as well: `client.fetch(f"/items/{item_id}", Item)`."""
        return (await self._get(f"/items/{item_id}", Item)).value

    async def many(self, item_ids: Sequence[str]) -> dict[str, Item]:
        """Those of the listings that exist, by id; in calls of twenty."""
        found: dict[str, Item] = {}
        for start in range(0, len(item_ids), _IDS_PER_CALL):
            ids = ",".join(item_ids[start : start + _IDS_PER_CALL])
            answer = await self._get("/items", list[_Found], [("ids", ids)])
            bodies = [bytes(each.body) for each in answer.value if each.code == 200]
            items = [parse(body, Item, request="GET /items") for body in bodies]
            found |= {item.id: item for item in items}
        return found

    async def publish(self, item: NewItem) -> Item:
        """Put something on sale. What is left at its default is not sent."""
        named = msgspec.structs.asdict(item).items()
        body = {name: value for name, value in named if value not in (None, [])}
        return (await self._send("POST", "/items", Item, body)).value

    async def update(
        self, item_id: str, *, if_match: str | None = None, **changes: Unpack[ItemChanges]
    ) -> Answer[Item]:
        """Change a listing. With the ETag last seen as `if_match`, a listing that has changed since
        is left alone and the answer is `PreconditionFailed` (A-38). The answer holds the new ETag.

        answer = await client.items.update("MLB600034093", available_quantity=2)
        """
        return await self._send("PUT", f"/items/{item_id}", Item, changes, {"If-Match": if_match})

    async def of_user(
        self, user_id: int, *, status: str | None = None, offset: int = 0, limit: int = _PAGE
    ) -> ItemIdPage:
        """One page of the ids of the user's own listings."""
        query = [("offset", str(offset)), ("limit", str(limit))]
        if status is not None:
            query.append(("status", status))
        return (await self._get(f"/users/{user_id}/items/search", ItemIdPage, query)).value

    async def all_of_user(self, user_id: int, *, status: str | None = None) -> AsyncIterator[str]:
        """The ids of all of the user's own listings, page after page."""
        offset, total = 0, 1
        while offset < total:
            page = await self.of_user(user_id, status=status, offset=offset)
            for item_id in page.results:
                yield item_id
            if not page.results:
                return
            offset, total = offset + len(page.results), page.paging.total
