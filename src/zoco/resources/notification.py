"""The body that is posted to an application's callback (contract 17.3)."""

from __future__ import annotations

from msgspec import Struct


class Notification(Struct, frozen=True, kw_only=True, rename={"id": "_id"}):
    """Only a hint: it names a resource and carries none of its data. `_id` is stable over attempts."""

    id: str | None = None
    resource: str
    user_id: int
    topic: str
    application_id: int | None = None
    attempts: int = 0
    sent: str | None = None
    received: str | None = None
