"""Black lists of the token's own user: of buyers, and of those who ask (contract 10)."""

from __future__ import annotations

from typing import Literal

from zoco.client._calls import Calls
from zoco.client._connection import Connection
from zoco.resources.blacklist import BlacklistEntry, NewBlacklistEntry

PAGE = 50


class Blacklist(Calls):
    """`client.order_blacklist` and `client.questions_blacklist`.

    await client.order_blacklist.add(me.id, 7654, reason="Never came")
    """

    def __init__(
        self, connection: Connection, name: Literal["order_blacklist", "questions_blacklist"]
    ) -> None:
        super().__init__(connection)
        self._name = name

    async def of_user(self, user_id: int, *, offset: int = 0, limit: int = PAGE) -> list[BlacklistEntry]:
        """One page of the list, the longest blocked first; a page that is not full is the last."""
        paging = [("offset", str(offset)), ("limit", str(limit))]
        return (await self._get(f"/users/{user_id}/{self._name}", list[BlacklistEntry], paging)).value

    async def add(self, user_id: int, blocked_user_id: int, *, reason: str | None = None) -> None:
        """Twice is once."""
        body = NewBlacklistEntry(user_id=blocked_user_id, reason=reason)
        # What is answered no document says.
        await self._send("POST", f"/users/{user_id}/{self._name}", object, body)

    async def remove(self, user_id: int, blocked_user_id: int) -> None:
        """`NotFound` when he is not on the list."""
        await self._send("DELETE", f"/users/{user_id}/{self._name}/{blocked_user_id}", object)
