"""Run the marketplace; on SQLite with its dispatcher and duties inside, as only one process may write."""

from __future__ import annotations

import argparse
from typing import Any

from zoco.cli.keys import prepare_folder
from zoco.cli.observing import observing
from zoco.cli.parts import open_marketplace
from zoco.cli.serving import bind, forever, run_until_stopped, running, serving
from zoco.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    prepare_folder(settings.data)
    run_until_stopped(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    listener = bind(settings.host, settings.port, "the marketplace")
    async with observing(settings) as watch, open_marketplace(settings, watch) as marketplace:
        alone = marketplace.database.engine == "sqlite"
        works = (marketplace.dispatcher.run(), marketplace.expiry.run()) if alone else ()
        async with running(*works), serving(marketplace.app, listener):
            print(f"marketplace  {settings.marketplace_address}", flush=True)
            if not alone:
                print("Notifications are sent by `zoco dispatch`, which runs beside this.", flush=True)
            await forever()
