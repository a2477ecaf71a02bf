"""The sandbox clock goes forward only, runs or stands still, and says when it jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.hand_clock import HandClock
from zoco.clock import SandboxClock, SystemClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def real() -> HandClock:
    return HandClock(NOON)


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_it_runs_with_the_real_one(real: HandClock) -> None:
    clock = SandboxClock(real)
    real.advance(MINUTE)
    assert clock.now() == NOON + MINUTE


def test_an_offset_puts_it_ahead(real: HandClock) -> None:
    clock = SandboxClock(real, offset=12 * HOUR)
    real.advance(MINUTE)
    assert (clock.now(), clock.offset) == (NOON + 12 * HOUR + MINUTE, 12 * HOUR)


def test_it_advances_to_a_moment_and_runs_on_from_there(real: HandClock) -> None:
    clock = SandboxClock(real)
    clock.advance_to(NOON + 12 * HOUR)
    real.advance(MINUTE)
    assert clock.now() == NOON + 12 * HOUR + MINUTE


@pytest.mark.parametrize("running", [True, False])
def test_it_never_goes_back(real: HandClock, *, running: bool) -> None:
    clock = SandboxClock(real, offset=HOUR, running=running)
    heard: list[datetime] = []
    clock.on_move(lambda: heard.append(clock.now()))
    clock.advance_to(NOON)
    clock.advance_to(NOON + HOUR)
    assert clock.now() == NOON + HOUR
    assert heard == []


def test_stopped_it_stands_still_and_moves_when_told(real: HandClock) -> None:
    clock = SandboxClock(real, running=False)
    real.advance(HOUR)
    assert (clock.now(), clock.running) == (NOON, False)
    clock.advance_to(NOON + MINUTE)
    real.advance(HOUR)
    assert clock.now() == NOON + MINUTE


def test_it_goes_on_from_where_it_was_stopped(real: HandClock) -> None:
    clock = SandboxClock(real)
    clock.set_running(running=False)
    real.advance(HOUR)
    clock.set_running(running=True)
    assert (clock.now(), clock.running) == (NOON, True)
    real.advance(MINUTE)
    assert clock.now() == NOON + MINUTE


def test_saying_twice_what_already_holds_changes_nothing(real: HandClock) -> None:
    clock = SandboxClock(real)
    clock.set_running(running=True)
    real.advance(MINUTE)
    clock.set_running(running=False)
    clock.set_running(running=False)
    real.advance(MINUTE)
    assert clock.now() == NOON + MINUTE


def test_a_jump_is_heard_by_everybody_who_sleeps_on_it(real: HandClock) -> None:
    clock = SandboxClock(real)
    heard: list[tuple[str, datetime]] = []
    clock.on_move(lambda: heard.append(("dispatcher", clock.now())))
    clock.on_move(lambda: heard.append(("expiry", clock.now())))
    clock.advance_to(NOON + HOUR)
    assert heard == [("dispatcher", NOON + HOUR), ("expiry", NOON + HOUR)]


def test_what_a_restart_must_remember_brings_it_back_to_the_same_moment(real: HandClock) -> None:
    clock = SandboxClock(real)
    clock.advance_to(NOON + HOUR)
    real.advance(MINUTE)
    again = SandboxClock(real, offset=clock.offset)
    assert again.now() == clock.now() == NOON + HOUR + MINUTE
