"""What can be opened, and the sentence for what cannot."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from tests.fresh_databases import PostgresServer
from zoco.database import open_database
from zoco.database.errors import DatabaseUnusable
from zoco.database.sqlite import require_version


@pytest.mark.parametrize("url", ["", "mysql://root@here/zoco", "sqlite:", "sqlite:///", "orders.db"])
async def test_an_address_of_no_known_kind_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUnusable, match="is no database address"):
        await open_database(url)


async def test_a_relative_and_an_absolute_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url, file in (
        ("sqlite:///data/orders.db", tmp_path / "data" / "orders.db"),
        (f"sqlite:///{tmp_path}/other.db", tmp_path / "other.db"),
    ):
        database = await open_database(url)
        await database.close()
        assert file.is_file()


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/orders.db")
    await database.close()
    assert stat.S_IMODE((tmp_path / "orders.db").stat().st_mode) & 0o077 == 0


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "not_a_folder").write_text("")
    with pytest.raises(DatabaseUnusable, match=r"^The database .*orders\.db cannot be written: .*\.$"):
        await open_database(f"sqlite:///{tmp_path}/not_a_folder/orders.db")


async def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "orders.db").write_text("something else entirely, long enough to be read as a header " * 20)
    with pytest.raises(DatabaseUnusable, match=r"cannot be opened: file is not a database\.$"):
        await open_database(f"sqlite:///{tmp_path}/orders.db")


HOLD_OPEN = """
import asyncio, sys
from zoco.database import open_database

async def main():
    await open_database(sys.argv[1])
    print("open", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/orders.db"
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD_OPEN, url),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"open\n"
    with pytest.raises(DatabaseUnusable, match="in use by another process"):
        await open_database(url)
    holder.kill()
    await holder.wait()
    database = await open_database(url)
    await database.close()


@pytest.mark.parametrize("version", [(3, 39, 4), (3, 7, 17)])
def test_an_old_sqlite_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(
        DatabaseUnusable, match=r"SQLite 3\.40 or newer is needed, and this Python brings 3\."
    ):
        require_version(version)


@pytest.mark.parametrize("version", [(3, 40, 0), (3, 45, 1), (4, 0, 0), sqlite3.sqlite_version_info])
def test_a_newer_sqlite_will_do(version: tuple[int, ...]) -> None:
    require_version(version)


async def test_a_postgresql_that_does_not_answer_is_one_sentence() -> None:
    with pytest.raises(DatabaseUnusable, match=r"^The PostgreSQL database cannot be opened: "):
        await open_database("postgresql://zoco:secret@127.0.0.1:1/zoco")


async def test_a_postgresql_database_that_does_not_exist_is_one_sentence(
    postgres_server: PostgresServer,
) -> None:
    url = (await postgres_server.create()).replace("/zoco_", "/no_such_")
    with pytest.raises(DatabaseUnusable, match=r'database "no_such_\d+" does not exist'):
        await open_database(url)


async def test_a_lock_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "orders.db.lock").mkdir()
    with pytest.raises(DatabaseUnusable, match=r"^The database .*orders\.db cannot be locked: "):
        await open_database(f"sqlite:///{tmp_path}/orders.db")
