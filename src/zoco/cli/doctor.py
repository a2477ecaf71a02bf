"""Look at program, machine, data folder, ports and databases, and say what is wrong.

It may be run beside the programs: what they hold is then well as long as they say that they are ready.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from zoco.cli import checkup
from zoco.cli.checkup import Unwell
from zoco.cli.keys import prepare_folder
from zoco.cli.parts import DESK_MIGRATIONS, MARKETPLACE_MIGRATIONS
from zoco.clock import SystemClock
from zoco.database.errors import DatabaseUnusable
from zoco.settings import BadSetting, Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    healthy = True
    for name, look in _checks(settings):
        try:
            print(f"ok    {name}: {look()}")
        except (Unwell, BadSetting, DatabaseUnusable) as fault:
            healthy = False
            print(f"wrong {name}: {fault}")
    return 0 if healthy else 1


def _checks(settings: Settings) -> list[tuple[str, Callable[[], str]]]:
    """In the order in which a fault explains those after it."""
    now = SystemClock().now()
    host = settings.host

    def database(url: str, migrations: Traversable, port: int) -> str:
        return asyncio.run(checkup.database(url, migrations, now, (host, port)))

    checks: list[tuple[str, Callable[[], str]]] = [
        ("python", platform.python_version),
        ("sqlite", lambda: sqlite3.sqlite_version),
        ("browser files", lambda: checkup.browser_files(files("zoco.web") / "static" / "vendor")),
        ("data folder", lambda: _data_folder(settings)),
        ("disk", lambda: checkup.disk(settings.data, checkup.FREE_BYTES_MIN)),
        ("private files", lambda: checkup.private_files(settings.data)),
        ("clock", lambda: checkup.clock(now, settings.data)),
        ("marketplace port", lambda: checkup.port(host, settings.port)),
        ("desk port", lambda: checkup.port(host, settings.desk_port)),
        (
            "marketplace database",
            lambda: database(settings.marketplace_database, MARKETPLACE_MIGRATIONS, settings.port),
        ),
        ("desk database", lambda: database(settings.desk_database, DESK_MIGRATIONS, settings.desk_port)),
    ]
    if settings.metrics_port:
        checks.insert(-2, ("metrics port", lambda: checkup.metrics_port(settings.metrics_port)))
    return checks


def _data_folder(settings: Settings) -> str:
    prepare_folder(settings.data)
    return str(settings.data.absolute())
