"""People: who they are, and how they sign in to this origin's own pages (contract 12, 26.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import SITES
from zoco.domain.users import Phone, User
from zoco.marketplace import token_texts
from zoco.storage import sessions, users
from zoco.storage.sessions import Session

SESSION_LIFE = timedelta(hours=12)
_NO_PHONE = Phone()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A person to be. Nickname and e-mail are made from the id when they are not given."""

    site_id: str
    nickname: str | None = None
    email: str | None = None
    first_name: str = ""
    last_name: str = ""
    phone: Phone = _NO_PHONE
    alternative_phone: Phone = _NO_PHONE
    doc_type: str | None = None
    doc_number: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    user_type: str = "normal"
    tags: tuple[str, ...] = ()
    immediate_payment_marked: bool = False
    official_store_ids: tuple[int, ...] = ()


async def create_user(tx: Transaction, new: NewUser, *, password_hash: str, now: datetime) -> User:
    """The operator makes an account (21.1); refused when nickname or e-mail are somebody else's."""
    if new.site_id not in SITES:
        raise Refused(Reason.INVALID_FIELD, field="site_id", detail=new.site_id)
    user_id = await tx.next_id("users_id")
    made = User(
        id=user_id,
        site_id=new.site_id,
        nickname=new.nickname or f"USER{user_id}",
        # .invalid is never delivered to (RFC 2606).
        email=new.email or f"user{user_id}@zoco.invalid",
        date_registered=now,
        first_name=new.first_name,
        last_name=new.last_name,
        phone=new.phone,
        alternative_phone=new.alternative_phone,
        doc_type=new.doc_type,
        doc_number=new.doc_number,
        address=new.address,
        city=new.city,
        state=new.state,
        zip_code=new.zip_code,
        user_type=new.user_type,
        tags=new.tags,
        immediate_payment_marked=new.immediate_payment_marked,
        official_store_ids=new.official_store_ids,
    )
    if not await users.add(tx, made, password_hash=password_hash):
        raise Refused(Reason.NAME_TAKEN, field="nickname", detail=made.nickname)
    return made


async def user(tx: Transaction, user_id: int) -> User:
    """The person; `api` decides how much of him the caller sees."""
    found = await users.get(tx, user_id)
    if found is None:
        raise Refused(Reason.USER_NOT_FOUND, detail=str(user_id))
    return found


async def sign_in_candidate(tx: Transaction, login: str) -> tuple[User, str] | None:
    """The person with this nickname or e-mail (any case) and the hash of his password.

    The hash is checked by the caller, outside the transaction, because that takes long on purpose.
    """
    return await users.by_login(tx, login)


async def open_session(tx: Transaction, user_id: int, now: datetime) -> tuple[str, Session]:
    """A sign-in: the text for the cookie, and the session (its `csrf` goes into the forms)."""
    cookie = token_texts.cookie()
    opened = Session(
        token_hash=token_texts.digest(cookie),
        user_id=user_id,
        csrf=token_texts.cookie(),
        expires_at=now + SESSION_LIFE,
    )
    await sessions.add(tx, opened)
    return cookie, opened


async def session(tx: Transaction, cookie: str, now: datetime) -> Session | None:
    """The session behind a cookie, while it lasts."""
    return await sessions.get(tx, token_texts.digest(cookie), now)


async def close_session(tx: Transaction, cookie: str) -> None:
    await sessions.delete(tx, token_texts.digest(cookie))
