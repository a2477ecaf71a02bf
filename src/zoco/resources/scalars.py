"""How numbers and moments look on the wire (contract 1.2, 1.3): the only place that knows.

Resources hold moments as text, in the format that the documents print at that place, so that an
answer is encoded without a second pass; `parse_moment` reads any of them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

# Orders, payments, feedback and users print the offset of the documents' examples.
_ORDER_ZONE = timezone(timedelta(hours=-4))
_SPACE_FOR_PLUS = re.compile(r" (?=\d{2}:?\d{2}$)")


def order_moment(moment: datetime) -> str:
    """`2013-05-27T10:01:50.000-04:00`."""
    return moment.astimezone(_ORDER_ZONE).isoformat(timespec="milliseconds")


def utc_moment(moment: datetime) -> str:
    """`2011-10-19T16:40:34.425Z`: notifications and items."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def utc_second(moment: datetime) -> str:
    """`2025-05-07T18:56:33Z`: notes."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def order_moment_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else order_moment(moment)


def parse_moment(text: str) -> datetime:
    """Any ISO 8601 moment with an offset or `Z`; a space where the plus was is a plus (A-34).

    Raises ValueError when it is not one.
    """
    moment = datetime.fromisoformat(_SPACE_FOR_PLUS.sub("+", text.strip()))
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is beyond the calendar") from error


def plain_number(amount: Decimal) -> Decimal:
    """`499.00` is printed as 499, `315.60` as 315.6: JSON numbers, exact, never through a float."""
    whole = amount.to_integral_value()
    return whole if whole == amount else amount.normalize()
