"""An order's timeline as it is read: what concerns the reader, repeats folded, actors by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from zoco.desk.records.orders import TimelineEntry

# Beyond this nobody reads, and a page has its budget.
_LINES_MAX = 200
_PAYMENT_KINDS = ("payment_added", "payment_changed")
_data = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """One line; `count` equal entries in a row are folded into it."""

    at: datetime
    seen_at: datetime
    kind: str
    actor: str
    data: Mapping[str, Any]
    source: str | None
    count: int = 1

    @property
    def amount(self) -> Decimal:
        """Of a payment, in major units."""
        return Decimal(self.data["amount"])

    @property
    def about_payment(self) -> bool:
        return self.kind in _PAYMENT_KINDS

    @property
    def about_notice(self) -> bool:
        return self.kind == "notification"

    @property
    def seen_late(self) -> bool:
        """Whether we learnt of it more than a minute after it happened."""
        return abs(self.seen_at - self.at) > timedelta(minutes=1)


def lines(entries: Sequence[TimelineEntry], names: Mapping[int, str], view: str) -> list[TimelineLine]:
    """`view` is all, payments or notices; newest first, as the entries are."""
    folded: list[TimelineLine] = []
    for line in (_line(entry, names) for entry in entries):
        if not _shown(line, view):
            continue
        if folded and _same(folded[-1], line):
            folded[-1] = replace(folded[-1], count=folded[-1].count + 1)
        else:
            folded.append(line)
    return folded[:_LINES_MAX]


def _line(entry: TimelineEntry, names: Mapping[int, str]) -> TimelineLine:
    return TimelineLine(
        at=entry.at,
        seen_at=entry.seen_at,
        kind=entry.kind,
        actor=_actor(entry.actor, names),
        data=_data.decode(entry.data),
        source=entry.source,
    )


def _actor(actor: str, names: Mapping[int, str]) -> str:
    kind, _, person_id = actor.partition(":")
    return names.get(int(person_id), actor) if kind == "user" and person_id.isdigit() else actor


def _shown(line: TimelineLine, view: str) -> bool:
    if view == "payments":
        return line.about_payment
    if view == "notices":
        return line.about_notice
    return True


def _same(one: TimelineLine, other: TimelineLine) -> bool:
    return (one.kind, one.actor, one.data) == (other.kind, other.actor, other.data)
