"""Run a dispatcher and the duties of time; PostgreSQL only, as many of them as are wanted."""

from __future__ import annotations

import argparse
from typing import Any

from zoco.cli.keys import prepare_folder
from zoco.cli.observing import observing
from zoco.cli.parts import open_marketplace
from zoco.cli.serving import forever, run_until_stopped, running
from zoco.settings import BadSetting, Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    if not settings.marketplace_database.startswith("postgres"):
        raise BadSetting(
            "A dispatcher of its own needs PostgreSQL (--database-url): on SQLite one process writes, "
            "and `zoco api` or `zoco up` has the dispatcher inside."
        )
    prepare_folder(settings.data)
    run_until_stopped(_dispatch(settings))
    return 0


async def _dispatch(settings: Settings) -> None:
    async with (
        observing(settings) as watch,
        open_marketplace(settings, watch) as marketplace,
        running(marketplace.dispatcher.run(), marketplace.expiry.run()),
    ):
        print("dispatching", flush=True)
        await forever()
