"""Migrations: in order, once, under a lock, all or nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.conftest import DESK_MIGRATIONS, MARKETPLACE_MIGRATIONS
from tests.database.things import all_rows
from tests.fresh_databases import FreshDatabases
from zoco.database import open_database
from zoco.database.errors import DatabaseUnusable
from zoco.database.migrate import migrate, migrations_pending
from zoco.database.transaction import Database, Transaction

FIRST = """
-- Two things; with a semicolon in a comment.
CREATE SEQUENCE things_id START 100;
CREATE TABLE things (seq {identity}, name TEXT NOT NULL, body {bytes});
INSERT INTO things (name) VALUES ('lamp; with shade');
"""
SECOND = "ALTER TABLE things ADD COLUMN amount BIGINT; UPDATE things SET amount = 7;"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Migrations 0001_things and 0002_amounts."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_things.sql").write_text(FIRST)
    (folder / "0002_amounts.sql").write_text(SECOND)
    (folder / "__init__.py").write_text("")
    return folder


async def test_all_that_is_pending_is_applied_in_order_and_only_once(
    empty_database: Database, folder: Path
) -> None:
    assert await migrations_pending(empty_database, folder) == ["0001_things", "0002_amounts"]
    assert await migrate(empty_database, folder) == ["0001_things", "0002_amounts"]
    assert await migrate(empty_database, folder) == []
    assert await migrations_pending(empty_database, folder) == []
    assert await all_rows(empty_database, "SELECT name, amount FROM things") == [("lamp; with shade", 7)]


async def test_a_new_file_is_applied_to_a_database_that_has_the_others(
    empty_database: Database, folder: Path
) -> None:
    second = (folder / "0002_amounts.sql").rename(folder.parent / "later.sql")
    assert await migrate(empty_database, folder) == ["0001_things"]
    second.rename(folder / "0002_amounts.sql")
    assert await migrations_pending(empty_database, folder) == ["0002_amounts"]
    assert await migrate(empty_database, folder) == ["0002_amounts"]
    assert await all_rows(empty_database, "SELECT amount FROM things") == [(7,)]


async def test_the_engines_own_words_stand_for_the_tokens(empty_database: Database, folder: Path) -> None:
    await migrate(empty_database, folder)

    async def add(tx: Transaction) -> None:
        await tx.run("INSERT INTO things (name, body) VALUES ('chair', :body)", {"body": b"\x00\x01"})

    await empty_database.write(add)
    rows = await all_rows(empty_database, "SELECT seq, name, body FROM things ORDER BY seq")
    assert rows == [(1, "lamp; with shade", None), (2, "chair", b"\x00\x01")]


async def test_a_sequence_counts_from_its_start_and_never_repeats(
    empty_database: Database, folder: Path
) -> None:
    await migrate(empty_database, folder)
    numbers = await asyncio.gather(
        *(empty_database.write(lambda tx: tx.next_id("things_id")) for _ in range(20))
    )
    assert sorted(numbers) == list(range(100, 120))


async def test_a_sequence_that_no_migration_made_is_an_error(empty_database: Database, folder: Path) -> None:
    await migrate(empty_database, folder)
    with pytest.raises(Exception, match="no_such_id"):
        await empty_database.write(lambda tx: tx.next_id("no_such_id"))


async def test_a_file_that_changed_after_it_was_applied_is_refused(
    empty_database: Database, folder: Path
) -> None:
    await migrate(empty_database, folder)
    (folder / "0002_amounts.sql").write_text(SECOND + "\n-- one more remark")
    for check in (migrate, migrations_pending):
        with pytest.raises(DatabaseUnusable, match="0002_amounts is not the one that this database was made"):
            await check(empty_database, folder)


async def test_a_program_works_with_what_a_newer_release_has_only_added_to(
    empty_database: Database, folder: Path
) -> None:
    await migrate(empty_database, folder)
    (folder / "0002_amounts.sql").unlink()
    assert await migrations_pending(empty_database, folder) == []
    assert await migrate(empty_database, folder) == []
    assert await all_rows(empty_database, "SELECT amount FROM things") == [(7,)]


@pytest.mark.parametrize(
    ("needed", "refused"), [("0.0.1", False), ("0.1.0", False), ("0.99.0", True), ("10.0.0", True)]
)
async def test_what_a_newer_release_has_taken_away_shuts_older_programs_out(
    empty_database: Database, folder: Path, needed: str, refused: bool
) -> None:
    (folder / "0003_contract.sql").write_text(
        f"-- contracts {needed}: nobody reads it.\nALTER TABLE things DROP COLUMN amount;"
    )
    (folder / "0004_more.sql").write_text("CREATE TABLE more (id BIGINT PRIMARY KEY);")
    await migrate(empty_database, folder)
    assert await migrations_pending(empty_database, folder) == []
    for newer in ("0003_contract.sql", "0004_more.sql"):
        (folder / newer).unlink()
    for check in (migrate, migrations_pending):
        if not refused:
            assert await check(empty_database, folder) == []
            continue
        needs = rf"newer than this program \(it has 0003_contract, which needs Zoco {needed}\)"
        with pytest.raises(DatabaseUnusable, match=needs):
            await check(empty_database, folder)


async def test_a_database_that_0_1_0_made_learns_of_contracts(empty_database: Database, folder: Path) -> None:
    later = (folder / "0002_amounts.sql").rename(folder.parent / "later.sql")
    await migrate(empty_database, folder)

    async def forget(tx: Transaction) -> None:
        await tx.run("DROP TABLE migration_contracts")

    await empty_database.write(forget)
    later.rename(folder / "0002_amounts.sql")
    assert await migrations_pending(empty_database, folder) == ["0002_amounts"]
    assert await migrate(empty_database, folder) == ["0002_amounts"]
    assert await all_rows(empty_database, "SELECT number FROM migration_contracts") == []


async def test_a_database_of_another_kind_is_refused(empty_database: Database, folder: Path) -> None:
    await migrate(empty_database, folder)
    (folder / "0001_things.sql").rename(folder / "0001_orders.sql")
    with pytest.raises(DatabaseUnusable, match="it has 0001_things where 0001_orders belongs"):
        await migrate(empty_database, folder)


@pytest.mark.parametrize("name", ["0004_gap.sql", "0002_twice.sql", "notes.sql", "3_short.sql"])
async def test_files_out_of_order_are_a_programming_error(
    empty_database: Database, folder: Path, name: str
) -> None:
    (folder / name).write_text("SELECT 1")
    with pytest.raises(ValueError, match="is not the migration number"):
        await migrate(empty_database, folder)


async def test_a_migration_that_fails_halfway_leaves_nothing_behind(
    empty_database: Database, folder: Path
) -> None:
    (folder / "0003_broken.sql").write_text(
        "CREATE TABLE left_over (id BIGINT); INSERT INTO nowhere VALUES (1);"
    )
    with pytest.raises(Exception, match="nowhere"):
        await migrate(empty_database, folder)
    assert await migrations_pending(empty_database, folder) == ["0001_things", "0002_amounts", "0003_broken"]
    (folder / "0003_broken.sql").write_text("CREATE TABLE left_over (id BIGINT);")
    assert await migrate(empty_database, folder) == ["0001_things", "0002_amounts", "0003_broken"]


MIGRATE = """
import asyncio, os, pathlib, sys
from zoco.database import open_database
from zoco.database.migrate import migrate

