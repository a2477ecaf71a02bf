"""A database's rows from a backup into an empty database: all in one transaction, or nothing.

A restore fills two databases, one after the other. Until both are filled each bears a mark that names
the backup: programs do not start on it, and restoring the same backup again finishes the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from importlib.resources.abc import Traversable
from itertools import islice
from typing import Any

from zoco.database import postgres_snapshot, sqlite_snapshot
from zoco.database.backup_file import Part
from zoco.database.errors import BackupUnusable
from zoco.database.migrate import UNFINISHED, Migration, apply_pending, read_folder
from zoco.database.transaction import Database, Transaction

Rows = Callable[[str], Iterable[Sequence[Any]]]

_TABLES = {"sqlite": sqlite_snapshot.TABLES, "postgresql": postgres_snapshot.TABLES}
_BATCH_ROWS = 500
_MIGRATIONS = "migrations"


def require_known(part: Part, folder: Traversable) -> None:
    """BackupUnusable unless this program has all the migrations that the rows were written under."""
    known = [(migration.name, migration.checksum) for migration in read_folder(folder)]
    made_under = [(migration.name, migration.checksum) for migration in part.migrations]
    if made_under[: len(known)] != known[: len(made_under)]:
        raise BackupUnusable("The backup was made with other migrations than this program's.")
    if len(made_under) > len(known):
        raise BackupUnusable(
            f"The backup is newer than this program (it has {made_under[-1][0]}); use a newer Zoco."
        )


class Found(Enum):
    """What a restore finds: nothing, its own unfinished work, or something else."""

    EMPTY = "empty"
    BEGUN = "begun"
    FOREIGN = "foreign"


async def look(database: Database, backup: str) -> Found:
    """What is there already, for who is about to restore the backup of this identity."""

    async def compare(tx: Transaction) -> Found:
        tables = await _tables(tx, database.engine)
        if not tables:
            return Found.EMPTY
        marked = _MIGRATIONS in tables and await tx.one(
            f"SELECT 1 FROM {_MIGRATIONS} WHERE number = :number AND checksum = :backup",
            {"number": UNFINISHED, "backup": backup},
        )
        return Found.BEGUN if marked else Found.FOREIGN

    return await database.read(compare)


def require_place(marketplace: Found, desk: Found) -> None:
    """BackupUnusable when there is anything but an unfinished restore: a restore never wipes anything.

    The marks are taken away from the marketplace first: a marked desk stands for both.
    """
    for name, found in (("marketplace", marketplace), ("desk", desk)):
        finished = name == "marketplace" and desk is Found.BEGUN
        if found is Found.FOREIGN and not finished:
            raise BackupUnusable(
                f"The {name}'s database is not empty, and a restore wipes nothing: "
                "move it away, or name an empty data folder or database."
            )


async def load(database: Database, folder: Traversable, part: Part, rows: Rows, *, backup: str) -> None:
    """Make the schema that the rows were written under, fill it, bring it up to this program's, mark it."""
    migrations = read_folder(folder)

    async def fill(tx: Transaction) -> None:
        await _make_schema(tx, database.engine, migrations[: len(part.migrations)])
        for table in await _tables(tx, database.engine):
            if table in part.tables:
                await _fill_table(tx, table, part.tables[table].columns, rows(table))
        await _CONTINUE_COUNTING[database.engine](tx, part)
        await apply_pending(tx, database.engine, migrations)
        await tx.run(
            f"INSERT INTO {_MIGRATIONS} (number, name, checksum)"
            " VALUES (:number, 'unfinished_restore', :backup)",
            {"number": UNFINISHED, "backup": backup},
        )

    await database.write(fill, long=True)


async def finish(database: Database) -> None:
    """Take the mark away: both databases are filled."""
    await database.write(
        lambda tx: tx.run(f"DELETE FROM {_MIGRATIONS} WHERE number = :number", {"number": UNFINISHED})
    )


async def _make_schema(tx: Transaction, engine: str, migrations: Sequence[Migration]) -> None:
    before = await _tables(tx, engine)
    if before:
        raise BackupUnusable("The database was filled by somebody else while it was being restored.")
    await apply_pending(tx, engine, migrations)
    # What a migration inserts is among the rows of the backup, as it has become since.
    for table in reversed(await _tables(tx, engine)):
        if table != _MIGRATIONS:
            await tx.run(f'DELETE FROM "{table}"')


async def _tables(tx: Transaction, engine: str) -> list[str]:
    """In the order they were made, so that what a row refers to is there before it."""
    return [str(row[0]) for row in await tx.all(_TABLES[engine])]


async def _fill_table(
    tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(f":{column}" for column in columns)
    for batch in _batches(rows):
        await tx.run_many(
            f'INSERT INTO "{table}" ({names}) VALUES ({values})',
            [dict(zip(columns, row, strict=True)) for row in batch],
        )


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH_ROWS)):
        yield batch


async def _continue_counting_sqlite(tx: Transaction, part: Part) -> None:
    for name, value in part.sequences.items():
        await tx.run("UPDATE sequences SET value = :value WHERE name = :name", {"name": name, "value": value})
    for table, value in part.identities.items():
        await tx.run("DELETE FROM sqlite_sequence WHERE name = :table", {"table": table})
        await tx.run(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :value)",
            {"table": table, "value": value},
        )


async def _continue_counting_postgres(tx: Transaction, part: Part) -> None:
    for row in await tx.all(postgres_snapshot.SEQUENCES):
        table = row["numbered_table"]
        value = part.sequences.get(row["name"]) if table is None else part.identities.get(table)
        # A table of SQLite that never had a row has no number yet.
        if value is not None:
            await tx.one(
                "SELECT setval(CAST(CAST(:name AS TEXT) AS regclass), CAST(:next AS BIGINT), false)",
                {"name": row["name"], "next": value + 1},
            )


_CONTINUE_COUNTING = {"sqlite": _continue_counting_sqlite, "postgresql": _continue_counting_postgres}
