"""Prometheus metrics, counted as events come, and served on an address of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from zoco.clock import Clock
from zoco.database.transaction import Database
from zoco.desk.desk import Desk
from zoco.desk.records import work
from zoco.observe import DeliveryMade, Event, PushMade, RequestAnswered, WorkDone
from zoco.storage import feed_backlog

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class Metrics:
    """Counts events; what stands in a database is asked for when somebody reads.

    The children of a metric are kept: finding one by its labels costs more than counting.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "zoco_request_seconds",
            "Requests by program, route template and status",
            ("program", "method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._deliveries = Histogram(
            "zoco_delivery_seconds",
            "Attempts to deliver a notification, by outcome",
            ("outcome",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._work = Histogram(
            "zoco_desk_work_seconds",
            "Pieces of follow-up, by kind and outcome",
            ("kind", "outcome"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._pushes = Counter(
            "zoco_desk_pushes",
            "Writes of a listing's quantity, by outcome",
            ("outcome",),
            registry=self.registry,
        )
        self._request = cache(self._requests.labels)
        self._delivery = cache(self._deliveries.labels)
        self._piece = cache(self._work.labels)
        self._push = cache(self._pushes.labels)
        self._backlogs: list[Callable[[], Awaitable[None]]] = []

    def __call__(self, event: Event) -> None:
        match event:
            case RequestAnswered():
                self._request(event.program, event.method, event.route, str(event.status)).observe(
                    event.ms / 1000
                )
            case DeliveryMade():
                self._delivery(event.outcome).observe((event.ms or 0.0) / 1000)
            case WorkDone():
                self._piece(event.kind, event.outcome).observe(event.ms / 1000)
            case PushMade():
                self._push(event.outcome).inc()

    def watch_feed(self, database: Database, clock: Clock) -> None:
        waiting = Gauge("zoco_feed_pending", "Notifications still to be delivered", registry=self.registry)
        oldest = Gauge("zoco_feed_oldest_seconds", "Age of the oldest of them", registry=self.registry)

        async def read() -> None:
            found = await database.read(feed_backlog.backlog)
            waiting.set(found.pending)
            oldest.set((clock.now() - found.oldest).total_seconds() if found.oldest else 0)

        self._backlogs.append(read)

    def watch_desk(self, desk: Desk) -> None:
        waiting = Gauge("zoco_desk_work_waiting", "Resources still to be fetched", registry=self.registry)
        oldest = Gauge("zoco_desk_work_oldest_seconds", "Age of the oldest of them", registry=self.registry)

        async def read() -> None:
            found = await desk.database.read(work.backlog)
            waiting.set(found.waiting)
            oldest.set((desk.clock.now() - found.oldest).total_seconds() if found.oldest else 0)

        self._backlogs.append(read)

    @property
    def backlogs(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return self._backlogs


def metrics_app(metrics: Metrics) -> Starlette:
    """`GET /metrics`, and nothing else."""

    async def show(request: Request) -> Response:
        for read in metrics.backlogs:
            await read()
        return Response(generate_latest(metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return Starlette(routes=[Route("/metrics", show)])
