"""The callers, in a process of their own, which reads a plan and prints what came of it.

Raw sockets and keep-alive: they cost less than the server they call, and when they do not, `busy` says so.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from itertools import count
from typing import cast

import msgspec
import uvloop

_WARM_UP_SECONDS = 0.5
_GRACE_SECONDS = 10
# Odd, so that no two numbers below 2**96 fall on the same.
_SCATTERING = 0x9E3779B97F4A7C15F39CC061


class Step(msgspec.Struct, frozen=True):
    """One request. `{number}` stands for a new number each time, `{scattered}` beside it for the same, as
    long and as scattered as Zoco's ids; `{id}` for the `id` of the last answer."""

    method: str
    path: str
    body: str = ""
    token: str = ""


class Plan(msgspec.Struct, frozen=True):
    """So many callers go through the steps, each waiting for its own answers, until the time is over.

    With `any_step` each operation is a single step, drawn at random.
    """

    port: int
    callers: int
    seconds: float
    steps: list[Step]
    # Every so many-th number is the one before once more.
    copies: int = 0
    first_number: int = 0
    any_step: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """`operations` are rounds of steps, or single steps; latencies are of one. `busy`: share of one core."""

    operations: int
    seconds: float
    p50_ms: float
    p99_ms: float
    busy: float


class _Identified(msgspec.Struct):
    id: int | str


class _Caller(asyncio.Protocol):
    """One connection; the next request goes out as soon as the answer is whole."""

    def __init__(
        self,
        plan: Plan,
        fixed: list[bytes | None],
        numbers: count[int],
        latencies: list[float],
        end: float,
    ) -> None:
        self._plan = plan
        self._fixed = fixed
        self._numbers = numbers
        self._latencies = latencies
        self._end = end
        self._position = self._first()
        self._begun = 0.0
        self._received = b""
        self._last_id = ""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's in everything but their class.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 2"):
            self.done.set_exception(RuntimeError(f"refused: {head[:40]!r} {body[:300]!r}"))
            self._transport.abort()
            return
        self._received = b""
        self._position += 1
        if self._position < len(self._plan.steps) and not self._plan.any_step:
            self._last_id = str(msgspec.json.decode(body, type=_Identified).id)
        else:
            now = time.perf_counter()
            self._latencies.append(now - self._begun)
            self._position = self._first()
            if now >= self._end:
                self.done.set_result(None)
                self._transport.close()
                return
        self._send()

    def _first(self) -> int:
        return random.randrange(len(self._plan.steps)) if self._plan.any_step else 0

    def _send(self) -> None:
        if self._position == 0 or self._plan.any_step:
            self._begun = time.perf_counter()
        request = self._fixed[self._position]
        if request is None:
            step = self._plan.steps[self._position]
            path = step.path.replace("{id}", self._last_id)
            request = _request(self._plan.port, step, path, self._numbered(step.body))
        self._transport.write(request)

    def _numbered(self, body: str) -> str:
        number = next(self._numbers)
        if self._plan.copies and number % self._plan.copies == 0:
            number -= 1
        scattered = number * _SCATTERING % 2**96
        return body.replace("{number}", str(number)).replace("{scattered}", f"{scattered:024x}")


def _fixed(plan: Plan) -> list[bytes | None]:
    """The requests that are the same each time."""
    return [
        _request(plan.port, step, step.path, step.body)
        if "{" not in step.path and "{number}" not in step.body
        else None
        for step in plan.steps
    ]


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0])


def _request(port: int, step: Step, path: str, body: str) -> bytes:
    lines = [f"{step.method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}"]
    if step.token:
        lines.append(f"authorization: Bearer {step.token}")
    if step.body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return ("\r\n".join([*lines, "", ""]) + body).encode()


async def _call_for(plan: Plan, numbers: count[int], seconds: float) -> list[float]:
    latencies: list[float] = []
    fixed = _fixed(plan)
    end = time.perf_counter() + seconds
    loop = asyncio.get_running_loop()
    callers = [
        (
            await loop.create_connection(
                lambda: _Caller(plan, fixed, numbers, latencies, end), "127.0.0.1", plan.port
            )
        )[1]
        for _ in range(plan.callers)
    ]
    async with asyncio.timeout(seconds + _GRACE_SECONDS):
        await asyncio.gather(*(caller.done for caller in callers))
    return latencies


async def _run(plan: Plan) -> Outcome:
    numbers = count(plan.first_number)
    await _call_for(plan, numbers, _WARM_UP_SECONDS)
    # The parent looks at the server's clock when it reads this.
    print("warm", flush=True)
    begun, begun_cpu = time.perf_counter(), time.process_time()
    latencies = sorted(await _call_for(plan, numbers, plan.seconds))
    seconds = time.perf_counter() - begun
    return Outcome(
        operations=len(latencies),
        seconds=seconds,
        p50_ms=latencies[len(latencies) // 2] * 1000,
        p99_ms=latencies[len(latencies) * 99 // 100] * 1000,
        busy=(time.process_time() - begun_cpu) / seconds,
    )


def main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(_run(plan))
    print(msgspec.json.encode(outcome).decode(), flush=True)


if __name__ == "__main__":
    main()
