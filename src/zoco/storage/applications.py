"""Rows of applications, their topics, and what people have granted them (contract 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from zoco.database.times import from_micros, to_micros
from zoco.database.transaction import Row, Transaction
from zoco.domain.applications import Application
from zoco.storage.statements import insert, update
from zoco.storage.texts import join_words, split_words

_COLUMNS = (
    "id",
    "owner_id",
    "site_id",
    "name",
    "short_name",
    "description",
    "url",
    "callback_url",
    "secret_key",
    "scopes",
    "active",
    "max_requests_per_hour",
    "notifications_callback_url",
    "date_created",
)
_ADD = f"{insert('applications', _COLUMNS)} ON CONFLICT DO NOTHING"
_SAVE = update("applications", _COLUMNS[1:])


async def get(tx: Transaction, application_id: int) -> Application | None:
    return await _read(tx, "SELECT * FROM applications WHERE id = :id", {"id": application_id})


async def get_for_update(tx: Transaction, application_id: int) -> Application | None:
    return await _read(
        tx, f"SELECT * FROM applications WHERE id = :id{tx.for_update}", {"id": application_id}
    )


async def take_name(tx: Transaction, application: Application) -> bool:
    """Take the application's new name for this transaction; False when somebody else has it.

    Of two who want one name at the same time the second must wait here for the first. An UPDATE has
    no ON CONFLICT, so the name is taken by a row that is there for a moment.
    """
    placeholder = replace(application, id=-application.id)
    taken = await tx.run(_ADD, _values(placeholder)) > 0
    await tx.run("DELETE FROM applications WHERE id = :id", {"id": placeholder.id})
    return taken


async def add(tx: Transaction, application: Application) -> bool:
    """Keep a new application; False when its name is taken."""
    added = await tx.run(_ADD, _values(application)) > 0
    if added:
        await _save_topics(tx, application)
    return added


async def save(tx: Transaction, application: Application) -> None:
    await tx.run(_SAVE, _values(application))
    await tx.run("DELETE FROM application_topics WHERE application_id = :id", {"id": application.id})
    await _save_topics(tx, application)


async def grant(
    tx: Transaction, *, user_id: int, application_id: int, scopes: tuple[str, ...], now: datetime
) -> None:
    """Keep the user's permission, and lock it: tokens of one grant are made one after the other."""
    await tx.run(
        """INSERT INTO grants (user_id, application_id, scopes, date_created)
           VALUES (:user_id, :application_id, :scopes, :now)
           ON CONFLICT (user_id, application_id) DO UPDATE SET scopes = excluded.scopes""",
        {
            "user_id": user_id,
            "application_id": application_id,
            "scopes": join_words(scopes),
            "now": to_micros(now),
        },
    )


async def lock_grant(tx: Transaction, *, user_id: int, application_id: int) -> bool:
    """Lock the user's permission; False when there is none (any more)."""
    row = await tx.one(
        f"""SELECT 1 FROM grants WHERE user_id = :user_id AND application_id = :application_id
            {tx.for_update}""",
        {"user_id": user_id, "application_id": application_id},
    )
    return row is not None


async def delete_grant(tx: Transaction, *, user_id: int, application_id: int) -> bool:
    """Take the permission away; False when there was none."""
    deleted = await tx.run(
        "DELETE FROM grants WHERE user_id = :user_id AND application_id = :application_id",
        {"user_id": user_id, "application_id": application_id},
    )
    return deleted > 0


async def _read(tx: Transaction, sql: str, parameters: Mapping[str, object]) -> Application | None:
    row = await tx.one(sql, parameters)
    if row is None:
        return None
    topics = await tx.all(
        "SELECT topic FROM application_topics WHERE application_id = :id ORDER BY topic", {"id": row["id"]}
    )
    return _application(row, tuple(topic["topic"] for topic in topics))


async def _save_topics(tx: Transaction, application: Application) -> None:
    rows = [{"id": application.id, "topic": topic} for topic in application.topics]
    if rows:
        await tx.run_many("INSERT INTO application_topics (application_id, topic) VALUES (:id, :topic)", rows)


def _values(application: Application) -> Mapping[str, object]:
    return {
        "id": application.id,
        "owner_id": application.owner_id,
        "site_id": application.site_id,
        "name": application.name,
        "short_name": application.short_name,
        "description": application.description,
        "url": application.url,
        "callback_url": application.callback_url,
        "secret_key": application.secret_key,
        "scopes": join_words(application.scopes),
        "active": int(application.active),
        "max_requests_per_hour": application.max_requests_per_hour,
        "notifications_callback_url": application.notifications_callback_url,
        "date_created": to_micros(application.date_created),
    }


def _application(row: Row, topics: tuple[str, ...]) -> Application:
    return Application(
        id=row["id"],
        owner_id=row["owner_id"],
        site_id=row["site_id"],
        name=row["name"],
        short_name=row["short_name"],
        description=row["description"],
        url=row["url"],
        callback_url=row["callback_url"],
        secret_key=row["secret_key"],
        scopes=split_words(row["scopes"]),
        active=bool(row["active"]),
        max_requests_per_hour=row["max_requests_per_hour"],
        notifications_callback_url=row["notifications_callback_url"],
        topics=topics,
        date_created=from_micros(row["date_created"]),
    )
