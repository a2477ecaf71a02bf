"""How long to wait before trying a marketplace again, and when to give up and ask a person."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

# Eight failures, and the work stands on the failed list. The waits in between outlast an hour of trouble:
_WAITS: Final = (
    timedelta(seconds=5),  # 5 s in all
    timedelta(seconds=15),  # 20 s
    timedelta(seconds=45),  # 1 min
    timedelta(minutes=2),  # 3 min
    timedelta(minutes=7),  # 10 min
    timedelta(minutes=20),  # 30 min
    timedelta(minutes=60),  # 1 h 30 min
)
_JITTER: Final = 0.2


def wait_after(
    failures: int, *, asked_seconds: float | None, random_share: float | None = None
) -> timedelta | None:
    """The wait after the failure number `failures` (from 1); None when it was the last one allowed.

    The marketplace's own `Retry-After` (`asked_seconds`) is obeyed, and does not shorten ours: a store
    that keeps saying "in a second" would use up its eight attempts in eight seconds. Up to a fifth is
    added at random, so that what failed together does not come back together.
    """
    if failures > len(_WAITS):
        return None
    share = random.random() if random_share is None else random_share
    return max(_WAITS[failures - 1], timedelta(seconds=asked_seconds or 0)) * (1 + _JITTER * share)
