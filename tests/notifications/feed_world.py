"""A feed with applications and messages, as a test of the dispatcher needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from zoco.clock import Clock
from zoco.database.times import from_micros, from_micros_or_none
from zoco.database.transaction import Database, Transaction
from zoco.domain.applications import Application
from zoco.storage import applications, feed, notifications
from zoco.storage.feed import FeedRow
from zoco.storage.notifications import Balance

APPLICATION = 14529
SELLER = 1234


class NoJitter(Random):
    """Retries fall exactly where the schedule has them."""

    def random(self) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """A message as the database keeps it; `due_after` in seconds since it was received."""

    state: str
    attempts: int
    outcome: str | None
    http_code: int | None
    due_after: float | None


class FeedWorld:
    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._told = 0

    async def subscribe(
        self,
        callback_url: str | None,
        *,
        application_id: int = APPLICATION,
        topics: tuple[str, ...] = ("orders",),
    ) -> None:
        application = Application(
            id=application_id,
            owner_id=SELLER,
            site_id="MLB",
            name=f"Application {application_id}",
            callback_url="https://desk.example/connected",
            secret_key="secret",
            notifications_callback_url=callback_url,
            topics=topics,
            date_created=self.clock.now(),
        )
        await self.database.write(lambda tx: applications.add(tx, application))

    async def grant(self, user_id: int, *, application_id: int = APPLICATION) -> None:
        now = self.clock.now()
        await self.database.write(
            lambda tx: applications.grant(
                tx, user_id=user_id, application_id=application_id, scopes=("read",), now=now
            )
        )

    async def tell(self, *resources: str, application_id: int = APPLICATION) -> list[str]:
        """One event for each resource, all in one transaction; answers the messages' ids."""
        return await self._record(resources, application_id, signal=True)

    async def tell_silently(self, *resources: str, application_id: int = APPLICATION) -> list[str]:
        """As another process would, whose signals do not reach this one."""
        return await self._record(resources, application_id, signal=False)

    async def _record(self, resources: Sequence[str], application_id: int, *, signal: bool) -> list[str]:
        rows = []
        for resource in resources:
            self._told += 1
            rows.append(
                FeedRow(
                    id=f"{self._told:024x}",
                    application_id=application_id,
                    user_id=SELLER,
                    topic="orders",
                    resource=resource,
                )
            )
        received = self.clock.now()

        async def record(tx: Transaction) -> None:
            await feed.add(tx, rows, received)
            if signal:
                tx.signal("feed")

        await self.database.write(record)
        return [row.id for row in rows]

    async def message(self, message_id: str) -> Told:
        row = await self.database.read(
            lambda tx: tx.one("SELECT * FROM notifications WHERE id = :id", {"id": message_id})
        )
        assert row is not None
        due, received = from_micros_or_none(row["next_attempt"]), from_micros(row["received"])
        return Told(
            state=row["state"],
            attempts=row["attempts"],
            outcome=row["last_outcome"],
            http_code=row["last_http_code"],
            due_after=None if due is None else (due - received).total_seconds(),
        )

    async def balance(self, application_id: int = APPLICATION) -> Balance:
        return await self.database.read(lambda tx: notifications.balance(tx, application_id))
