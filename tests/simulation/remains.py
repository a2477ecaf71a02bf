"""What a dead program left in its databases, read and not touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import asyncpg

Rows = Sequence[dict[str, Any]]

# On PostgreSQL others may work on the same rows, so what a dead program had leased waits until its
# leases run out, and what failed because of it until it is tried again. Here nobody waits that long.
_LATER = {
    "marketplace": (
        "UPDATE callback_leases SET leased_until = 0",
        "UPDATE notifications SET next_attempt = received WHERE state = 'pending'",
    ),
    "desk": (
        "UPDATE work SET leased_until = 0 WHERE leased_until IS NOT NULL",
        "UPDATE work SET due = 0",
        "UPDATE listings SET push_leased_until = 0 WHERE push_leased_until IS NOT NULL",
        "UPDATE listings SET push_due = 0 WHERE push_state = 'pending'",
        "UPDATE listings SET verify_due = 0 WHERE verify_due IS NOT NULL",
        "UPDATE refresh_locks SET leased_until = 0",
    ),
}


class Remains:
    """`await remains.rows("desk", "SELECT * FROM orders")`, on either engine."""

    def __init__(self, **urls: str) -> None:
        self._urls = urls

    async def rows(self, program: str, sql: str) -> Rows:
        return (await self.moment(program, {"all": sql}))["all"]

    async def moment(self, program: str, questions: Mapping[str, str]) -> dict[str, Rows]:
        """The answers to several questions as they were at one moment, also while others write."""
        url = self._urls[program]
        if url.startswith("sqlite:///"):
            path = url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as reader:
                reader.row_factory = sqlite3.Row
                reader.execute("BEGIN")
                return {name: [dict(row) for row in reader.execute(sql)] for name, sql in questions.items()}
        connected = await asyncpg.connect(url)
        try:
            async with connected.transaction(isolation="repeatable_read", readonly=True):
                return {
                    name: [dict(row) for row in await connected.fetch(sql)] for name, sql in questions.items()
                }
        finally:
            await connected.close()

    async def time_passes(self) -> None:
        """Some minutes later, for who is dead now; on SQLite the next life knows that the dead are dead."""
        for program, statements in _LATER.items():
            if self._urls[program].startswith("sqlite:///"):
                continue
            connected = await asyncpg.connect(self._urls[program])
            try:
                for statement in statements:
                    await connected.execute(statement)
            finally:
                await connected.close()
