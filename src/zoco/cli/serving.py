"""Sockets, servers and the end of a run: Ctrl-C and SIGTERM stop everything in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

_COLLECT_AFTER_OBJECTS = 50_000


class PortTaken(Exception):
    """The address is in use or not ours; the text is one plain sentence."""


def bind(host: str, port: int, what: str) -> socket.socket:
    """A listening socket, taken before anything else is started, so that a refusal costs nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Port {port} on {host} cannot be used for {what} ({error.strerror}): "
            "stop the program that holds it, or choose another port."
        ) from error
    listener.settimeout(0)
    return listener


class _Server(uvicorn.Server):
    """Signals belong to the whole process here, not to one of its servers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Answer requests on `listener` until the block ends; then finish those under way.

    uvicorn's access log is off: old clients send their token in the query string.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        # Nothing here speaks WebSocket, and the library takes its time to load.
        ws="none",
        server_header=False,
        # Each program dates its own answers: in a sandbox the date is the world's.
        date_header=False,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="server")
    await server.ready.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the works beside the block; when it ends they are cancelled and awaited.

    A work that fails ends the program: a marketplace without its dispatcher is not running.
    """
    owner = asyncio.current_task()
    failures: list[BaseException] = []

    def note(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            failures.append(error)
            if owner is not None:
                owner.cancel()

    tasks = [asyncio.create_task(work) for work in works]
    for task in tasks:
        task.add_done_callback(note)
    try:
        yield
    except asyncio.CancelledError:
        if not failures:
            raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if failures:
        raise failures[0]


def run_until_stopped(program: Coroutine[Any, Any, None]) -> None:
    """Run the program; Ctrl-C or SIGTERM ends it wherever it stands, its parts closed in order.

    A second Ctrl-C ends the process at once.
    """
    # uvicorn's choice of event loop: uvloop where there is one.
    loop_factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_until_stopped(program))


async def _until_stopped(program: Coroutine[Any, Any, None]) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(program)

    def stop(number: int) -> None:
        loop.remove_signal_handler(number)
        print("Stopping.", flush=True)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in its loop
            loop.add_signal_handler(number, stop, number)
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def forever() -> None:
    """Wait until the program is stopped."""
    # Everything is made: the collector of cycles need not look at it again, and seldom finds any in what
    # an answer leaves behind. Its default costs 6 to 8 % of an order.
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER_OBJECTS)
    await asyncio.Event().wait()
