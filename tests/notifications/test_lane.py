from __future__ import annotations

from datetime import UTC, datetime

from zoco.notifications.lane import Lane
from zoco.storage.notifications import DueMessage


def message(seq: int, resource: str = "") -> DueMessage:
    return DueMessage(
        seq=seq,
        id=f"{seq:024x}",
        application_id=14529,
        user_id=1234,
        topic="orders",
        resource=resource or f"/orders/{seq}",
        received=datetime(2026, 3, 2, tzinfo=UTC),
        attempts=0,
    )


def lane_with(*messages: DueMessage, slots: int = 10, held_max: int = 10) -> Lane:
    lane = Lane(14529, slots=slots, held_max=held_max)
    fetch(lane, *messages)
    return lane


def fetch(lane: Lane, *messages: DueMessage) -> None:
    lane.begin_fetch()
    lane.take(messages, more=False)


def started(lane: Lane) -> list[int]:
    """Start whatever may start."""
    numbers = []
    while (one := lane.start_next()) is not None:
        numbers.append(one.seq)
    return numbers


def test_no_more_starts_than_there_are_slots() -> None:
    lane = lane_with(message(1), message(2), message(3), slots=2)

    assert started(lane) == [1, 2]
    lane.finish(message(1))
    assert started(lane) == [3]


def test_messages_about_one_resource_start_one_after_the_other() -> None:
    lane = lane_with(message(1, "/orders/7"), message(2, "/orders/7"), message(3, "/orders/8"))

    assert started(lane) == [1, 3]
    lane.finish(message(1, "/orders/7"))
    assert started(lane) == [2]


def test_a_message_in_hand_is_not_taken_twice() -> None:
    lane = lane_with(message(1), message(2))
    started(lane)
    lane.finish(message(1))

    fetch(lane, message(1), message(2))

    assert started(lane) == []


def test_what_was_recorded_while_the_database_was_asked_is_not_posted_again() -> None:
    lane = lane_with(message(1))
    started(lane)
    lane.begin_fetch()
    lane.finish(message(1))
    lane.recorded(message(1))

    lane.take([message(1)], more=False)

    assert started(lane) == []
    assert lane.idle


def test_a_retry_that_fell_due_again_is_taken() -> None:
    lane = lane_with(message(1))
    started(lane)
    lane.finish(message(1))
    lane.recorded(message(1))

    fetch(lane, message(1))

    assert started(lane) == [1]


def test_a_lost_lease_leaves_only_what_is_under_way() -> None:
    lane = lane_with(
        message(1, "/orders/7"),
        message(2, "/orders/7"),
        message(3),
        message(4, "/orders/9"),
        message(5, "/orders/9"),
        slots=1,
    )
    assert started(lane) == [1]

    lane.let_go()
    lane.finish(message(1, "/orders/7"))
    lane.recorded(message(1, "/orders/7"))

    assert started(lane) == []
    assert lane.idle


def test_a_lane_is_hungry_again_when_half_of_it_is_recorded() -> None:
    lane = lane_with(*(message(seq) for seq in range(10)), held_max=10)
    assert not lane.hungry

    for seq in range(5):
        lane.recorded(message(seq))

    assert lane.hungry
