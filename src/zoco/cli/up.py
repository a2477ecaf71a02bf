"""Run everything in one process: the marketplace, its dispatcher, the desk and its workers.

With --demo an empty data folder is filled with a dealer, a shop with two stores, and simulated
buyers who act every few seconds.
"""

from __future__ import annotations

import argparse
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from zoco.cli.keys import operator_key_place, prepare_folder
from zoco.cli.observing import observing
from zoco.cli.parts import Marketplace, OpenDesk, open_desk, open_marketplace
from zoco.cli.serving import bind, forever, run_until_stopped, running, serving
from zoco.deferred import deferred
from zoco.desk.live import end_streams
from zoco.desk.people import make_setup_code
from zoco.settings import BadSetting, Settings

if TYPE_CHECKING:
    from zoco.sandbox import buyers, demo
else:
    buyers, demo = deferred("zoco.sandbox.buyers"), deferred("zoco.sandbox.demo")

# The same dealer, shop and goods in every demo world.
_SEED = 42


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    prepare_folder(settings.data)
    run_until_stopped(_run(settings))
    return 0


async def _run(settings: Settings) -> None:
    marketplace_listener = bind(settings.host, settings.port, "the marketplace")
    desk_listener = bind(settings.host, settings.desk_port, "the desk")
    async with AsyncExitStack() as stack:
        watch = await stack.enter_async_context(observing(settings))
        marketplace = await stack.enter_async_context(open_marketplace(settings, watch))
        opened = await stack.enter_async_context(open_desk(settings, watch))
        # Stopped in the opposite order: buyers, the desk's workers, the dispatcher, then the servers.
        await stack.enter_async_context(serving(marketplace.app, marketplace_listener))
        await stack.enter_async_context(serving(opened.app, desk_listener))
        stack.callback(end_streams)
        await stack.enter_async_context(running(marketplace.dispatcher.run(), marketplace.expiry.run()))
        await stack.enter_async_context(running(opened.workers.run()))
        _announce(settings, marketplace)
        if settings.demo:
            await _enter_demo_world(settings, marketplace, opened, stack)
        if (code := await make_setup_code(opened.desk)) is not None:
            print(f"\nNobody can sign in to the desk yet. Open it and create the owner with the code {code}")
        print("\nCtrl-C stops everything.", flush=True)
        await forever()


def _announce(settings: Settings, marketplace: Marketplace) -> None:
    print(f"marketplace   {settings.marketplace_address}")
    print(f"sales desk    {settings.desk_address}")
    # A marketplace with real buyers has its output kept in a log, where no key should be.
    shown = marketplace.operator_key if settings.sandbox else operator_key_place(settings)
    print(f"operator key  {shown}", flush=True)


async def _enter_demo_world(
    settings: Settings, marketplace: Marketplace, opened: OpenDesk, stack: AsyncExitStack
) -> None:
    """Fill an empty world; let the buyers of a demo world go on; leave any other world alone."""
    address, key = settings.marketplace_address, marketplace.operator_key
    world = await demo.kept(opened.desk)
    if world is None:
        try:
            world = await demo.fill(address, key, opened.desk, seed=_SEED)
        except demo.DemoUnfillable as refusal:
            raise BadSetting(str(refusal)) from refusal
    print()
    for sign_in in demo.sign_ins(key):
        print(f"{sign_in.place:<13} {sign_in.username} / {sign_in.password}  ({sign_in.name})")
    await stack.enter_async_context(running(buyers.Buyers(address, key, world).run()))
