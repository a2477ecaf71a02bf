from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zoco.notifications.schedule import SEED_2012, next_attempt

RECEIVED = datetime(2011, 10, 19, 16, 38, 34, 425000, tzinfo=UTC)

# A callback that fails at once, every time, without jitter: when it is tried, since `received`.
ATTEMPTS_OF_TWELVE_HOURS = [
    "0:00:00",
    "0:00:15",
    "0:00:45",
    "0:01:45",
    "0:03:45",
    "0:07:45",
    "0:15:45",
    "0:30:45",
    "1:00:45",
    "2:00:45",
    "3:00:45",
    "4:00:45",
    "5:00:45",
    "6:00:45",
    "7:00:45",
    "8:00:45",
    "9:00:45",
    "10:00:45",
    "11:00:45",
    "12:00:00",
]


def attempts_of_a_dead_callback(*, jitter: float) -> list[timedelta]:
    moment: datetime | None = RECEIVED
    attempts = []
    while moment is not None:
        attempts.append(moment - RECEIVED)
        moment = next_attempt(SEED_2012, RECEIVED, len(attempts), now=moment, jitter=jitter)
    return attempts


def test_a_dead_callback_is_tried_for_twelve_hours() -> None:
    assert [str(moment) for moment in attempts_of_a_dead_callback(jitter=0)] == ATTEMPTS_OF_TWELVE_HOURS


@pytest.mark.parametrize("jitter", [0.0, 0.3, 0.999])
def test_the_last_attempt_falls_exactly_twelve_hours_after_received(jitter: float) -> None:
    assert attempts_of_a_dead_callback(jitter=jitter)[-1] == timedelta(hours=12)


@pytest.mark.parametrize(
    ("attempts", "jitter", "wait_seconds"),
    [
        (1, 0.0, 15),
        (1, 0.5, 16.5),
        (1, 1.0, 18),
        (2, 1.0, 36),
        (3, 0.5, 66),
        (8, 1.0, 2160),
        (9, 1.0, 4320),
        (40, 0.0, 3600),
    ],
)
def test_jitter_adds_at_most_a_fifth_of_the_wait(attempts: int, jitter: float, wait_seconds: float) -> None:
    now = RECEIVED + timedelta(minutes=5)

    again = next_attempt(SEED_2012, RECEIVED, attempts, now=now, jitter=jitter)

    assert again == now + timedelta(seconds=wait_seconds)


def test_a_wait_counts_from_the_end_of_the_last_attempt() -> None:
    answered_too_late = RECEIVED + timedelta(seconds=20)

    assert next_attempt(SEED_2012, RECEIVED, 1, now=answered_too_late, jitter=0) == RECEIVED + timedelta(
        seconds=35
    )


def test_a_feed_that_was_down_for_a_day_tries_once_and_gives_up() -> None:
    assert next_attempt(SEED_2012, RECEIVED, 1, now=RECEIVED + timedelta(days=1), jitter=0) is None
