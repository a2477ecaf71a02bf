"""Copy both databases as they are at one moment into one file, while the programs run.

The keys are not in the file: copy `desk.key` and `operator.key` of the data folder elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Any

from zoco.clock import SystemClock
from zoco.database.backup_file import Manifest, write_backup
from zoco.database.snapshots import cut
from zoco.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to make; it must not exist yet")


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    file: Path = arguments["file"]
    manifest = asyncio.run(_back_up(settings, file))
    for name, part in manifest.parts.items():
        count = sum(table.row_count for table in part.tables.values())
        print(f"{name}: {count} rows ({part.engine})")
    print(f"{file} does not hold desk.key and operator.key of {settings.data.absolute()}:")
    print("keep them in another place. Without desk.key every store must be connected again.")
    return 0


async def _back_up(settings: Settings, file: Path) -> Manifest:
    async with cut(settings.marketplace_database, settings.desk_database) as moment:
        return await write_backup(file, moment, program=version("zoco"), now=SystemClock().now())
