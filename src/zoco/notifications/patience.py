"""What the feed does while its database fails: go on trying, less and less often."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait after a failure; each further wait is twice as long, up to the longest."""

    first_pause_seconds: float = 0.25
    pause_seconds_max: float = 15.0

    async def with_patience(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do `act` until it succeeds; each failure is logged."""
        pause_seconds = self.first_pause_seconds
        while True:
            try:
                return await act()
            except Exception:  # the catch-all of the feed's loops
                logger.exception("The feed is held up; trying again in %g s", pause_seconds)
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, self.pause_seconds_max)
