from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from aiohttp import web

from tests.flows.world import Callback, Marketplace
from tests.hand_clock import HandClock
from zoco.api.app import create_app
from zoco.cli.serving import bind, serving
from zoco.client.operator import Operator
from zoco.clock import Clock, SandboxClock
from zoco.database.transaction import Database
from zoco.marketplace.expiry import ExpiryLoop
from zoco.notifications.callbacks import callbacks
from zoco.notifications.dispatcher import Dispatcher
from zoco.sandbox.routes import clock_endpoints
from zoco.sandbox.time_travel import TimeTravel

OPERATOR_KEY = "flows"


@pytest.fixture
def start() -> datetime:
    """When the story begins."""
    return datetime(2013, 5, 27, 14, 0, tzinfo=UTC)


@pytest.fixture
def time_outside(start: datetime) -> Clock:
    """It stands still: the marketplace's clock moves when the sandbox is told to move it."""
    return HandClock(start)


@pytest.fixture
async def marketplace(database: Database, time_outside: Clock) -> AsyncIterator[Marketplace]:
    clock = SandboxClock(time_outside)
    async with AsyncExitStack() as stack:
        listener = bind("127.0.0.1", 0, "the marketplace")
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        post = await stack.enter_async_context(callbacks())
        dispatcher = Dispatcher(database, clock, post=post)
        stack.push_async_callback(dispatcher.stop)
        travel = TimeTravel(
            database, clock, dispatcher, ExpiryLoop(database, clock), callback_timeout_seconds=10.0
        )
        app = create_app(
            database,
            clock,
            operator_key=OPERATOR_KEY,
            sandbox=True,
            public_url=url,
            extra_endpoints=clock_endpoints(travel),
        )
        await stack.enter_async_context(serving(app, listener))
        operator = await stack.enter_async_context(Operator(url, OPERATOR_KEY))
        yield Marketplace(url=url, operator=operator, dispatcher=dispatcher, stack=stack)


@pytest.fixture
async def callback() -> AsyncIterator[Callback]:
    callback = Callback()
    app = web.Application()
    app.router.add_post("/notifications", callback.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    callback.url = f"http://127.0.0.1:{runner.addresses[0][1]}/notifications"
    yield callback
    await runner.cleanup()
