"""Messages that come together are kept together, and none is lost by another's fault."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tests.desk.fake_answers import notification
from zoco.desk.desk import Desk
from zoco.desk.inbox import parse
from zoco.desk.intake import Intake
from zoco.desk.records.inbox import NewMessage


def message(identity: str) -> NewMessage:
    parsed = parse(notification("/orders/1", user=1, identity=identity), "10.0.0.7")
    assert parsed is not None
    return parsed


@pytest.mark.parametrize("bad", [{"user_id": 2**64}, {"resource": 5.5j}, {"topic": None}])
async def test_one_that_cannot_be_kept_takes_no_other_with_it(desk: Desk, bad: dict[str, object]) -> None:
    intake = Intake(desk.database, desk.clock)
    impossible = msgspec.structs.replace(message("b"), **bad)
    outcomes = await asyncio.gather(
        *(intake.keep(each) for each in (message("a"), impossible, message("c"))), return_exceptions=True
    )
    assert (outcomes[0], outcomes[2]) == (None, None)
    assert isinstance(outcomes[1], Exception)
    rows = await desk.database.read(
        lambda tx: tx.all("SELECT message_id, copies FROM inbox ORDER BY message_id")
    )
    assert [tuple(row) for row in rows] == [("a", 1), ("c", 1)]


async def test_what_comes_while_a_batch_is_written_is_kept_after_it(desk: Desk) -> None:
    intake = Intake(desk.database, desk.clock)
    first = intake.keep(message("a"))
    begun = asyncio.Event()
    asyncio.get_running_loop().call_soon(begun.set)
    await begun.wait()
    second = intake.keep(message("b"))
    await asyncio.gather(first, second)
    await intake.keep(message("c"))
    rows = await desk.database.read(lambda tx: tx.all("SELECT message_id FROM inbox ORDER BY id"))
    assert [row[0] for row in rows] == ["a", "b", "c"]


async def test_who_hangs_up_early_is_kept_all_the_same(desk: Desk) -> None:
    intake = Intake(desk.database, desk.clock)
    hasty, patient = intake.keep(message("a")), intake.keep(message("b"))
    hasty.cancel()
    await patient
    rows = await desk.database.read(lambda tx: tx.all("SELECT message_id FROM inbox ORDER BY id"))
    assert [row[0] for row in rows] == ["a", "b"]


async def test_more_than_one_batch_at_once_is_kept_whole(desk: Desk) -> None:
    intake = Intake(desk.database, desk.clock)
    await asyncio.gather(*(intake.keep(message(f"{number}")) for number in range(600)))
    rows = await desk.database.read(lambda tx: tx.all("SELECT count(*), max(copies) FROM inbox"))
    assert tuple(rows[0]) == (600, 1)
