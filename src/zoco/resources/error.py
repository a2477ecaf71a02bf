"""The envelope in which every error comes (contract 2.1)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class Error(Struct, frozen=True, kw_only=True):
    """`error` is the machine's word, `message` a person's; `status` equals the HTTP status."""

    message: str
    error: str
    status: int
    cause: list[object] | None = []
    code: str | UnsetType = UNSET
    error_description: str | UnsetType = UNSET
