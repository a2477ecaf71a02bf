"""What a running command tells of itself: lines on stderr, metrics on a port of their own."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

from zoco.cli.serving import bind, serving
from zoco.clock import Clock, SystemClock
from zoco.database.transaction import Database
from zoco.deferred import deferred
from zoco.desk.desk import Desk
from zoco.observe import SILENT, Journal, Observer, TroubleHandler
from zoco.settings import Settings

if TYPE_CHECKING:
    from zoco.cli import metrics as prometheus
else:
    # A tenth of a second to load, which nobody should wait for who does not measure.
    prometheus = deferred("zoco.cli.metrics")


class Watch:
    """The observer of a command's programs; with metrics, also of what waits in their databases."""

    def __init__(self, observer: Observer, metrics: prometheus.Metrics | None) -> None:
        self.observer = observer
        self._metrics = metrics

    def watch_feed(self, database: Database, clock: Clock) -> None:
        if self._metrics is not None:
            self._metrics.watch_feed(database, clock)

    def watch_desk(self, desk: Desk) -> None:
        if self._metrics is not None:
            self._metrics.watch_desk(desk)


UNWATCHED = Watch(SILENT, None)


@asynccontextmanager
async def observing(settings: Settings) -> AsyncIterator[Watch]:
    """Lines and metrics as the settings want them, until the block ends."""
    now = SystemClock().now
    trouble = TroubleHandler(_write, now)
    # Until the process ends: what ends it is told like any other trouble, even where nothing else is.
    sys.excepthook = partial(_tell_the_end, trouble)
    handler: logging.Handler = logging.NullHandler()
    journals = []
    if settings.log != "none":
        handler = trouble
        journals.append(Journal(_write, now, errors_only=settings.log == "errors"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        if settings.metrics_port == 0:
            yield Watch(Observer(*journals), None)
            return
        metrics = prometheus.Metrics()
        listener = bind("127.0.0.1", settings.metrics_port, "the metrics")
        async with serving(prometheus.metrics_app(metrics), listener):
            yield Watch(Observer(*journals, metrics), metrics)
    finally:
        root.removeHandler(handler)


def _tell_the_end(
    handler: TroubleHandler, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    raised = (kind, error, trace)
    handler.handle(
        logging.LogRecord("zoco", logging.CRITICAL, __file__, 0, "the program has ended", None, raised)
    )


def _write(line: bytes) -> None:
    # Nobody's order fails because the reader of the log has gone.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
