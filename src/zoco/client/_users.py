"""Users (contract 12)."""

from __future__ import annotations

from zoco.client._calls import Calls
from zoco.resources.application import Revocation
from zoco.resources.user import User


class Users(Calls):
    async def get(self, user_id: int) -> User:
        """A user as everybody sees them, or in full when the token is their own."""
        return (await self._get(f"/users/{user_id}", User)).value

    async def me(self) -> User:
        """The token's own user."""
        return (await self._get("/users/me", User)).value

    async def revoke(self, user_id: int, application_id: int) -> Revocation:
        """End an application's access to this user: its tokens die, its notifications stop (13.4)."""
        path = f"/users/{user_id}/applications/{application_id}"
        return (await self._send("DELETE", path, Revocation)).value
