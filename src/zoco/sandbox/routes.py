"""The strings of the world over HTTP: `/sandbox/…`, in sandbox mode only (contract 21.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from zoco.api.endpoint import Access, Answer, Call, Endpoint, NoBody, NoParameters
from zoco.domain.refusals import Reason, Refused
from zoco.resources.scalars import parse_moment, utc_moment
from zoco.sandbox.durations import parse_duration
from zoco.sandbox.time_travel import TimeTravel

# Far beyond every timer of the marketplace; each moment on the way is lived through.
_JOURNEY_MAX = timedelta(days=3660)


class ClockState(Struct, frozen=True, kw_only=True):
    """`advancing` is there while the clock is being moved."""

    now: str
    running: bool
    advancing: bool | UnsetType = UNSET


class ClockMove(Struct, frozen=True, kw_only=True):
    """Body of `POST /sandbox/clock`: `{"advance": "12h"}`, `{"now": "2026-05-27T10:00:00Z"}`,
    `{"running": false}`, or `running` beside one of the others."""

    advance: str | UnsetType = UNSET
    now: str | UnsetType = UNSET
    running: bool | UnsetType = UNSET


def clock_endpoints(travel: TimeTravel) -> tuple[Endpoint[Any, Any], ...]:
    """`GET` and `POST /sandbox/clock` of one world."""

    async def show_clock(_: Call[NoParameters, NoBody]) -> Answer:
        return Answer(_state(travel))

    async def move_clock(call: Call[NoParameters, ClockMove]) -> Answer:
        await _move(travel, call.body)
        return Answer(_state(travel))

    return (
        Endpoint(
            "GET",
            "/sandbox/clock",
            own_pace=show_clock,
            access=Access.OPERATOR,
            answer=ClockState,
            summary="What time it is in this world",
        ),
        Endpoint(
            "POST",
            "/sandbox/clock",
            own_pace=move_clock,
            access=Access.OPERATOR,
            body=ClockMove,
            answer=ClockState,
            summary="Move the clock, stop it or let it run; answers when all that fell due has happened",
            refusals=(Reason.INVALID_FIELD,),
        ),
    )


def _state(travel: TimeTravel) -> ClockState:
    return ClockState(
        now=utc_moment(travel.clock.now()),
        running=travel.clock.running,
        advancing=True if travel.advancing else UNSET,
    )


async def _move(travel: TimeTravel, move: ClockMove) -> None:
    """Check the whole body, then stop or start the clock, then travel."""
    if move.advance is not UNSET and move.now is not UNSET:
        raise Refused(Reason.INVALID_FIELD, field="now", detail="advance or now, not both")
    if move.advance is UNSET and move.now is UNSET and move.running is UNSET:
        raise Refused(Reason.INVALID_FIELD, field="advance", detail="advance, now or running is needed")
    step = None if move.advance is UNSET else _step(move.advance)
    target = None if move.now is UNSET else _target(move.now, travel.clock.now())
    if move.running is not UNSET:
        await travel.set_running(running=move.running)
    if step is not None:
        await travel.advance_by(step)
    if target is not None:
        await travel.advance_to(target)


def _step(text: str) -> timedelta:
    try:
        step = parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise Refused(
            Reason.INVALID_FIELD, field="advance", detail="use 90s, 15m, 12h, 21d or PT12H"
        ) from error
    if step > _JOURNEY_MAX:
        raise Refused(Reason.INVALID_FIELD, field="advance", detail="more than ten years")
    return step


def _target(text: str, now: datetime) -> datetime:
    try:
        target = parse_moment(text)
    except (ValueError, OverflowError) as error:
        raise Refused(Reason.INVALID_FIELD, field="now", detail="not a moment with an offset") from error
    # The clock is shown in milliseconds; its own answer is not the past.
    if now - target >= timedelta(milliseconds=1):
        raise Refused(Reason.INVALID_FIELD, field="now", detail="the clock never goes back")
    if target - now > _JOURNEY_MAX:
        raise Refused(Reason.INVALID_FIELD, field="now", detail="more than ten years ahead")
    return target
