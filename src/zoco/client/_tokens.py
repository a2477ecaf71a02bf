"""Where a client's access token comes from."""

from __future__ import annotations

from typing import Protocol


class TokenSource(Protocol):
    """Hands out an access token, and another one when the marketplace did not accept it."""

    async def access_token(self) -> str: ...

    async def replace(self, rejected: str) -> str | None:
        """Another token in place of `rejected`; None when there is none to be had."""
        ...


class FixedToken:
    """A token that nobody replaces."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def access_token(self) -> str:
        return self._token

    async def replace(self, rejected: str) -> str | None:  # noqa: ARG002
        return None
