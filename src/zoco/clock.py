"""What time it is. Only the edges ask; everything below them is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the current time, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SandboxClock:
    """A clock that can be moved forward and stopped (contract 21.2 and 26.21).

    It runs in real time from `start` unless it is stopped; it never goes back.

        clock = SandboxClock(SystemClock(), start=None)
        clock.advance_to(clock.now() + timedelta(hours=12))

    Whoever sleeps until a moment of this clock registers with `on_move`, because a jump
    makes its alarm fall due at once.
    """

    def __init__(self, real: Clock, *, offset: timedelta = timedelta(), running: bool = True) -> None:
        self._real = real
        self._offset = offset
        self._stopped_at = None if running else real.now() + offset
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        if self._stopped_at is not None:
            return self._stopped_at
        return self._real.now() + self._offset

    @property
    def running(self) -> bool:
        return self._stopped_at is None

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the real one; what a restart must remember."""
        return self.now() - self._real.now()

    def advance_to(self, moment: datetime) -> None:
        """Move forward to `moment`; a moment that has passed changes nothing."""
        if moment <= self.now():
            return
        if self._stopped_at is None:
            self._offset = moment - self._real.now()
        else:
            self._stopped_at = moment
        for listener in self._listeners:
            listener()

    def set_running(self, *, running: bool) -> None:
        """Stop the clock at this moment, or let it go on from where it stands."""
        if running and self._stopped_at is not None:
            self._offset = self._stopped_at - self._real.now()
            self._stopped_at = None
        elif not running and self._stopped_at is None:
            self._stopped_at = self.now()

    def on_move(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)
