"""The two programs, opened and closed: what `up`, `api`, `dispatch` and `desk` put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.types import ASGIApp

from zoco.api.app import create_app as create_marketplace_app
from zoco.cli.keys import desk_key, operator_key
from zoco.cli.observing import UNWATCHED, Watch
from zoco.clock import Clock, SandboxClock, SystemClock
from zoco.database import open_database
from zoco.database.migrate import migrate
from zoco.database.transaction import Database
from zoco.desk.app import create_app as create_desk_app
from zoco.desk.desk import Desk
from zoco.desk.duties import release_dead_leases
from zoco.desk.workers import Workers
from zoco.domain.charges import read_rates
from zoco.marketplace.expiry import ExpiryLoop
from zoco.notifications.delivery import callbacks
from zoco.notifications.dispatcher import Dispatcher
from zoco.sandbox.routes import clock_endpoints
from zoco.sandbox.time_travel import TimeTravel, kept_clock
from zoco.settings import Settings

MARKETPLACE_MIGRATIONS: Traversable = files("zoco.storage") / "migrations"
DESK_MIGRATIONS: Traversable = files("zoco.desk.records") / "migrations"


@dataclass(frozen=True, slots=True)
class Marketplace:
    app: ASGIApp
    database: Database
    clock: Clock
    dispatcher: Dispatcher
    expiry: ExpiryLoop
    operator_key: str


@dataclass(frozen=True, slots=True)
class OpenDesk:
    app: ASGIApp
    desk: Desk
    workers: Workers


@asynccontextmanager
async def migrated(url: str, folder: Traversable) -> AsyncIterator[Database]:
    """The database, open and at this program's schema."""
    database = await open_database(url)
    try:
        await migrate(database, folder)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_marketplace(settings: Settings, watch: Watch = UNWATCHED) -> AsyncIterator[Marketplace]:
    """The marketplace with its dispatcher and duties, none of them running yet."""
    async with (
        migrated(settings.marketplace_database, MARKETPLACE_MIGRATIONS) as database,
        callbacks() as post,
    ):
        clock: Clock = SystemClock()
        if settings.sandbox:
            clock = await kept_clock(database, clock)
        watch.watch_feed(database, clock)
        dispatcher = Dispatcher(database, clock, post=post, observer=watch.observer)
        expiry = ExpiryLoop(database, clock, fee_rates=read_rates(settings.sale_fee))
        key = operator_key(settings)
        app = create_marketplace_app(
            database,
            clock,
            operator_key=key,
            sandbox=settings.sandbox,
            public_url=settings.marketplace_address,
            observer=watch.observer,
            extra_endpoints=clock_endpoints(TimeTravel(database, clock, dispatcher, expiry))
            if isinstance(clock, SandboxClock)
            else (),
        )
        yield Marketplace(app, database, clock, dispatcher, expiry, key)


@asynccontextmanager
async def open_desk(settings: Settings, watch: Watch = UNWATCHED) -> AsyncIterator[OpenDesk]:
    """The desk with its workers, not running yet."""
    async with migrated(settings.desk_database, DESK_MIGRATIONS) as database:
        desk = Desk(
            database,
            SystemClock(),
            secret_key=desk_key(settings),
            public_url=settings.desk_address,
            observer=watch.observer,
        )
        watch.watch_desk(desk)
        await release_dead_leases(desk)
        try:
            yield OpenDesk(create_desk_app(desk), desk, Workers(desk))
        finally:
            await desk.close()
