"""Fill empty databases from a file that `zoco backup` made, of either engine; nothing is ever wiped.

The programs must not run. The keys are not in the file: put `desk.key` and `operator.key` back first.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from zoco.cli.keys import prepare_folder
from zoco.cli.parts import DESK_MIGRATIONS, MARKETPLACE_MIGRATIONS
from zoco.database import open_database
from zoco.database.backup_file import Backup, open_backup
from zoco.database.loading import Found, finish, load, look, require_known, require_place
from zoco.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a file made by `zoco backup`")


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    with open_backup(arguments["file"]) as backup:
        prepare_folder(settings.data)
        asyncio.run(_restore(settings, backup))
    for name, part in backup.manifest.parts.items():
        print(f"{name}: {sum(table.row_count for table in part.tables.values())} rows")
    if not (settings.data / "desk.key").exists():
        print(f"There is no desk.key in {settings.data.absolute()}: put it back before you start,")
        print("or every store must be connected again.")
    return 0


async def _restore(settings: Settings, backup: Backup) -> None:
    # The marketplace first: an interrupted restore may leave a desk that has yet to be filled, but
    # never one that knows orders which its marketplace does not.
    targets = (
        ("marketplace", settings.marketplace_database, MARKETPLACE_MIGRATIONS),
        ("desk", settings.desk_database, DESK_MIGRATIONS),
    )
    for name, _, folder in targets:
        require_known(backup.manifest.parts[name], folder)
    async with AsyncExitStack() as stack:
        databases, found = {}, {}
        for name, url, _ in targets:
            databases[name] = await open_database(url)
            stack.push_async_callback(databases[name].close)
            found[name] = await look(databases[name], backup.identity)
        require_place(**found)
        for name, _, folder in targets:
            if found[name] is Found.EMPTY:
                part, rows = backup.manifest.parts[name], partial(backup.rows, name)
                await load(databases[name], folder, part, rows, backup=backup.identity)
        for name, _, _ in targets:
            await finish(databases[name])
