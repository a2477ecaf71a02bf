"""From databases in use into one file, and from the file into empty databases of either engine."""

from __future__ import annotations

import asyncio
import os
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.database.things import all_rows
from tests.fresh_databases import FreshDatabases, PostgresServer, SqliteFiles
from zoco.database import open_database
from zoco.database.backup_file import open_backup, write_backup
from zoco.database.errors import BackupUnusable, DatabaseUnusable
from zoco.database.loading import Found, finish, load, look, require_known, require_place
from zoco.database.migrate import migrate, migrations_pending
from zoco.database.snapshots import cut
from zoco.database.transaction import Database, Transaction

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIRST = """
CREATE SEQUENCE orders_id START 100;
CREATE SEQUENCE unused_id START 7;
CREATE TABLE zebras (id {identity}, name TEXT NOT NULL, body {bytes}, amount BIGINT);
CREATE TABLE apples (id BIGINT PRIMARY KEY, zebra_id BIGINT REFERENCES zebras (id));
INSERT INTO zebras (name) VALUES ('of the migration');
"""
SECOND = "ALTER TABLE zebras ADD COLUMN stripes BIGINT; UPDATE zebras SET stripes = amount * 2;"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_animals.sql").write_text(FIRST)
    return folder


@asynccontextmanager
async def two_databases(source: FreshDatabases, folder: Path | None) -> AsyncIterator[tuple[str, str]]:
    """The addresses of a marketplace's and a desk's database, both of the folder's schema."""
    urls = (await source.create(), await source.create())
    if folder is not None:
        for url in urls:
            async with opened(url) as database:
                await migrate(database, folder)
    yield urls
    for url in urls:
        await source.drop(url)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.close()


async def fill(tx: Transaction) -> None:
    await tx.run("DELETE FROM zebras")
    for amount in (1, None, -(2**62)):
        await tx.run(
            "INSERT INTO zebras (name, body, amount) VALUES (:name, :body, :amount)",
            {"name": "ñ \"'\n\u2028 zebra 🦓", "body": b"\x00\xff", "amount": amount},
        )
    await tx.run("DELETE FROM zebras WHERE amount < 0")
    await tx.run("INSERT INTO apples (id, zebra_id) VALUES (:id, 2)", {"id": await tx.next_id("orders_id")})


async def add_zebra(tx: Transaction) -> None:
    await tx.run("INSERT INTO zebras (name) VALUES ('new')")


async def restore(file: Path, urls: tuple[str, str], folder: Path, *, steps: int = 4) -> None:
    """What `zoco restore` does; with fewer steps it dies after that many of its transactions."""
    with open_backup(file) as backup:
        async with AsyncExitStack() as stack:
            databases = [await stack.enter_async_context(opened(url)) for url in urls]
            marketplace, desk = [await look(database, backup.identity) for database in databases]
            for part in backup.manifest.parts.values():
                require_known(part, folder)
            require_place(marketplace, desk)
            for name, database, found in zip(
                ("marketplace", "desk"), databases, (marketplace, desk), strict=True
            ):
                if found is Found.EMPTY and steps > 0:
                    part, rows = backup.manifest.parts[name], partial(backup.rows, name)
                    await load(database, folder, part, rows, backup=backup.identity)
                steps -= 1
            for database in databases[: max(0, steps)]:
                await finish(database)


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
async def test_a_restore_that_was_killed_is_finished_by_the_same_backup(
    fresh_databases: FreshDatabases, tmp_path: Path, folder: Path, steps: int
) -> None:
    file, other = tmp_path / "copy.zip", tmp_path / "other.zip"
    async with (
        two_databases(fresh_databases, folder) as urls,
        two_databases(fresh_databases, None) as new_urls,
    ):
        await back_up(other, urls)
        async with opened(urls[0]) as database:
            await database.write(fill)
        await back_up(file, urls)
        await restore(file, new_urls, folder, steps=steps)
        if steps in (1, 2):
            async with opened(new_urls[0]) as marketplace:
                for call in (migrate, migrations_pending):
                    with pytest.raises(DatabaseUnusable, match="was interrupted: run `zoco restore` with"):
                        await call(marketplace, folder)
        if steps in (1, 2, 3):
            of_half = tmp_path / "of_half.zip"
            with pytest.raises(DatabaseUnusable, match=r"interrupted|never been used"):
                await back_up(of_half, new_urls)
            assert not of_half.exists()
        if steps > 0:
            with pytest.raises(BackupUnusable, match="is not empty"):
                await restore(other, new_urls, folder)
        if steps < 4:
            await restore(file, new_urls, folder)
        with pytest.raises(BackupUnusable, match="The marketplace's database is not empty"):
            await restore(file, new_urls, folder)
        for url, names in zip(new_urls, (2, 1), strict=True):
            async with opened(url) as restored:
                assert await migrate(restored, folder) == []
                assert len(await all_rows(restored, "SELECT id FROM zebras")) == names


