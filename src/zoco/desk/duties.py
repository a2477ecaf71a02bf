"""What has to be tidied from time to time: each duty by its own name."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.people import IDLE_MAX, LIFETIME
from zoco.desk.records import inbox, leases, log, oauth_states, people, work
from zoco.desk.sorting import IGNORED_MAX, IGNORED_RETENTION

INBOX_RETENTION: Final = timedelta(days=30)
LIVE_EVENTS_RETENTION: Final = timedelta(hours=1)
# An order that nobody has paid after three days is cancelled unseen (contract, the payment deadline).
HIDDEN_RETENTION: Final = timedelta(days=5)
_FAILURES_RETENTION: Final = timedelta(hours=1)


async def trim_inbox(desk: Desk) -> None:
    now = desk.clock.now()

    async def trim(tx: Transaction) -> None:
        await inbox.trim_ignored(tx, now=now, retention=IGNORED_RETENTION, count_max=IGNORED_MAX)
        await inbox.trim_finished(tx, now=now, retention=INBOX_RETENTION)

    await desk.database.write(trim, long=True)


async def forget_hidden_work(desk: Desk) -> None:
    now = desk.clock.now()
    await desk.database.write(
        lambda tx: work.forget_hidden(tx, told_before=now - HIDDEN_RETENTION), long=True
    )


async def trim_live_events(desk: Desk) -> None:
    now = desk.clock.now()
    await desk.database.write(
        lambda tx: log.trim_live_events(tx, now=now, retention=LIVE_EVENTS_RETENTION), long=True
    )


async def end_old_sessions(desk: Desk) -> None:
    now = desk.clock.now()

    async def end(tx: Transaction) -> None:
        await people.end_old_sessions(tx, used_before=now - IDLE_MAX, created_before=now - LIFETIME)
        await people.forget_old_failures(tx, now - _FAILURES_RETENTION)
        await oauth_states.forget_old(tx, now)

    await desk.database.write(end, long=True)


async def release_dead_leases(desk: Desk) -> None:
    """Before anything works. On SQLite one process owns the file: leases found at the start are its killed
    forerunner's, and what he had begun goes on at once."""
    if desk.database.engine == "sqlite":
        now = desk.clock.now()
        await desk.database.write(lambda tx: leases.end_all(tx, now))


ALL: Final = (trim_inbox, forget_hidden_work, trim_live_events, end_old_sessions)
