"""Keeps what the callback heard: messages that come together are kept together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from zoco.clock import Clock
from zoco.database.errors import DatabaseUnavailable
from zoco.database.transaction import Database, Transaction
from zoco.desk.records import inbox
from zoco.desk.records.inbox import NewMessage

# The first of a batch is answered with the last.
_BATCH_MAX: Final = 256
# Messages still in memory, of at most 64 KiB each, while the disk is slower than the world.
WAITING_MAX: Final = 4096
# A marketplace that hears 503 comes back; one that hears nothing comes back too, and later.
_WAIT_SECONDS_MAX: Final = 5.0

_Arrival = tuple[NewMessage, "asyncio.Future[None]"]


class Intake:
    """One batch is written at a time; what comes in the meantime is the next one.

        await intake.keep(message)    # returns when the message is on the disk

    All who are answered after a commit share its sync and its statement. A batch that fails is tried again
    message by message, so that one that cannot be kept takes no other with it.
    """

    def __init__(self, database: Database, clock: Clock, *, waiting_max: int = WAITING_MAX) -> None:
        self._database = database
        self._clock = clock
        self._waiting_max = waiting_max
        self._waiting: list[_Arrival] = []
        self._writing: asyncio.Task[None] | None = None

    def keep(self, message: NewMessage) -> asyncio.Future[None]:
        """Done when the message is kept, or DatabaseUnavailable. It is kept too when who waits gives up."""
        if len(self._waiting) >= self._waiting_max:
            raise DatabaseUnavailable("too many messages are waiting")
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((message, kept))
        if self._writing is None:
            # A task begins after what the loop has in hand: all that has been read by then is in its batch.
            self._writing = asyncio.create_task(self._write_all(), name="inbox")
        return kept

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch = self._waiting[:_BATCH_MAX]
                del self._waiting[:_BATCH_MAX]
                await self._write(batch)
                # The answered go on, and what has arrived meanwhile is read, before the next batch is made.
                await asyncio.sleep(0)
        finally:
            self._writing = None

    async def _write(self, batch: Sequence[_Arrival]) -> None:
        messages = [message for message, _ in batch]
        try:
            await self._add(messages)
        except DatabaseUnavailable as error:
            # Who came later would wait as long for the same answer.
            _answer([*batch, *self._waiting], error)
            self._waiting.clear()
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait; the next batch is written
            if len(batch) > 1:
                await asyncio.gather(*(self._write([arrival]) for arrival in batch))
            else:
                _answer(batch, error)
        else:
            _answer(batch, None)

    async def _add(self, messages: Sequence[NewMessage]) -> None:
        now = self._clock.now()

        async def add(tx: Transaction) -> None:
            await inbox.add(tx, messages, now=now)
            tx.signal("inbox")

        await self._database.write(add, wait_seconds_max=_WAIT_SECONDS_MAX)


def _answer(batch: Sequence[_Arrival], error: Exception | None) -> None:
    for _, kept in batch:
        if kept.done():
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)
