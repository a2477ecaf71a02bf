"""What the desk itself has to remember: few names, one text each."""

from __future__ import annotations

from zoco.database.transaction import Transaction


async def get(tx: Transaction, name: str) -> str | None:
    row = await tx.one("SELECT value FROM settings WHERE name = :name", {"name": name})
    return None if row is None else str(row["value"])


async def add_if_missing(tx: Transaction, name: str, value: str) -> str:
    """Set a value that nobody has set; the one that stands."""
    await tx.run(
        "INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING",
        {"name": name, "value": value},
    )
    row = await tx.one("SELECT value FROM settings WHERE name = :name", {"name": name})
    assert row is not None
    return str(row["value"])


async def put(tx: Transaction, name: str, value: str) -> None:
    await tx.run(
        """
        INSERT INTO settings (name, value) VALUES (:name, :value)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        {"name": name, "value": value},
    )


async def forget(tx: Transaction, name: str) -> None:
    await tx.run("DELETE FROM settings WHERE name = :name", {"name": name})
