"""The databases and the clock that every part's tests ask for.

`database` is the marketplace's, migrated; `desk_database` the desk's; `empty_database` has no
tables. A test that asks for one runs once on SQLite and once on PostgreSQL; what has nothing to
do with the engine says `@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.fresh_databases import FreshDatabases, PostgresServer, SqliteFiles
from tests.hand_clock import HandClock
from zoco.database import open_database
from zoco.database.transaction import Database

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

_SOURCE = Path(__file__).parent.parent / "src" / "zoco"
MARKETPLACE_MIGRATIONS = _SOURCE / "storage" / "migrations"
DESK_MIGRATIONS = _SOURCE / "desk" / "records" / "migrations"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _refuse_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _refuse_skips((yield))


def _refuse_skips(report: Report) -> Report:
    """On the build machine (CI=true) a test that cannot run is a test that failed."""
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where every test must run: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine that all databases of the test run on."""
    name: str = request.param
    return name


@pytest.fixture
def fresh_databases(engine: str, request: pytest.FixtureRequest) -> FreshDatabases:
    """For tests that open databases themselves."""
    source: FreshDatabases = request.getfixturevalue(
        {"sqlite": "sqlite_files", "postgresql": "postgres_server"}[engine]
    )
    return source


@pytest.fixture
async def empty_database_url(fresh_databases: FreshDatabases) -> AsyncIterator[str]:
    url = await fresh_databases.create()
    yield url
    await fresh_databases.drop(url)


@pytest.fixture
async def empty_database(empty_database_url: str) -> AsyncIterator[Database]:
    database = await open_database(empty_database_url)
    yield database
    await database.close()


@pytest.fixture
async def database(fresh_databases: FreshDatabases) -> AsyncIterator[Database]:
    """The marketplace's database, migrated and without rows."""
    url = await fresh_databases.create(MARKETPLACE_MIGRATIONS)
    database = await open_database(url)
    yield database
    await database.close()
    await fresh_databases.drop(url)


@pytest.fixture
async def desk_database(fresh_databases: FreshDatabases) -> AsyncIterator[Database]:
    """The desk's own database, migrated and without rows."""
    url = await fresh_databases.create(DESK_MIGRATIONS)
    database = await open_database(url)
    yield database
    await database.close()
    await fresh_databases.drop(url)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
