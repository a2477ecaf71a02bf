"""People who sign in at the desk, their sessions, and their failed attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`role`: owner, staff, reader. `locale` and `time_zone` are None until the person chooses."""

    id: int
    username: str
    name: str
    role: str
    locale: str | None
    time_zone: str | None


_COLUMNS = "people.id, people.username, people.name, people.role, people.locale, people.time_zone"


def _person(row: Row) -> Person:
    return Person(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        role=row["role"],
        locale=row["locale"],
        time_zone=row["time_zone"],
    )


async def count(tx: Transaction) -> int:
    row = await tx.one("SELECT count(*) AS people FROM people")
    assert row is not None
    return int(row["people"])


async def add(
    tx: Transaction, *, username: str, name: str, role: str, password_hash: str, now: datetime
) -> int | None:
    """The new person's id; None when the username is taken."""
    row = await tx.one(
        """
        INSERT INTO people (username, name, role, password_hash, date_created)
        VALUES (:username, :name, :role, :password_hash, :now)
        ON CONFLICT (username) DO NOTHING RETURNING id
        """,
        {
            "username": username,
            "name": name,
            "role": role,
            "password_hash": password_hash,
            "now": to_micros(now),
        },
    )
    return None if row is None else int(row["id"])


async def get(tx: Transaction, person_id: int) -> Person | None:
    row = await tx.one(f"SELECT {_COLUMNS} FROM people WHERE id = :id", {"id": person_id})
    return None if row is None else _person(row)


async def by_username(tx: Transaction, username: str) -> tuple[Person, str] | None:
    """Who signs in under a name, with their password's hash; None when disabled or unknown."""
    row = await tx.one(
        f"SELECT {_COLUMNS}, people.password_hash FROM people WHERE username = :username AND disabled = 0",
        {"username": username},
    )
    return None if row is None else (_person(row), row["password_hash"])


async def set_locale(tx: Transaction, person_id: int, locale: str | None) -> None:
    await tx.run("UPDATE people SET locale = :locale WHERE id = :id", {"id": person_id, "locale": locale})


async def add_session(
    tx: Transaction, *, token_hash: str, person_id: int, csrf: str, address: str, now: datetime
) -> None:
    await tx.run(
        """
        INSERT INTO sessions (token_hash, person_id, csrf, date_created, last_used, address)
        VALUES (:token_hash, :person_id, :csrf, :now, :now, :address)
        """,
        {
            "token_hash": token_hash,
            "person_id": person_id,
            "csrf": csrf,
            "now": to_micros(now),
            "address": address,
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    person: Person
    csrf: str
    last_used: datetime


async def session(
    tx: Transaction, token_hash: str, *, used_after: datetime, created_after: datetime
) -> SessionRow | None:
    row = await tx.one(
        f"""
        SELECT {_COLUMNS}, sessions.csrf, sessions.last_used
        FROM sessions JOIN people ON people.id = sessions.person_id
        WHERE sessions.token_hash = :token_hash AND sessions.last_used > :used_after
            AND sessions.date_created > :created_after AND people.disabled = 0
        """,
        {
            "token_hash": token_hash,
            "used_after": to_micros(used_after),
            "created_after": to_micros(created_after),
        },
    )
    if row is None:
        return None
    return SessionRow(person=_person(row), csrf=row["csrf"], last_used=from_micros(row["last_used"]))


async def touch_session(tx: Transaction, token_hash: str, now: datetime) -> None:
    await tx.run(
        "UPDATE sessions SET last_used = :now WHERE token_hash = :token_hash",
        {"token_hash": token_hash, "now": to_micros(now)},
    )


async def end_session(tx: Transaction, token_hash: str) -> None:
    await tx.run("DELETE FROM sessions WHERE token_hash = :token_hash", {"token_hash": token_hash})


async def end_old_sessions(tx: Transaction, *, used_before: datetime, created_before: datetime) -> int:
    return await tx.run(
        "DELETE FROM sessions WHERE last_used <= :used_before OR date_created <= :created_before",
        {"used_before": to_micros(used_before), "created_before": to_micros(created_before)},
    )


async def failures(tx: Transaction, subject: str, *, since: datetime) -> int:
    row = await tx.one(
        "SELECT failures FROM sign_in_failures WHERE subject = :subject AND first_failed > :since",
        {"subject": subject, "since": to_micros(since)},
    )
    return 0 if row is None else int(row["failures"])


async def add_failure(tx: Transaction, subject: str, *, since: datetime, now: datetime) -> None:
    """Count one more; a window that began before `since` is over and begins anew."""
    await tx.run(
        """
        INSERT INTO sign_in_failures (subject, failures, first_failed) VALUES (:subject, 1, :now)
        ON CONFLICT (subject) DO UPDATE SET
            failures = CASE WHEN sign_in_failures.first_failed > :since
                THEN sign_in_failures.failures + 1 ELSE 1 END,
            first_failed = CASE WHEN sign_in_failures.first_failed > :since
                THEN sign_in_failures.first_failed ELSE excluded.first_failed END
        """,
        {"subject": subject, "since": to_micros(since), "now": to_micros(now)},
    )


async def forget_failures(tx: Transaction, subject: str) -> None:
    await tx.run("DELETE FROM sign_in_failures WHERE subject = :subject", {"subject": subject})


async def forget_old_failures(tx: Transaction, before: datetime) -> int:
    return await tx.run(
        "DELETE FROM sign_in_failures WHERE first_failed <= :before", {"before": to_micros(before)}
    )
