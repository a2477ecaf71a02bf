"""When a safe call is made again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from zoco.client.errors import ClientError, ServerFailed, TimedOut, TooManyRequests, Unreachable

_PASSING_STATUSES = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a GET is tried in all, and how long to wait in between. Nothing else is ever repeated.

    Waits double from `first_wait_seconds`, less up to a half at random, so that clients which failed
    together do not come back together. A `Retry-After` is obeyed as it stands; when it is longer than
    `longest_wait_seconds` the error goes to the caller, who can plan for it.

        Client(url, retries=Retries(attempts=1))    # somebody else repeats
    """

    attempts: int = 3
    first_wait_seconds: float = 0.25
    longest_wait_seconds: float = 10.0

    def wait_before_next(self, attempt: int, error: ClientError) -> float | None:
        """Seconds to wait after attempt number `attempt` (from 1) failed; None when it was the last."""
        if attempt >= self.attempts or not _may_pass(error):
            return None
        asked = error.retry_after if isinstance(error, TooManyRequests | ServerFailed) else None
        if asked is not None:
            return asked if asked <= self.longest_wait_seconds else None
        wait = min(self.first_wait_seconds * 2.0 ** (attempt - 1), self.longest_wait_seconds)
        return wait * random.uniform(0.5, 1.0)


DEFAULT_RETRIES = Retries()


def _may_pass(error: ClientError) -> bool:
    if isinstance(error, ServerFailed):
        return error.status in _PASSING_STATUSES
    return isinstance(error, TooManyRequests | Unreachable | TimedOut)
