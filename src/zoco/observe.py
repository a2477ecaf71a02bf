"""What the programs did, one value per outcome: requests, deliveries, follow-ups, pushes.

    observer = Observer(Journal(sys.stderr.buffer.write, SystemClock().now, errors_only=True))
    observer.tell(DeliveryMade(application=14529, user=1234, …))

A value holds ids, outcomes and durations: no token, no query string, no text that a person wrote.
What comes from outside passes `plain_id` or `plain_resource` first.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct

# Who waits longer than this has noticed.
SLOW_MS = 1000.0

# Ours have sixteen digits, a UUID has thirty-six: no token, key, document or telephone is of this form.
_REQUEST_ID = re.compile(r"[0-9a-fA-F-]{16,36}")
_PLAIN_ID = re.compile(r"[A-Z]{0,4}[0-9]{1,19}")
_PLAIN_RESOURCE = re.compile(r"/[a-z_]{1,20}/[A-Z]{0,4}[0-9]{1,19}(/[a-z_]{1,20}){0,2}")


class RequestAnswered(Struct, kw_only=True, omit_defaults=True, tag_field="event", tag="request"):
    """An answer of `marketplace` or `desk`; `status` 0 when the caller left before there was one."""

    program: str
    method: str
    # The template, `/orders/{order_id}`; "" when the path is nobody's.
    route: str
    status: int = 0
    ms: float
    request: str = ""
    application: int = 0
    user: int = 0
    ids: dict[str, str] = {}
    # What a notification told of, at the desk's callback.
    notification: str = ""
    resource: str = ""

    @property
    def wrong(self) -> bool:
        """Whether somebody who runs the program should look."""
        return self.status >= 500 or self.ms >= SLOW_MS


class DeliveryMade(Struct, kw_only=True, omit_defaults=True, tag_field="event", tag="delivery"):
    """An attempt to deliver a notification, once it is recorded; `state` is the notification's."""

    notification: str
    application: int
    user: int
    topic: str
    resource: str
    attempts: int
    outcome: str
    state: str
    http_code: int | None = None
    ms: float | None = None

    @property
    def wrong(self) -> bool:
        return self.state == "missed"


class WorkDone(Struct, kw_only=True, omit_defaults=True, tag_field="event", tag="work"):
    """A piece of the desk's follow-up. `reason` says why it did not come to its end."""

    store: int
    kind: str
    resource: str
    outcome: str
    attempts: int
    ms: float
    reason: str = ""

    @property
    def wrong(self) -> bool:
        return self.outcome == "failed"


class PushMade(Struct, kw_only=True, omit_defaults=True, tag_field="event", tag="push"):
    """A listing written to its store, or not."""

    store: int
    listing: int
    outcome: str
    ms: float
    reason: str = ""

    @property
    def wrong(self) -> bool:
        return self.outcome == "refused"


Event = RequestAnswered | DeliveryMade | WorkDone | PushMade
Sink = Callable[[Event], None]


class Observer:
    """Hands each event to its sinks, a journal and the metrics; without sinks nobody looks."""

    def __init__(self, *sinks: Sink) -> None:
        self._sinks = sinks

    def tell(self, event: Event) -> None:
        for sink in self._sinks:
            sink(event)


SILENT = Observer()


class Journal:
    """One line of JSON per event, in one write."""

    def __init__(
        self, write: Callable[[bytes], object], now: Callable[[], datetime], *, errors_only: bool
    ) -> None:
        self._write = write
        self._now = now
        self._errors_only = errors_only
        self._encode = msgspec.json.Encoder().encode

    def __call__(self, event: Event) -> None:
        if self._errors_only and not event.wrong:
            return
        at = self._now().isoformat(timespec="milliseconds").encode()
        self._write(b'{"at":"' + at + b'",' + self._encode(event)[1:] + b"\n")


class TroubleHandler(logging.Handler):
    """Log records as lines of the same kind.

    An exception shows its type and where it was raised, not its text: that of a database or of a
    connection holds values and addresses.
    """

    def __init__(self, write: Callable[[bytes], object], now: Callable[[], datetime]) -> None:
        super().__init__(logging.WARNING)
        self._put = write
        self._now = now

    def emit(self, record: logging.LogRecord) -> None:
        line = {
            "at": self._now().isoformat(timespec="milliseconds"),
            "event": "trouble",
            "logger": record.name,
            "level": record.levelname.lower(),
            "message": _message(record),
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            line["error"] = type(error).__name__
            line["raised"] = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
        self._put(msgspec.json.encode(line) + b"\n")


def _message(record: logging.LogRecord) -> str:
    """Its first line, as what follows quotes values; of a library's record the wording without the
    values, of asyncio's the name of a callback without its arguments."""
    ours = record.name.partition(".")[0] == "zoco"
    text = record.getMessage() if ours else str(record.msg)
    line = text.partition("\n")[0]
    return line.partition("(")[0] if record.name == "asyncio" else line


def plain_id(text: str) -> str:
    """The text if it is an id, "" if it might be anything else."""
    return text if _PLAIN_ID.fullmatch(text) else ""


def plain_resource(text: str) -> str:
    """`/orders/768570754`, or "" for what is no resource's path."""
    return text if _PLAIN_RESOURCE.fullmatch(text) else ""


def plain_request_id(text: str) -> str:
    """An id of a request or a notification: hexadecimal, or "" for a caller's own invention."""
    return text if _REQUEST_ID.fullmatch(text) else ""
