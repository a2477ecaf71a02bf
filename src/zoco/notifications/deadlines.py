"""How long each of many attempts may take, kept by one timer."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Deadlines:
    """`asyncio.timeout` for thousands of waits at once, nearly all of which end long before their time.

        with deadlines.within(20.0):
            await post(…)  # TimeoutError after 20 s

    One timer runs to the earliest of those that were there when it was set, instead of one for each.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waits: dict[Deadline, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> Deadline:
        return Deadline(self, self._loop.time() + seconds)

    def shorten(self, seconds: float) -> None:
        """Nobody who waits now waits longer than this."""
        soon = self._loop.time() + seconds
        for wait in self._waits:
            wait.ends = min(wait.ends, soon)
        self._set_timer()

    def add(self, wait: Deadline) -> None:
        self._waits[wait] = None
        if self._timer is None or wait.ends < self._timer.when():
            self._set_timer()

    def remove(self, wait: Deadline) -> None:
        del self._waits[wait]

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        earliest = min((wait.ends for wait in self._waits if not wait.expired), default=None)
        self._timer = None if earliest is None else self._loop.call_at(earliest, self._expire)

    def _expire(self) -> None:
        now = self._loop.time()
        for wait in self._waits:
            if wait.ends <= now and not wait.expired:
                wait.expire()
        self._timer = None
        self._set_timer()


class Deadline:
    """One wait; its task is cancelled when the time is over, and the block then raises TimeoutError."""

    __slots__ = ("_cancelling", "_deadlines", "_task", "ends", "expired")

    def __init__(self, deadlines: Deadlines, ends: float) -> None:
        self.ends = ends
        self.expired = False
        self._deadlines = deadlines

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        self._deadlines.add(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.remove(self)
        # Who was cancelled by somebody else too is not to go on.
        if self.expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def expire(self) -> None:
        self.expired = True
        self._task.cancel()
