"""A small table that the contract suite works on."""

from __future__ import annotations

import pytest

from zoco.database.transaction import Database, Transaction


@pytest.fixture
async def shelf(empty_database: Database) -> Database:
    """A database with `things (id, name, amount)` and nothing in it."""

    async def create(tx: Transaction) -> None:
        await tx.run("CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL, amount BIGINT)")

    await empty_database.write(create)
    return empty_database
