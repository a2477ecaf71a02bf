"""A notification accepted durably by the desk's callback, beside a bare server that keeps nothing."""

from __future__ import annotations

import tempfile
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks.load import Plan, Step
from benchmarks.measuring import Figures, Server, called, server, show, taking_turns

_SECONDS = 2.0
_CALLERS = 64
_BODY = (
    '{"_id":"{number}","resource":"/orders/2000000001","user_id":1001,"topic":"orders",'
    '"application_id":4242,"attempts":1,"sent":"2013-05-27T14:00:00.000Z",'
    '"received":"2013-05-27T14:00:00.000Z"}'
)


async def measure() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "bare").mkdir()
        (folder / "bare" / "answer").write_bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        async with server("desk", folder / "desk") as desk, server("bare", folder / "bare") as bare:
            runs = count()
            figures = await taking_turns(
                {
                    "bare server": partial(_hear, bare, "/notifications", runs),
                    "zoco": partial(_hear, desk, f"/notifications/{desk.said}", runs),
                }
            )
    show(f"notification accepted, {_CALLERS} connections", figures, beside="bare server")


async def _hear(target: Server, path: str, runs: count[int]) -> Figures:
    """Each run tells of something new: what was heard before would cost less."""
    steps = [Step("POST", path, body=_BODY)]
    return await called(target, Plan(target.port, _CALLERS, _SECONDS, steps, first_number=next(runs) << 40))
