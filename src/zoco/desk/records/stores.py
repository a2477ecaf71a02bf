"""Stores, the applications they are connected through, and their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from zoco.database.times import from_micros, from_micros_or_none, to_micros
from zoco.database.transaction import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application registered at a marketplace. `client_secret` is sealed, None where tokens are pasted."""

    id: int
    base_url: str
    auth_url: str
    client_id: int
    client_secret: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One seller account at one marketplace. `state`: connected, reconnect_needed, disconnected.

    `import_state` says what of the first reading is still to be done: listings, orders, or nothing
    (`done`); `import_done` of `import_total` orders are read.
    """

    id: int
    application_id: int
    base_url: str
    client_id: int
    site_id: str
    account_id: int
    nickname: str
    state: str
    state_reason: str | None
    clock_offset: timedelta
    world: str | None
    import_state: str
    import_done: int
    import_total: int | None
    import_problem: str | None
    date_connected: datetime
    access_expires: datetime | None

    def here(self, moment_there: datetime) -> datetime:
        """A moment of the store's clock as our clock shows it."""
        return moment_there - self.clock_offset

    def there(self, moment_here: datetime) -> datetime:
        """A moment of our clock as the store's clock shows it: what days left are counted from (14)."""
        return moment_here + self.clock_offset


class RefreshLock(Enum):
    """HELD by somebody else; TAKEN; or INHERITED of somebody who never gave it back."""

    HELD = "held"
    TAKEN = "taken"
    INHERITED = "inherited"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTokens:
    """A store's tokens, sealed. `generation` grows with each new pair."""

    access_token: bytes
    refresh_token: bytes | None
    access_expires: datetime
    generation: int


_COLUMNS = """
    stores.id, stores.application_id, applications.base_url, applications.client_id, stores.site_id,
    stores.account_id, stores.nickname, stores.state, stores.state_reason, stores.clock_offset, stores.world,
    stores.import_state, stores.import_done, stores.import_total, stores.import_problem,
    stores.date_connected, stores.access_expires
    FROM stores JOIN applications ON applications.id = stores.application_id
"""


def _store(row: Row) -> Store:
    return Store(
        id=row["id"],
        application_id=row["application_id"],
        base_url=row["base_url"],
        client_id=row["client_id"],
        site_id=row["site_id"],
        account_id=row["account_id"],
        nickname=row["nickname"],
        state=row["state"],
        state_reason=row["state_reason"],
        clock_offset=timedelta(microseconds=row["clock_offset"]),
        world=row["world"],
        import_state=row["import_state"],
        import_done=row["import_done"],
        import_total=row["import_total"],
        import_problem=row["import_problem"],
        date_connected=from_micros(row["date_connected"]),
        access_expires=from_micros_or_none(row["access_expires"]),
    )


async def add_application(
    tx: Transaction,
    *,
    base_url: str,
    auth_url: str,
    client_id: int,
    client_secret: bytes | None,
    now: datetime,
) -> int:
    """Register an application, or replace what is known of it."""
    row = await tx.one(
        """
        INSERT INTO applications (base_url, auth_url, client_id, client_secret, date_created)
        VALUES (:base_url, :auth_url, :client_id, :client_secret, :now)
        ON CONFLICT (base_url, client_id)
        DO UPDATE SET auth_url = excluded.auth_url, client_secret = excluded.client_secret
        RETURNING id
        """,
        {
            "base_url": base_url,
            "auth_url": auth_url,
            "client_id": client_id,
            "client_secret": client_secret,
            "now": to_micros(now),
        },
    )
    assert row is not None
    return int(row["id"])


async def application(tx: Transaction, application_id: int) -> Application | None:
    row = await tx.one("SELECT * FROM applications WHERE id = :id", {"id": application_id})
    return None if row is None else _application(row)


async def applications(tx: Transaction) -> list[Application]:
    return [_application(row) for row in await tx.all("SELECT * FROM applications ORDER BY id")]


