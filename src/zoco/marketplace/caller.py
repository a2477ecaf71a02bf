"""Who asks: a person, through an application, with what that application may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """`Caller(user_id=123, application_id=14529, scopes=frozenset({"read", "write"}))`."""

    user_id: int
    application_id: int
    scopes: frozenset[str]
