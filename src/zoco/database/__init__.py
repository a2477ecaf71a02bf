"""One SQL on two engines.

    database = await open_database("sqlite:///data/marketplace.db")
    order = await database.read(lambda tx: orders.get(tx, 768570754))
    await database.write(lambda tx: purchases.cancel(tx, caller, 768570754, now))
    await database.close()

A unit of work is a function that takes a transaction and returns a coroutine. It may be run
more than once (PostgreSQL retries serialisation failures and deadlocks), so it changes nothing
but the database; and it awaits nothing but its transaction: on SQLite it never suspends, which
is what lets many of them be run on the event loop under one commit.

A statement that fails ends its transaction: PostgreSQL runs nothing after it, so a work lets the
error rise. What may already be there is asked with `ON CONFLICT`, not by catching.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoco.database.errors import DatabaseUnusable
from zoco.database.sqlite import open_sqlite
from zoco.database.transaction import Database
from zoco.deferred import deferred

if TYPE_CHECKING:
    from zoco.database import postgres
else:
    postgres = deferred("zoco.database.postgres")

SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


async def open_database(url: str) -> Database:
    """Open `sqlite:///relative/path.db`, `sqlite:////absolute/path.db` or `postgresql://…`.

    Raises DatabaseUnusable with one sentence for a person. Belongs to the running event loop.
    """
    if url.startswith(SQLITE) and len(url) > len(SQLITE):
        return await open_sqlite(url.removeprefix(SQLITE))
    if url.startswith(_POSTGRES):
        return await postgres.open_postgres(url)
    raise DatabaseUnusable(
        f"{url!r} is no database address: sqlite:///path/to/file.db or postgresql://… is expected."
    )
