"""What a dispatcher holds of one callback: its messages in hand, its own slots, its order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from zoco.storage.notifications import DueMessage


class Lane:
    """The messages of one callback, from the moment they are fetched until they are recorded.

    A callback has slots of its own, so a slow one fills only these. Of the messages about one
    resource one is under way at a time, the others wait behind it in the order of their events:
    what reaches the subscriber first is then what happened first, not what connected first.
    """

    def __init__(self, application_id: int, *, slots: int, held_max: int) -> None:
        self.application_id = application_id
        self.callback_url: str | None = None
        # Whether the database may have more for this lane than it had room for.
        self.more_waiting = False
        self._slots = slots
        self._held_max = held_max
        # Of the messages in hand, their `seq`.
        self.held: set[int] = set()
        self._recorded_since_fetch: set[int] = set()
        self._ready: deque[DueMessage] = deque()
        # By the resource of each message in hand; a queue is made when there is somebody to stand in it.
        self._behind: dict[str, deque[DueMessage] | None] = {}
        self._under_way = 0

    @property
    def idle(self) -> bool:
        return not self.held

    @property
    def hungry(self) -> bool:
        """There is room for half a fetch: not so late that the slots run dry, not for every message."""
        return len(self.held) <= self._held_max // 2

    def begin_fetch(self) -> int:
        """Say that the database is about to be asked; answers for how many messages at most."""
        self._recorded_since_fetch.clear()
        return self._held_max - len(self.held)

    def take(self, messages: Iterable[DueMessage], *, more: bool) -> None:
        """Put fetched messages in line, but for those in hand, or recorded while they were fetched."""
        for message in messages:
            if message.seq in self.held or message.seq in self._recorded_since_fetch:
                continue
            self.held.add(message.seq)
            if message.resource in self._behind:
                self._queue_behind(message)
            else:
                self._behind[message.resource] = None
                self._ready.append(message)
        self.more_waiting = more

    def start_next(self) -> DueMessage | None:
        """The next message to post, if a slot is free; its slot is taken until `finish`."""
        if not self._ready or self._under_way >= self._slots:
            return None
        self._under_way += 1
        return self._ready.popleft()

    def finish(self, message: DueMessage) -> None:
        """The attempt has ended, however it did; the next about the same resource may start."""
        self._under_way -= 1
        behind = self._behind[message.resource]
        if behind:
            self._ready.append(behind.popleft())
        else:
            del self._behind[message.resource]

    def recorded(self, message: DueMessage) -> None:
        self.held.discard(message.seq)
        self._recorded_since_fetch.add(message.seq)

    def let_go(self) -> None:
        """Forget what has not been started: the lease went to another dispatcher."""
        for message in self._ready:
            self._drop(message)
            self._drop_all(self._behind.pop(message.resource))
        self._ready.clear()
        for behind in self._behind.values():
            self._drop_all(behind)
        self.more_waiting = False

    def _queue_behind(self, message: DueMessage) -> None:
        queue = self._behind[message.resource]
        if queue is None:
            self._behind[message.resource] = deque([message])
        else:
            queue.append(message)

    def _drop_all(self, queue: deque[DueMessage] | None) -> None:
        while queue:
            self._drop(queue.popleft())

    def _drop(self, message: DueMessage) -> None:
        self.held.discard(message.seq)
