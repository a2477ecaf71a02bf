"""A server in a process of its own: `python -m benchmarks.served marketplace|desk|bare PORT FOLDER [URL]`.

The marketplace without its dispatcher and the desk without its workers, so that only the answer is measured;
`bare` reads each request and answers the bytes of `FOLDER/answer`, on the same server with the same options.
"""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from zoco.cli.observing import observing
from zoco.cli.parts import open_desk, open_marketplace
from zoco.cli.serving import bind, forever, run_until_stopped, serving
from zoco.desk.inbox import callback_secret
from zoco.settings import Settings

OPERATOR_KEY = "the operator of the benchmarks"


def bare(answer: bytes) -> ASGIApp:
    """Answers these bytes of HTTP, head and body, to everything."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = (line.partition(b": ") for line in head.split(b"\r\n")[1:])
    headers = [(name.lower(), value) for name, _, value in lines]

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's shape
        while (await receive()).get("more_body", False):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answered


async def _serve(role: str, port: int, folder: Path, database: str = "") -> None:
    listener = bind("127.0.0.1", port, role)
    settings = Settings(
        port=port, desk_port=port, data=folder, operator_key=OPERATOR_KEY, desk_database_url=database
    )
    async with AsyncExitStack() as stack:
        watch = await stack.enter_async_context(observing(settings))
        said = ""
        if role == "marketplace":
            app = (await stack.enter_async_context(open_marketplace(settings, watch))).app
        elif role == "desk":
            opened = await stack.enter_async_context(open_desk(settings, watch))
            app, said = opened.app, await callback_secret(opened.desk)
        else:
            app = bare((folder / "answer").read_bytes())
        await stack.enter_async_context(serving(app, listener))
        print(f"ready {said}", flush=True)
        await forever()


if __name__ == "__main__":
    run_until_stopped(_serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]))
