"""Connections that a person has begun, until the browser comes back from the marketplace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import to_micros
from zoco.database.transaction import Transaction


async def add(
    tx: Transaction,
    *,
    state_hash: str,
    application_id: int,
    person_id: int,
    verifier: bytes,
    redirect_uri: str,
    expires_at: datetime,
) -> None:
    await tx.run(
        """
        INSERT INTO oauth_states (state_hash, application_id, person_id, verifier, redirect_uri, expires_at)
        VALUES (:state_hash, :application_id, :person_id, :verifier, :redirect_uri, :expires_at)
        """,
        {
            "state_hash": state_hash,
            "application_id": application_id,
            "person_id": person_id,
            "verifier": verifier,
            "redirect_uri": redirect_uri,
            "expires_at": to_micros(expires_at),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthState:
    application_id: int
    verifier: bytes
    redirect_uri: str


async def take(tx: Transaction, state_hash: str, *, person_id: int, now: datetime) -> OauthState | None:
    """The sign-in that `person_id` began, once; None for another person, a second time, or too late."""
    rows = await tx.all(
        """
        DELETE FROM oauth_states WHERE state_hash = :state_hash AND person_id = :person_id
        RETURNING application_id, verifier, redirect_uri, expires_at
        """,
        {"state_hash": state_hash, "person_id": person_id},
    )
    if not rows or rows[0]["expires_at"] <= to_micros(now):
        return None
    row = rows[0]
    return OauthState(
        application_id=row["application_id"], verifier=row["verifier"], redirect_uri=row["redirect_uri"]
    )


async def forget_old(tx: Transaction, now: datetime) -> int:
    return await tx.run("DELETE FROM oauth_states WHERE expires_at <= :now", {"now": to_micros(now)})
