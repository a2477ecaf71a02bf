"""When a notification is tried again (contract 17.4, A-36, 26.7). Pure: time and chance are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One edition of the feed's rules. `waits` lie between one attempt and the next; the last repeats."""

    waits: tuple[timedelta, ...]
    # Counted from `received`. The last attempt falls at its very end; then the message is missed.
    window: timedelta
    # What the body of a first attempt carries in `attempts`.
    attempts_from: int


# "Retried for 12 hours, then discarded": twenty attempts, the first at once.
SEED_2012 = Profile(
    waits=(
        timedelta(seconds=15),  # 0:00:15 after `received`, when every attempt fails at once
        timedelta(seconds=30),  # 0:00:45
        timedelta(minutes=1),  # 0:01:45
        timedelta(minutes=2),  # 0:03:45
        timedelta(minutes=4),  # 0:07:45
        timedelta(minutes=8),  # 0:15:45
        timedelta(minutes=15),  # 0:30:45
        timedelta(minutes=30),  # 1:00:45
        timedelta(hours=1),  # 2:00:45, and so on every hour to 11:00:45; then 12:00:00 exactly
    ),
    window=timedelta(hours=12),
    attempts_from=0,
)

# Of a wait: enough to spread the retries of a callback that came back, too little to be noticed.
JITTER_MAX = 0.2


def next_attempt(
    profile: Profile, received: datetime, attempts: int, *, now: datetime, jitter: float
) -> datetime | None:
    """When to try again after `attempts` failures, the last of which ended `now`; None: give up.

    `jitter` is a chance between 0 and 1, of which up to 20 % of the wait are made. Waits count from
    the end of the last attempt, so that a feed which was down for an hour does not catch up on its
    retries all at once; and whatever fell due inside the window gets its attempt, however late.

        next_attempt(SEED_2012, received, 1, now=received, jitter=0.5)  # received + 16.5 s
    """
    end = received + profile.window
    if now >= end:
        return None
    wait = profile.waits[min(attempts, len(profile.waits)) - 1]
    return min(now + wait + wait * (JITTER_MAX * jitter), end)
