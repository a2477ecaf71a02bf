"""Who in this process wants to know of a commit."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable


class Listeners:
    """Listeners by signal name, called on the event loop that owns the database."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._by_name: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def add(self, name: str, listener: Callable[[], None]) -> None:
        self._by_name[name].append(listener)

    def wake(self, names: Iterable[str]) -> None:
        """Call each from the loop, so that one that fails harms neither the others nor the writer."""
        for name in names:
            for listener in self._by_name.get(name, ()):
                self._loop.call_soon(listener)

    def wake_all(self) -> None:
        self.wake(tuple(self._by_name))