def _application(row: Row) -> Application:
    return Application(
        id=row["id"],
        base_url=row["base_url"],
        auth_url=row["auth_url"],
        client_id=row["client_id"],
        client_secret=row["client_secret"],
    )


async def get(tx: Transaction, store_id: int) -> Store | None:
    row = await tx.one(f"SELECT {_COLUMNS} WHERE stores.id = :id", {"id": store_id})
    return None if row is None else _store(row)


async def all_of_them(tx: Transaction) -> list[Store]:
    return [_store(row) for row in await tx.all(f"SELECT {_COLUMNS} ORDER BY stores.nickname, stores.id")]


async def connected(tx: Transaction) -> list[Store]:
    rows = await tx.all(f"SELECT {_COLUMNS} WHERE stores.state = 'connected' ORDER BY stores.id")
    return [_store(row) for row in rows]


async def save_connection(
    tx: Transaction, *, application_id: int, account_id: int, site_id: str, nickname: str, now: datetime
) -> int:
    """The row of an account, new or known; it is connected once its tokens are saved."""
    row = await tx.one(
        """
        INSERT INTO stores (application_id, account_id, site_id, nickname, state, date_connected)
        VALUES (:application_id, :account_id, :site_id, :nickname, 'disconnected', :now)
        ON CONFLICT (application_id, account_id)
        DO UPDATE SET nickname = excluded.nickname, site_id = excluded.site_id
        RETURNING id
        """,
        {
            "application_id": application_id,
            "account_id": account_id,
            "site_id": site_id,
            "nickname": nickname,
            "now": to_micros(now),
        },
    )
    assert row is not None
    return int(row["id"])


async def save_tokens(
    tx: Transaction,
    store_id: int,
    *,
    access_token: bytes,
    refresh_token: bytes | None,
    access_expires: datetime,
) -> None:
    """A new pair: the store is connected with it, whatever it was before."""
    await tx.run(
        """
        UPDATE stores SET access_token = :access_token, refresh_token = :refresh_token,
            access_expires = :access_expires, token_generation = token_generation + 1,
            state = 'connected', state_reason = NULL
        WHERE id = :id
        """,
        {
            "id": store_id,
            "access_token": access_token,
            "refresh_token": refresh_token,
            "access_expires": to_micros(access_expires),
        },
    )


async def tokens(tx: Transaction, store_id: int) -> StoredTokens | None:
    """None unless the store is connected."""
    row = await tx.one(
        """
        SELECT access_token, refresh_token, access_expires, token_generation FROM stores
        WHERE id = :id AND state = 'connected'
        """,
        {"id": store_id},
    )
    if row is None:
        return None
    return StoredTokens(
        access_token=row["access_token"],
        refresh_token=row["refresh_token"],
        access_expires=from_micros(row["access_expires"]),
        generation=row["token_generation"],
    )


async def stop(tx: Transaction, store_id: int, *, state: str, reason: str | None) -> None:
    """`reconnect_needed` or `disconnected`: the tokens are worth nothing and are forgotten."""
    await tx.run(
        """
        UPDATE stores SET state = :state, state_reason = :reason, access_token = NULL, refresh_token = NULL,
            access_expires = NULL, token_generation = token_generation + 1
        WHERE id = :id
        """,
        {"id": store_id, "state": state, "reason": reason},
    )


async def take_refresh_lock(
    tx: Transaction, store_id: int, *, holder: str, now: datetime, lease: timedelta
) -> RefreshLock:
    """Whether `holder` may spend the refresh token: nobody else's lease is running."""
    parameters = {"store_id": store_id, "now": to_micros(now)}
    left = await tx.one(
        "SELECT holder FROM refresh_locks WHERE store_id = :store_id AND leased_until <= :now", parameters
    )
    changed = await tx.run(
        """
        INSERT INTO refresh_locks (store_id, holder, leased_until) VALUES (:store_id, :holder, :until)
        ON CONFLICT (store_id) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
        WHERE refresh_locks.leased_until <= :now
        """,
        {**parameters, "holder": holder, "until": to_micros(now + lease)},
    )
    if changed == 0:
        return RefreshLock.HELD
    return RefreshLock.TAKEN if left is None else RefreshLock.INHERITED


