"""Applications of the token's own user (contract 13.1)."""

from __future__ import annotations

from zoco.client._calls import Calls
from zoco.resources.application import Application, ApplicationChange, NewApplication


class Applications(Calls):
    async def create(self, application: NewApplication) -> Application:
        """The answer holds the `secret_key`."""
        return (await self._send("POST", "/applications", Application, application)).value

    async def change(self, application_id: int, change: ApplicationChange) -> Application:
        """Only what `change` names (26.19)."""
        return (await self._send("PUT", f"/applications/{application_id}", Application, change)).value
