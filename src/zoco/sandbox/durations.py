"""Lengths of time as people write them to the sandbox (contract 26.21)."""

from __future__ import annotations

import re
from datetime import timedelta

_SHORT = re.compile(r"(?P<count>\d{1,9})(?P<unit>[smhd])", re.ASCII)
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_ISO = re.compile(
    r"P(?=\d|T\d)(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


def parse_duration(text: str) -> timedelta:
    """`90s`, `15m`, `12h`, `21d`, or ISO 8601 without months and years: `PT12H`, `P1DT30M`.

    Raises ValueError when it is none of these.
    """
    if short := _SHORT.fullmatch(text.strip()):
        return int(short["count"]) * _UNITS[short["unit"]]
    if iso := _ISO.fullmatch(text.strip()):
        return timedelta(**{unit: float(count) for unit, count in iso.groupdict().items() if count})
    raise ValueError(f"not a duration: {text!r}")
