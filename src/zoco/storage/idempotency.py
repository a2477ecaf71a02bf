"""Rows of idempotency keys and the answers given under them (contract 26.16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import to_micros
from zoco.database.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KeptRow:
    request_hash: str
    status: int
    body: bytes


async def claim(
    tx: Transaction, *, user_id: int, key: str, request_hash: str, now: datetime, made_before: datetime
) -> bool:
    """Take the key for this transaction; False when it is taken, and not too old to count.

    On PostgreSQL a second claimer waits here until the first has committed (and finds its answer)
    or rolled back (and has the key).
    """
    claimed = await tx.run(
        """INSERT INTO idempotency_keys (user_id, idempotency_key, request_hash, status, body, date_created)
           VALUES (:user_id, :key, :request_hash, 0, :body, :now)
           ON CONFLICT (user_id, idempotency_key) DO UPDATE SET
               request_hash = excluded.request_hash, status = excluded.status,
               body = excluded.body, date_created = excluded.date_created
           WHERE idempotency_keys.date_created <= :made_before""",
        {
            "user_id": user_id,
            "key": key,
            "request_hash": request_hash,
            "body": b"",
            "now": to_micros(now),
            "made_before": to_micros(made_before),
        },
    )
    return claimed > 0


async def get(tx: Transaction, *, user_id: int, key: str) -> KeptRow | None:
    row = await tx.one(
        "SELECT * FROM idempotency_keys WHERE user_id = :user_id AND idempotency_key = :key",
        {"user_id": user_id, "key": key},
    )
    return None if row is None else KeptRow(row["request_hash"], row["status"], bytes(row["body"]))


async def keep(tx: Transaction, *, user_id: int, key: str, status: int, body: bytes) -> None:
    await tx.run(
        """UPDATE idempotency_keys SET status = :status, body = :body
           WHERE user_id = :user_id AND idempotency_key = :key""",
        {"user_id": user_id, "key": key, "status": status, "body": body},
    )


async def forget_all(tx: Transaction, *, made_before: datetime) -> None:
    await tx.run(
        "DELETE FROM idempotency_keys WHERE date_created <= :made_before",
        {"made_before": to_micros(made_before)},
    )
