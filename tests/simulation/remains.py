"""What a dead program left in its databases, read and not touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import asyncpg

Rows = Sequence[dict[str, Any]]

# On PostgreSQL others may work on the same rows, so what a dead program had leased waits until its
# leases run out. Here nobody waits that long: they run out at once.
_LATER = {
    "marketplace": ("UPDATE callback_leases SET leased_until = 0",),
    "desk": (
        "UPDATE work SET leased_until = 0 WHERE leased_until IS NOT NULL",
        "UPDATE listings SET push_leased_until = 0 WHERE push_leased_until IS NOT NULL",
        "UPDATE refresh_locks SET leased_until = 0",
    ),
}


class Remains:
    """`await remains.rows("desk", "SELECT * FROM orders")`, on either engine."""

    def __init__(self, **urls: str) -> None:
        self._urls = urls

    async def rows(self, program: str, sql: str) -> Rows:
        url = self._urls[program]
        if url.startswith("sqlite:///"):
            path = url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
                connection.row_factory = sqlite3.Row
                return [dict(row) for row in connection.execute(sql)]
        connected = await asyncpg.connect(url)
        try:
            return [dict(row) for row in await connected.fetch(sql)]
        finally:
            await connected.close()

    async def leases_run_out(self) -> None:
        """Two minutes later, as far as leases go; on SQLite the next life knows that the dead are dead."""
        for program, statements in _LATER.items():
            if self._urls[program].startswith("sqlite:///"):
                continue
            connected = await asyncpg.connect(self._urls[program])
            try:
                for statement in statements:
                    await connected.execute(statement)
            finally:
                await connected.close()
