"""Look at Python, SQLite, data folder, ports and databases, and say what is wrong."""

from __future__ import annotations

import argparse
import asyncio
import platform
import sqlite3
from collections.abc import Callable
from importlib.resources.abc import Traversable
from typing import Any

from zoco.cli.keys import prepare_folder
from zoco.cli.parts import DESK_MIGRATIONS, MARKETPLACE_MIGRATIONS
from zoco.cli.serving import PortTaken, bind
from zoco.database import open_database
from zoco.database.errors import DatabaseUnusable
from zoco.database.migrate import migrations_pending
from zoco.settings import BadSetting, Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    checks: list[tuple[str, Callable[[], str]]] = [
        ("python", platform.python_version),
        ("sqlite", lambda: sqlite3.sqlite_version),
        ("data folder", lambda: _data_folder(settings)),
        ("marketplace port", lambda: _port(settings.host, settings.port, "the marketplace")),
        ("desk port", lambda: _port(settings.host, settings.desk_port, "the desk")),
        ("marketplace database", lambda: _database(settings.marketplace_database, MARKETPLACE_MIGRATIONS)),
        ("desk database", lambda: _database(settings.desk_database, DESK_MIGRATIONS)),
    ]
    healthy = True
    for name, look in checks:
        try:
            print(f"ok    {name}: {look()}")
        except (BadSetting, PortTaken, DatabaseUnusable) as fault:
            healthy = False
            print(f"wrong {name}: {fault}")
    return 0 if healthy else 1


def _data_folder(settings: Settings) -> str:
    prepare_folder(settings.data)
    return str(settings.data.absolute())


def _port(host: str, port: int, what: str) -> str:
    bind(host, port, what).close()
    return f"{port} is free"


def _database(url: str, folder: Traversable) -> str:
    return asyncio.run(_schema(url, folder))


async def _schema(url: str, folder: Traversable) -> str:
    database = await open_database(url)
    try:
        pending = await migrations_pending(database, folder)
    finally:
        await database.close()
    return f"{len(pending)} migrations to run at the next start" if pending else "up to date"