async def drop_refresh_lock(tx: Transaction, store_id: int, *, holder: str) -> None:
    await tx.run(
        "DELETE FROM refresh_locks WHERE store_id = :store_id AND holder = :holder",
        {"store_id": store_id, "holder": holder},
    )


async def set_clock_offset(tx: Transaction, store_id: int, offset: timedelta) -> None:
    await tx.run(
        "UPDATE stores SET clock_offset = :offset WHERE id = :id",
        {"id": store_id, "offset": offset // timedelta(microseconds=1)},
    )


async def set_world(tx: Transaction, store_id: int, world: str) -> None:
    await tx.run("UPDATE stores SET world = :world WHERE id = :id", {"id": store_id, "world": world})


async def lease_import(tx: Transaction, *, now: datetime, lease: timedelta) -> Store | None:
    """A connected store whose first reading is not finished and that nobody else is reading."""
    row = await tx.one(
        f"""
        SELECT {_COLUMNS}
        WHERE stores.state = 'connected' AND stores.import_state <> 'done' AND stores.import_due <= :now
            AND (stores.import_leased_until IS NULL OR stores.import_leased_until <= :now)
        ORDER BY stores.import_due, stores.id LIMIT 1
        """,
        {"now": to_micros(now)},
    )
    if row is None:
        return None
    taken = await tx.run(
        """
        UPDATE stores SET import_leased_until = :until
        WHERE id = :id AND (import_leased_until IS NULL OR import_leased_until <= :now)
        """,
        {"id": row["id"], "now": to_micros(now), "until": to_micros(now + lease)},
    )
    return _store(row) if taken else None


async def save_import(tx: Transaction, store_id: int, *, state: str, done: int, total: int | None) -> None:
    """How far the first reading is; its lease ends, so that the next step may be anybody's."""
    await tx.run(
        """
        UPDATE stores SET import_state = :state, import_done = :done, import_total = :total,
            import_problem = NULL, import_leased_until = NULL
        WHERE id = :id
        """,
        {"id": store_id, "state": state, "done": done, "total": total},
    )


async def postpone_import(tx: Transaction, store_id: int, *, problem: str, until: datetime) -> None:
    await tx.run(
        """
        UPDATE stores SET import_problem = :problem, import_due = :until, import_leased_until = NULL
        WHERE id = :id
        """,
        {"id": store_id, "problem": problem, "until": to_micros(until)},
    )


async def forget_rows(tx: Transaction, store_id: int) -> None:
    """Drop everything a store told us, because it belonged to another world (13)."""
    parameters = {"id": store_id}
    for statement in _FORGETTING:
        await tx.run(statement, parameters)


_FORGETTING: Sequence[str] = (
    "DELETE FROM drifts WHERE listing_id IN (SELECT id FROM listings WHERE store_id = :id)",
    """
    DELETE FROM sale_pushes
    WHERE store_id = :id OR listing_id IN (SELECT id FROM listings WHERE store_id = :id)
    """,
    "DELETE FROM movements WHERE store_id = :id",
    "DELETE FROM listings WHERE store_id = :id",
    "DELETE FROM items WHERE store_id = :id",
    "DELETE FROM collections WHERE store_id = :id",
    "DELETE FROM order_timeline WHERE store_id = :id",
    "DELETE FROM orders WHERE store_id = :id",
    "DELETE FROM work WHERE store_id = :id",
    "DELETE FROM inbox WHERE store_id = :id",
    """
    UPDATE stores SET import_state = 'listings', import_done = 0, import_total = NULL, import_due = 0,
        import_leased_until = NULL
    WHERE id = :id
    """,
)
