"""Run the sales desk: its pages, the callback of its stores, and its workers."""

from __future__ import annotations

import argparse
from contextlib import AsyncExitStack
from typing import Any

from zoco.cli.keys import prepare_folder
from zoco.cli.observing import observing
from zoco.cli.parts import open_desk
from zoco.cli.serving import bind, forever, run_until_stopped, running, serving
from zoco.desk.live import end_streams
from zoco.desk.people import make_setup_code
from zoco.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    prepare_folder(settings.data)
    run_until_stopped(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    listener = bind(settings.host, settings.desk_port, "the desk")
    async with (
        observing(settings) as watch,
        open_desk(settings, watch) as opened,
        running(opened.workers.run()),
        serving(opened.app, listener),
        AsyncExitStack() as stack,
    ):
        stack.callback(end_streams)
        print(f"sales desk  {settings.desk_address}", flush=True)
        if (code := await make_setup_code(opened.desk)) is not None:
            print(f"Nobody can sign in yet. Open it and create the owner with the code {code}", flush=True)
        await forever()
