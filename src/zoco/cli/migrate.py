"""Bring both databases up to this program's schema; `up`, `api` and `desk` do the same when they start."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from zoco.cli.keys import prepare_folder
from zoco.cli.parts import DESK_MIGRATIONS, MARKETPLACE_MIGRATIONS
from zoco.database import open_database
from zoco.database.migrate import migrate
from zoco.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    prepare_folder(settings.data)
    return asyncio.run(_migrate(settings))


async def _migrate(settings: Settings) -> int:
    for name, url, folder in (
        ("marketplace", settings.marketplace_database, MARKETPLACE_MIGRATIONS),
        ("desk", settings.desk_database, DESK_MIGRATIONS),
    ):
        database = await open_database(url)
        try:
            applied = await migrate(database, folder)
        finally:
            await database.close()
        print(f"{name}: {', '.join(applied) if applied else 'up to date'}")
    return 0
