"""How often one may guess a password: ten times a quarter of an hour, for each name and address."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

ATTEMPTS_MAX = 10
WINDOW = timedelta(minutes=15)
# An attacker with many names must not fill the memory; the longest quiet are forgotten first.
_KEYS_MAX = 10_000


class SignInThrottle:
    """Counts failures in memory: a restart forgives, which is no help to a guesser."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()

    def wait(self, key: str, now: datetime) -> timedelta | None:
        """How long this key must wait before the next attempt; None when it may try at once."""
        recent = [moment for moment in self._failures.get(key, ()) if now - moment < WINDOW]
        if len(recent) < ATTEMPTS_MAX:
            return None
        return recent[-ATTEMPTS_MAX] + WINDOW - now

    def failed(self, key: str, now: datetime) -> None:
        self._failures[key] = [*self._failures.get(key, [])[1 - ATTEMPTS_MAX :], now]
        self._failures.move_to_end(key)
        if len(self._failures) > _KEYS_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        self._failures.pop(key, None)
