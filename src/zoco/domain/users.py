"""People: buyers and sellers of the marketplace (contract 12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from zoco.domain.refusals import Reason, Refused

DEACTIVE = "deactive"
SITE_STATUSES = ("active", "pending", DEACTIVE)
_TAGS_MAX = 50
_TAG_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    area_code: str | None = None
    number: str = ""
    extension: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    id: int
    site_id: str
    nickname: str
    email: str
    date_registered: datetime
    first_name: str = ""
    last_name: str = ""
    phone: Phone = Phone()
    alternative_phone: Phone = Phone()
    doc_type: str | None = None
    doc_number: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    user_type: str = "normal"
    tags: tuple[str, ...] = ()
    site_status: str = "active"
    # Rules 5 and 6 of contract 6.2: marked by the platform, or by the seller himself.
    immediate_payment_marked: bool = False
    immediate_payment_by_user: bool = False
    official_store_ids: tuple[int, ...] = ()

    @property
    def banned(self) -> bool:
        return self.site_status == DEACTIVE

    @property
    def is_test(self) -> bool:
        return "test_user" in self.tags


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What the operator says of a user; None: as it is."""

    immediate_payment_marked: bool | None = None
    site_status: str | None = None
    tags: tuple[str, ...] | None = None
    official_store_ids: tuple[int, ...] | None = None


def changed(user: User, change: UserChange) -> User:
    if change.site_status is not None and change.site_status not in SITE_STATUSES:
        raise Refused(Reason.INVALID_FIELD, field="site_status", detail=change.site_status)
    tags = user.tags if change.tags is None else change.tags
    if len(tags) > _TAGS_MAX or not all(0 < len(tag) <= _TAG_LENGTH_MAX for tag in tags):
        raise Refused(Reason.INVALID_FIELD, field="tags")
    stores = user.official_store_ids if change.official_store_ids is None else change.official_store_ids
    if any(store <= 0 for store in stores):
        raise Refused(Reason.INVALID_FIELD, field="official_store_ids")
    marked = change.immediate_payment_marked
    return replace(
        user,
        immediate_payment_marked=user.immediate_payment_marked if marked is None else marked,
        site_status=change.site_status or user.site_status,
        tags=tuple(dict.fromkeys(tags)),
        official_store_ids=tuple(dict.fromkeys(stores)),
    )