def _broken_rows(table: str) -> Iterator[tuple[int]]:
    yield (1 // 0,)


async def back_up(file: Path, urls: tuple[str, str]) -> None:
    async with cut(*urls) as moment:
        await write_backup(file, moment, program="1.2.3", now=NOW)


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_rows_and_numbers_go_on_where_they_were_on_either_engine(
    sqlite_files: SqliteFiles,
    postgres_server: PostgresServer,
    tmp_path: Path,
    folder: Path,
    engine: str,
    target: str,
) -> None:
    sources: dict[str, FreshDatabases] = {"sqlite": sqlite_files, "postgresql": postgres_server}
    file = tmp_path / "copy.zip"
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(two_databases(sources[engine], folder))
        new_urls = await stack.enter_async_context(two_databases(sources[target], None))
        marketplace = await stack.enter_async_context(opened(urls[0]))
        await marketplace.write(fill)
        await back_up(file, urls)
        await restore(file, new_urls, folder)
        restored = await stack.enter_async_context(opened(new_urls[0]))
        assert await all_rows(restored, "SELECT id, name, body, amount FROM zebras ORDER BY id") == [
            (2, "ñ \"'\n\u2028 zebra 🦓", b"\x00\xff", 1),
            (3, "ñ \"'\n\u2028 zebra 🦓", b"\x00\xff", None),
        ]
        assert await all_rows(restored, "SELECT id, zebra_id FROM apples") == [(100, 2)]
        assert await restored.write(lambda tx: tx.next_id("orders_id")) == 101
        assert await restored.write(lambda tx: tx.next_id("unused_id")) == 7
        await restored.write(add_zebra)
        # The fourth was deleted before the backup, and its number is not given again.
        assert await all_rows(restored, "SELECT id FROM zebras WHERE name = 'new'") == [(5,)]
        desk = await stack.enter_async_context(opened(new_urls[1]))
        assert await all_rows(desk, "SELECT name FROM zebras") == [("of the migration",)]


async def test_a_backup_of_an_older_schema_is_brought_up_to_the_programs(
    fresh_databases: FreshDatabases, tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "copy.zip"
    async with (
        two_databases(fresh_databases, folder) as urls,
        two_databases(fresh_databases, None) as new_urls,
    ):
        async with opened(urls[0]) as database:
            await database.write(fill)
        await back_up(file, urls)
        (folder / "0002_stripes.sql").write_text(SECOND)
        await restore(file, new_urls, folder)
        async with opened(new_urls[0]) as database:
            assert await all_rows(database, "SELECT amount, stripes FROM zebras WHERE id = 2") == [(1, 2)]
            assert await migrate(database, folder) == []


async def test_a_backup_of_a_newer_schema_or_of_another_is_refused(
    fresh_databases: FreshDatabases, tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "copy.zip"
    (folder / "0002_stripes.sql").write_text(SECOND)
    async with (
        two_databases(fresh_databases, folder) as urls,
        two_databases(fresh_databases, None) as new_urls,
    ):
        await back_up(file, urls)
        (folder / "0002_stripes.sql").unlink()
        with pytest.raises(BackupUnusable, match=r"newer than this program \(it has 0002_stripes\)"):
            await restore(file, new_urls, folder)
        (folder / "0001_animals.sql").write_text(FIRST + "-- another")
        with pytest.raises(BackupUnusable, match="other migrations"):
            await restore(file, new_urls, folder)


async def test_a_database_with_tables_is_never_overwritten(
    fresh_databases: FreshDatabases, tmp_path: Path, folder: Path
) -> None:
    async with two_databases(fresh_databases, folder) as urls:
        await back_up(tmp_path / "copy.zip", urls)
        with pytest.raises(BackupUnusable, match="The marketplace's database is not empty"):
            await restore(tmp_path / "copy.zip", urls, folder)


async def test_a_restore_that_breaks_off_leaves_the_database_empty(
    fresh_databases: FreshDatabases, tmp_path: Path, folder: Path
) -> None:
    async with (
        two_databases(fresh_databases, folder) as urls,
        two_databases(fresh_databases, None) as new_urls,
    ):
        async with opened(urls[0]) as database:
            await database.write(fill)
        await back_up(tmp_path / "copy.zip", urls)
        with open_backup(tmp_path / "copy.zip") as backup:
            part = backup.manifest.parts["marketplace"]
            async with opened(new_urls[0]) as database:
                with pytest.raises(ZeroDivisionError):
                    await load(database, folder, part, _broken_rows, backup=backup.identity)
                assert await look(database, backup.identity) is Found.EMPTY


async def test_what_was_never_used_has_no_backup(fresh_databases: FreshDatabases, tmp_path: Path) -> None:
    file = tmp_path / "copy.zip"
    async with two_databases(fresh_databases, None) as urls:
        with pytest.raises(DatabaseUnusable):
            await back_up(file, urls)
    assert os.listdir(tmp_path) == []


async def test_both_databases_are_of_one_moment_while_they_are_written(
    fresh_databases: FreshDatabases, folder: Path
) -> None:
    """Each number is written to the marketplace and then to the desk: at no moment are they two apart."""
    enough, written = asyncio.Event(), asyncio.Event()

    async def write(marketplace: Database, desk: Database) -> None:
        while not enough.is_set():
            await marketplace.write(add_zebra)
            await desk.write(add_zebra)
            written.set()

    async with two_databases(fresh_databases, folder) as urls, AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(opened(url)) for url in urls]
        writing = asyncio.create_task(write(*databases))
        counts = []
        for _ in range(40):
            written.clear()
            await written.wait()
            async with cut(*urls) as moment:
                told = len([row async for row in moment.marketplace.rows("zebras")])
                heard = len([row async for row in moment.desk.rows("zebras")])
            counts.append(told)
            assert told - heard in (0, 1)
        enough.set()
        await writing
    assert counts[-1] > counts[0]


async def test_whatever_byte_is_damaged_the_file_is_refused_or_as_good_as_before(
    sqlite_files: SqliteFiles, tmp_path: Path, folder: Path
) -> None:
    file = tmp_path / "copy.zip"
    async with two_databases(sqlite_files, folder) as urls:
        async with opened(urls[0]) as database:
            await database.write(fill)
        await back_up(file, urls)
    content = file.read_bytes()
    with open_backup(file) as backup:
        whole = list(backup.rows("marketplace", "zebras"))
    refused = 0
    for position in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        file.write_bytes(damaged)
        try:
            with open_backup(file) as backup:
                assert list(backup.rows("marketplace", "zebras")) == whole
        except BackupUnusable:
            refused += 1
    assert refused > len(content) // 6
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(BackupUnusable, match="damaged"), open_backup(file):
        pass


async def test_a_file_of_a_later_format_needs_a_newer_program(tmp_path: Path) -> None:
    file = tmp_path / "copy.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", '{"format": 2, "whatever": true}')
    with pytest.raises(BackupUnusable, match="made by a newer Zoco"), open_backup(file):
        pass
