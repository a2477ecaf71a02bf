"""Rows of people (contract 12)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.domain.order_search import searchable
from zoco.domain.users import Phone, User
from zoco.storage.statements import insert, update
from zoco.storage.texts import join_numbers, join_words, split_numbers, split_words

_COLUMNS = (
    "id",
    "site_id",
    "nickname",
    "email",
    "nickname_key",
    "email_key",
    "nickname_text",
    "names_text",
    "first_name",
    "last_name",
    "phone_area_code",
    "phone_number",
    "phone_extension",
    "phone_verified",
    "alternative_phone_area_code",
    "alternative_phone_number",
    "alternative_phone_extension",
    "doc_type",
    "doc_number",
    "address",
    "city",
    "state",
    "zip_code",
    "user_type",
    "tags",
    "site_status",
    "immediate_payment_marked",
    "immediate_payment_by_user",
    "official_store_ids",
    "date_registered",
)
# What the operator may change (21.1).
_CHANGING = ("tags", "site_status", "immediate_payment_marked", "official_store_ids")
_SAVE = update("users", _CHANGING)
_ADD = f"{insert('users', (*_COLUMNS, 'password_hash'))} ON CONFLICT DO NOTHING"


async def get(tx: Transaction, user_id: int) -> User | None:
    row = await tx.one("SELECT * FROM users WHERE id = :id", {"id": user_id})
    return None if row is None else _user(row)


async def get_for_update(tx: Transaction, user_id: int) -> User | None:
    """The user, his row locked: it waits for those who rely on him being as he is (`many_relied_on`)."""
    row = await tx.one(f"SELECT * FROM users WHERE id = :id{tx.for_update}", {"id": user_id})
    return None if row is None else _user(row)


async def many_relied_on(tx: Transaction, user_ids: Collection[int]) -> dict[int, User]:
    """These people, whom the operator does not ban or change before the transaction has ended."""
    rows = await tx.all(
        f"SELECT * FROM users WHERE {tx.is_any('id', 'user_ids')}{tx.for_key_share}",
        {"user_ids": list(user_ids)},
    )
    return {row["id"]: _user(row) for row in rows}


async def many(tx: Transaction, user_ids: Collection[int]) -> dict[int, User]:
    """These people by id, in one statement."""
    if not user_ids:
        return {}
    rows = await tx.all(
        f"SELECT * FROM users WHERE {tx.is_any('id', 'user_ids')}", {"user_ids": list(user_ids)}
    )
    return {row["id"]: _user(row) for row in rows}


async def by_login(tx: Transaction, login: str) -> tuple[User, str] | None:
    """The person with this nickname or e-mail, and the hash of the password; a nickname goes first."""
    row = await tx.one(
        """SELECT * FROM users WHERE nickname_key = :login OR email_key = :login
           ORDER BY CASE WHEN nickname_key = :login THEN 0 ELSE 1 END""",
        {"login": login.strip().casefold()},
    )
    return None if row is None else (_user(row), row["password_hash"])


async def add(tx: Transaction, user: User, *, password_hash: str) -> bool:
    """Keep a new person; False when nickname or e-mail are taken, whatever their case."""
    return await tx.run(_ADD, {**_values(user), "password_hash": password_hash}) > 0


async def save(tx: Transaction, user: User, *, previous: User) -> None:
    """Write what the operator has changed of `previous`, the user as he was read under his lock."""
    if user == previous:
        return
    values = _values(user)
    await tx.run(_SAVE, {column: values[column] for column in ("id", *_CHANGING)})


def _values(user: User) -> Mapping[str, object]:
    return {
        "id": user.id,
        "site_id": user.site_id,
        "nickname": user.nickname,
        "email": user.email,
        "nickname_key": user.nickname.casefold(),
        "email_key": user.email.casefold(),
        "nickname_text": searchable(user.nickname),
        "names_text": searchable(user.nickname, user.first_name, user.last_name),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone_area_code": user.phone.area_code,
        "phone_number": user.phone.number,
        "phone_extension": user.phone.extension,
        "phone_verified": int(user.phone.verified),
        "alternative_phone_area_code": user.alternative_phone.area_code,
        "alternative_phone_number": user.alternative_phone.number,
        "alternative_phone_extension": user.alternative_phone.extension,
        "doc_type": user.doc_type,
        "doc_number": user.doc_number,
        "address": user.address,
        "city": user.city,
        "state": user.state,
        "zip_code": user.zip_code,
        "user_type": user.user_type,
        "tags": join_words(user.tags),
        "site_status": user.site_status,
        "immediate_payment_marked": int(user.immediate_payment_marked),
        "immediate_payment_by_user": int(user.immediate_payment_by_user),
        "official_store_ids": join_numbers(user.official_store_ids),
        "date_registered": to_micros(user.date_registered),
    }


def _user(row: Row) -> User:
    return User(
        id=row["id"],
        site_id=row["site_id"],
        nickname=row["nickname"],
        email=row["email"],
        date_registered=from_micros(row["date_registered"]),
        first_name=row["first_name"],
        last_name=row["last_name"],
        phone=Phone(
            area_code=row["phone_area_code"],
            number=row["phone_number"],
            extension=row["phone_extension"],
            verified=bool(row["phone_verified"]),
        ),
        alternative_phone=Phone(
            area_code=row["alternative_phone_area_code"],
            number=row["alternative_phone_number"],
            extension=row["alternative_phone_extension"],
        ),
        doc_type=row["doc_type"],
        doc_number=row["doc_number"],
        address=row["address"],
        city=row["city"],
        state=row["state"],
        zip_code=row["zip_code"],
        user_type=row["user_type"],
        tags=split_words(row["tags"]),
        site_status=row["site_status"],
        immediate_payment_marked=bool(row["immediate_payment_marked"]),
        immediate_payment_by_user=bool(row["immediate_payment_by_user"]),
        official_store_ids=split_numbers(row["official_store_ids"]),
    )
