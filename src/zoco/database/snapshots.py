"""One moment of a database, read by another process than the one that writes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from zoco.database import SQLITE
from zoco.database.errors import DatabaseUnusable
from zoco.database.postgres_snapshot import open_postgres_snapshot
from zoco.database.sqlite_snapshot import open_sqlite_snapshot

# A try takes less than a millisecond beside the databases; a desk that never rests that long is refused.
_TRIES_MAX = 2000
_PAUSE_SECONDS = 0.001


class Snapshot(Protocol):
    """A connection that sees the database as it was when `take` was called last."""

    @property
    def engine(self) -> str: ...

    async def take(self) -> None: ...

    async def is_latest(self) -> bool:
        """Whether nobody has committed since the snapshot was taken."""
        ...

    async def tables(self) -> Sequence[str]:
        """In the order they were made: what a table refers to comes before it."""
        ...

    async def columns(self, table: str) -> Sequence[str]: ...

    def rows(self, table: str) -> AsyncIterator[Sequence[Any]]: ...

    async def sequences(self) -> Mapping[str, int]:
        """The numbers handed out last, by the sequence's name."""
        ...

    async def identities(self) -> Mapping[str, int]:
        """The numbers handed out last, by the table whose rows are numbered."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Cut:
    """Two databases at one moment."""

    marketplace: Snapshot
    desk: Snapshot


@asynccontextmanager
async def cut(marketplace_url: str, desk_url: str) -> AsyncIterator[Cut]:
    """Both databases as they were at one moment, without holding up who writes them.

    The desk's snapshot is taken, then the marketplace's; when nobody has committed to the desk by then,
    the desk's is also the desk of the marketplace's moment. Else both are taken again.
    """
    desk = await _open_snapshot(desk_url)
    try:
        marketplace = await _open_snapshot(marketplace_url)
        try:
            for _ in range(_TRIES_MAX):
                await desk.take()
                await marketplace.take()
                if await desk.is_latest():
                    break
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                raise DatabaseUnusable(
                    "The desk writes without a moment's rest: make the backup when it is less busy."
                )
            yield Cut(marketplace, desk)
        finally:
            await marketplace.close()
    finally:
        await desk.close()


async def _open_snapshot(url: str) -> Snapshot:
    if url.startswith(SQLITE):
        return open_sqlite_snapshot(url.removeprefix(SQLITE))
    return await open_postgres_snapshot(url)