class DyingTransaction:
    def __init__(self, tx, word):
        self.all, self.one, self._run, self._word = tx.all, tx.one, tx.run, word

    async def run(self, sql, parameters={}):
        if self._word in sql:
            os._exit(9)
        return await self._run(sql, parameters)

class DyingDatabase:
    def __init__(self, database, word):
        self.engine, self._database, self._word = database.engine, database, word

    async def write(self, work, *, long):
        return await self._database.write(lambda tx: work(DyingTransaction(tx, self._word)), long=long)

async def main(url, folder, die_at_statement_with):
    database = await open_database(url)
    await migrate(DyingDatabase(database, die_at_statement_with), pathlib.Path(folder))

asyncio.run(main(*sys.argv[1:]))
"""


async def migrate_in_a_process(url: str, folder: Path, *, die_at: str) -> int:
    """The exit status of a process that dies when a statement holds these words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", MIGRATE, url, str(folder), die_at),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return await process.wait()


async def test_a_process_that_dies_in_the_middle_leaves_the_database_as_it_was(
    empty_database_url: str, folder: Path
) -> None:
    assert await migrate_in_a_process(empty_database_url, folder, die_at="UPDATE things") == 9
    database = await open_database(empty_database_url)
    assert await migrations_pending(database, folder) == ["0001_things", "0002_amounts"]
    assert await migrate(database, folder) == ["0001_things", "0002_amounts"]
    assert await all_rows(database, "SELECT amount FROM things") == [(7,)]
    await database.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_of_programs_that_start_together_one_applies_and_the_others_wait(
    empty_database_url: str, folder: Path
) -> None:
    """On SQLite a second program is refused at the door (see test_opening)."""
    databases = [await open_database(empty_database_url) for _ in range(4)]
    outcomes = await asyncio.gather(*(migrate(database, folder) for database in databases))
    assert sorted(outcomes) == [[], [], [], ["0001_things", "0002_amounts"]]
    for database in databases:
        await database.close()


@pytest.mark.parametrize("migrations", [MARKETPLACE_MIGRATIONS, DESK_MIGRATIONS], ids=["marketplace", "desk"])
async def test_the_programs_own_migrations_apply_on_both_engines(
    fresh_databases: FreshDatabases, migrations: Path
) -> None:
    url = await fresh_databases.create(migrations)
    database = await open_database(url)
    assert await migrations_pending(database, migrations) == []
    await database.close()
    await fresh_databases.drop(url)
