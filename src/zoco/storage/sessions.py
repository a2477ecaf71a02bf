"""Rows of sign-ins at the marketplace's own pages (contract 26.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    token_hash: str
    user_id: int
    csrf: str
    expires_at: datetime


async def add(tx: Transaction, session: Session) -> None:
    await tx.run(
        """INSERT INTO account_sessions (token_hash, user_id, csrf, expires_at)
           VALUES (:token_hash, :user_id, :csrf, :expires_at)""",
        {
            "token_hash": session.token_hash,
            "user_id": session.user_id,
            "csrf": session.csrf,
            "expires_at": to_micros(session.expires_at),
        },
    )


async def get(tx: Transaction, token_hash: str, now: datetime) -> Session | None:
    """The session, while it lasts."""
    row = await tx.one(
        "SELECT * FROM account_sessions WHERE token_hash = :token_hash AND expires_at > :now",
        {"token_hash": token_hash, "now": to_micros(now)},
    )
    if row is None:
        return None
    return Session(
        token_hash=row["token_hash"],
        user_id=row["user_id"],
        csrf=row["csrf"],
        expires_at=from_micros(row["expires_at"]),
    )


async def delete(tx: Transaction, token_hash: str) -> None:
    await tx.run("DELETE FROM account_sessions WHERE token_hash = :token_hash", {"token_hash": token_hash})


async def delete_expired(tx: Transaction, now: datetime) -> None:
    await tx.run("DELETE FROM account_sessions WHERE expires_at <= :now", {"now": to_micros(now)})
