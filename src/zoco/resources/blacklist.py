"""Black lists of a seller: of buyers and of those who ask (contract 10)."""

from __future__ import annotations

from msgspec import Struct

from zoco.resources.page import Paging


class BlockedUser(Struct, frozen=True, kw_only=True):
    id: int
    nickname: str | None = None


class BlacklistEntry(Struct, frozen=True, kw_only=True):
    """The documents print `user` alone; since when and why is ours (A-21)."""

    user: BlockedUser
    date_created: str | None = None
    reason: str | None = None


class NewBlacklistEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    user_id: int
    reason: str | None = None


class BlacklistChange(Struct, frozen=True, kw_only=True):
    """What putting somebody on a list, or taking him off, answers (A-21)."""

    user_id: int
    blocked_user_id: int


class BlockedAt(Struct, frozen=True, kw_only=True):
    id: int
    blocked_at: str


class BlockPage(Struct, frozen=True, kw_only=True):
    """The same lists, as the newer `block-api` prints them."""

    users: list[BlockedAt]
    paging: Paging
