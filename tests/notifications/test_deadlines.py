from __future__ import annotations

import asyncio

import pytest

from zoco.notifications.deadlines import Deadlines

PATIENT_SECONDS = 10.0
SHORT_SECONDS = 0.02


class Waiting:
    """Somebody who waits for what does not come, until his time is over."""

    def __init__(self, deadlines: Deadlines, seconds: float, ended: list[str], name: str) -> None:
        self.begun = asyncio.Event()
        self.task = asyncio.create_task(self._wait(deadlines, seconds, ended, name))

    async def _wait(self, deadlines: Deadlines, seconds: float, ended: list[str], name: str) -> None:
        try:
            with deadlines.within(seconds):
                self.begun.set()
                await asyncio.Event().wait()
        except TimeoutError:
            ended.append(name)


async def test_each_wait_ends_at_its_time_whichever_began_first() -> None:
    deadlines = Deadlines()
    ended: list[str] = []
    times = {"third": 0.06, "first": 0.02, "second": 0.04}

    tasks = [Waiting(deadlines, seconds, ended, name).task for name, seconds in times.items()]
    await asyncio.wait(tasks, timeout=PATIENT_SECONDS)

    assert ended == ["first", "second", "third"]


async def test_who_is_ready_in_time_hears_nothing() -> None:
    deadlines = Deadlines()
    ended: list[str] = []

    with deadlines.within(SHORT_SECONDS):
        pass
    # The timer that was set for the first one goes on to the second.
    second = Waiting(deadlines, 2 * SHORT_SECONDS, ended, "second")
    await asyncio.wait([second.task], timeout=PATIENT_SECONDS)

    assert ended == ["second"]


async def test_shortening_concerns_those_who_wait() -> None:
    deadlines = Deadlines()
    ended: list[str] = []
    patient = Waiting(deadlines, 3600.0, ended, "patient")
    await patient.begun.wait()

    deadlines.shorten(SHORT_SECONDS)
    await asyncio.wait([patient.task], timeout=PATIENT_SECONDS)

    assert ended == ["patient"]


async def test_who_is_cancelled_by_somebody_else_is_cancelled() -> None:
    ended: list[str] = []
    waiting = Waiting(Deadlines(), PATIENT_SECONDS, ended, "task")
    await waiting.begun.wait()

    waiting.task.cancel()
    await asyncio.wait([waiting.task])

    assert waiting.task.cancelled()
    assert ended == []


async def test_a_cancellation_at_the_last_moment_is_not_taken_for_a_time_out() -> None:
    async def wait() -> None:
        with Deadlines().within(0.0):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                task.cancel()
                raise

    task = asyncio.create_task(wait())
    await asyncio.wait([task])

    assert task.cancelled()


async def test_who_ran_out_of_time_goes_on_uncancelled() -> None:
    with pytest.raises(TimeoutError), Deadlines().within(0.0):
        await asyncio.Event().wait()

    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
