"""Signing in, sessions and the first owner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.hand_clock import HandClock
from zoco.desk import duties, people
from zoco.desk.desk import Desk
from zoco.desk.people import OwnerExists, PasswordTooShort, SignInRefused, TooManyAttempts

PASSWORD = "four words make one"


async def _owner(desk: Desk) -> None:
    await people.create_owner(desk, username="Ana", name="Ana Souza", password=PASSWORD)


async def test_the_owner_signs_in_and_out(desk: Desk) -> None:
    await _owner(desk)
    signed_in = await people.sign_in(desk, " ANA ", PASSWORD, address="10.0.0.7")
    session = await people.person_of(desk, signed_in.token)
    assert session is not None
    assert (session.person.username, session.person.role) == ("ana", "owner")
    await people.sign_out(desk, signed_in.token)
    assert await people.person_of(desk, signed_in.token) is None


@pytest.mark.parametrize(("username", "password"), [("ana", "wrong"), ("nobody", PASSWORD)])
async def test_wrong_name_and_wrong_password_are_refused_alike(
    desk: Desk, username: str, password: str
) -> None:
    await _owner(desk)
    with pytest.raises(SignInRefused):
        await people.sign_in(desk, username, password, address="10.0.0.7")


async def test_ten_failures_close_an_account_for_a_quarter_of_an_hour(desk: Desk, clock: HandClock) -> None:
    await _owner(desk)
    for _ in range(10):
        with pytest.raises(SignInRefused):
            await people.sign_in(desk, "ana", "wrong", address="10.0.0.7")
    with pytest.raises(TooManyAttempts):
        await people.sign_in(desk, "ana", PASSWORD, address="10.0.0.8")
    clock.advance(timedelta(minutes=15))
    await people.sign_in(desk, "ana", PASSWORD, address="10.0.0.8")


@pytest.mark.parametrize(
    ("steps", "alive"),
    [
        ([timedelta(hours=11, minutes=59)], True),
        ([timedelta(hours=12)], False),
        ([timedelta(hours=11)] * 15, True),
        ([timedelta(hours=11)] * 16, False),
    ],
)
async def test_a_session_ends_after_12_hours_idle_or_7_days(
    desk: Desk, clock: HandClock, steps: list[timedelta], alive: bool
) -> None:
    await _owner(desk)
    token = (await people.sign_in(desk, "ana", PASSWORD, address="10.0.0.7")).token
    session = None
    for step in steps:
        clock.advance(step)
        session = await people.person_of(desk, token)
    assert (session is not None) is alive
    await duties.end_old_sessions(desk)
    rows = await desk.database.read(lambda tx: tx.all("SELECT 1 FROM sessions"))
    assert len(rows) == int(alive)


async def test_there_is_one_first_owner(desk: Desk) -> None:
    await _owner(desk)
    with pytest.raises(OwnerExists):
        await people.create_owner(desk, username="eva", name="Eva", password=PASSWORD)
    with pytest.raises(PasswordTooShort):
        await people.create_owner(desk, username="eva", name="Eva", password="1234567")


async def test_the_setup_code_is_good_until_there_is_an_owner(desk: Desk) -> None:
    old, code = await people.make_setup_code(desk), await people.make_setup_code(desk)
    assert code is not None
    assert old is not None
    assert await people.setup_code_matches(desk, f" {code} ", address="10.0.0.7")
    assert not await people.setup_code_matches(desk, old, address="10.0.0.7")
    await _owner(desk)
    assert await people.make_setup_code(desk) is None
    assert not await people.setup_code_matches(desk, code, address="10.0.0.7")


async def test_guessing_the_setup_code_is_throttled(desk: Desk) -> None:
    await people.make_setup_code(desk)
    for _ in range(10):
        assert not await people.setup_code_matches(desk, "guess", address="10.0.0.7")
    with pytest.raises(TooManyAttempts):
        await people.setup_code_matches(desk, "guess", address="10.0.0.7")
