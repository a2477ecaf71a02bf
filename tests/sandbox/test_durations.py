from __future__ import annotations

from datetime import timedelta

import pytest

from zoco.sandbox.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("12h", timedelta(hours=12)),
        ("21d", timedelta(days=21)),
        ("0s", timedelta()),
        ("PT12H", timedelta(hours=12)),
        ("P21D", timedelta(days=21)),
        ("P1DT2H30M", timedelta(days=1, hours=2, minutes=30)),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("P2W", timedelta(weeks=2)),
    ],
)
def test_a_length_of_time_is_read(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "12", "h", "-1h", "1.5h", "12 h", "1y", "P", "PT", "P1M", "P1Y", "P1DT", "PT-1H", "1h30m", "١h"],
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)
