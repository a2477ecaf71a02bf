"""People: buyers and sellers of the marketplace (contract 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    area_code: str | None = None
    number: str = ""
    extension: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A user as far as the counterpart of his orders may ever know him (3.5)."""

    id: int
    nickname: str
    email: str
    first_name: str = ""
    last_name: str = ""
    phone: Phone = Phone()
    alternative_phone: Phone = Phone()
    doc_type: str | None = None
    doc_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Party):
    site_id: str
    date_registered: datetime
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
    def is_test(self) -> bool:
        return "test_user" in self.tags
