"""Rows of authorization codes and tokens; only their SHA-256 is kept (contract 13.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.storage.texts import join_words, split_words


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    token_hash: str
    application_id: int
    user_id: int
    scopes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    code_hash: str
    application_id: int
    user_id: int
    redirect_uri: str
    scopes: tuple[str, ...]
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an access token is. `blocked` when its application is not active."""

    user_id: int
    application_id: int
    scopes: tuple[str, ...]
    blocked: bool


async def add_code(tx: Transaction, code: CodeRow) -> None:
    await tx.run(
        """INSERT INTO authorization_codes (code_hash, application_id, user_id, redirect_uri, scopes,
               code_challenge, code_challenge_method, expires_at)
           VALUES (:code_hash, :application_id, :user_id, :redirect_uri, :scopes,
               :code_challenge, :code_challenge_method, :expires_at)""",
        {
            "code_hash": code.code_hash,
            "application_id": code.application_id,
            "user_id": code.user_id,
            "redirect_uri": code.redirect_uri,
            "scopes": join_words(code.scopes),
            "code_challenge": code.code_challenge,
            "code_challenge_method": code.code_challenge_method,
            "expires_at": to_micros(code.expires_at),
        },
    )


async def take_code(tx: Transaction, code_hash: str) -> CodeRow | None:
    """The code, which is gone with this: of two takers exactly one gets it."""
    row = await tx.one(
        "DELETE FROM authorization_codes WHERE code_hash = :code_hash RETURNING *", {"code_hash": code_hash}
    )
    if row is None:
        return None
    return CodeRow(
        code_hash=row["code_hash"],
        application_id=row["application_id"],
        user_id=row["user_id"],
        redirect_uri=row["redirect_uri"],
        scopes=split_words(row["scopes"]),
        code_challenge=row["code_challenge"],
        code_challenge_method=row["code_challenge_method"],
        expires_at=from_micros(row["expires_at"]),
    )


async def add_access_token(tx: Transaction, token: TokenRow) -> None:
    await _add(tx, "access_tokens", token)


async def holder(tx: Transaction, token_hash: str, now: datetime) -> Holder | None:
    """Whose the access token is, while it lasts: one look into one index.

    The operator's built-in application has no row, and nobody can block it.
    """
    row = await tx.one(
        """SELECT t.user_id, t.application_id, t.scopes, a.active
           FROM access_tokens t LEFT JOIN applications a ON a.id = t.application_id
           WHERE t.token_hash = :token_hash AND t.expires_at > :now""",
        {"token_hash": token_hash, "now": to_micros(now)},
    )
    if row is None:
        return None
    return Holder(row["user_id"], row["application_id"], split_words(row["scopes"]), row["active"] == 0)


async def replace_refresh_token(tx: Transaction, token: TokenRow) -> None:
    """Add the token in the place of all others of its grant, whose row the caller holds locked (13.3)."""
    await delete_refresh_tokens(tx, user_id=token.user_id, application_id=token.application_id)
    await _add(tx, "refresh_tokens", token)


async def refresh_token(tx: Transaction, token_hash: str) -> TokenRow | None:
    row = await tx.one(
        "SELECT * FROM refresh_tokens WHERE token_hash = :token_hash", {"token_hash": token_hash}
    )
    return None if row is None else _token(row)


async def take_refresh_token(tx: Transaction, token_hash: str) -> bool:
    """Use the token up; False when somebody else has."""
    taken = await tx.run(
        "DELETE FROM refresh_tokens WHERE token_hash = :token_hash", {"token_hash": token_hash}
    )
    return taken > 0


async def delete_access_tokens(tx: Transaction, *, user_id: int, application_id: int) -> None:
    await _delete(tx, "access_tokens", user_id, application_id)


async def delete_refresh_tokens(tx: Transaction, *, user_id: int, application_id: int) -> None:
    await _delete(tx, "refresh_tokens", user_id, application_id)


async def delete_codes(tx: Transaction, *, user_id: int, application_id: int) -> None:
    await _delete(tx, "authorization_codes", user_id, application_id)


async def delete_expired(tx: Transaction, now: datetime) -> None:
    """Forget tokens and codes that nobody can use any more."""
    for table in ("access_tokens", "refresh_tokens", "authorization_codes"):
        await tx.run(f"DELETE FROM {table} WHERE expires_at <= :now", {"now": to_micros(now)})


async def _add(tx: Transaction, table: str, token: TokenRow) -> None:
    await tx.run(
        f"""INSERT INTO {table} (token_hash, application_id, user_id, scopes, expires_at)
            VALUES (:token_hash, :application_id, :user_id, :scopes, :expires_at)""",
        {
            "token_hash": token.token_hash,
            "application_id": token.application_id,
            "user_id": token.user_id,
            "scopes": join_words(token.scopes),
            "expires_at": to_micros(token.expires_at),
        },
    )


async def _delete(tx: Transaction, table: str, user_id: int, application_id: int) -> None:
    await tx.run(
        f"DELETE FROM {table} WHERE user_id = :user_id AND application_id = :application_id",
        {"user_id": user_id, "application_id": application_id},
    )


def _token(row: Row) -> TokenRow:
    return TokenRow(
        token_hash=row["token_hash"],
        application_id=row["application_id"],
        user_id=row["user_id"],
        scopes=split_words(row["scopes"]),
        expires_at=from_micros(row["expires_at"]),
    )
