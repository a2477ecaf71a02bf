"""The statements of one purchase as the marketplace sends them, to be sent again without it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoco.clock import SystemClock
from zoco.database import open_database
from zoco.database.transaction import Parameters, Row, Transaction
from zoco.marketplace import authorization, purchases
from zoco.marketplace.caller import Caller

_NEXT_ID = "UPDATE sequences SET value = value + 1 WHERE name = :name RETURNING value"


@dataclass(frozen=True, slots=True)
class Statement:
    """`own` names the values that every purchase has for itself: its ids."""

    sql: str
    values: Mapping[str, Any]
    own: tuple[str, ...]

    def of(self, number: int) -> Mapping[str, Any]:
        """The values of the purchase with this number; what begins a text keeps two rows of one apart."""
        if not self.own:
            return self.values
        ids = {name: self.values[name] for name in self.own}
        return {
            **self.values,
            **{
                name: number if isinstance(id_, int) else f"{id_[:8]}{number:024x}"
                for name, id_ in ids.items()
            },
        }


class _Recording:
    """A transaction that remembers what passes through."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.passed: list[tuple[str, Mapping[str, Any]]] = []

    async def all(self, sql: str, parameters: Parameters | None = None) -> Sequence[Row]:
        self._note(sql, parameters or {})
        return await self._tx.all(sql, parameters or {})

    async def one(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        self._note(sql, parameters or {})
        return await self._tx.one(sql, parameters or {})

    async def run(self, sql: str, parameters: Parameters | None = None) -> int:
        self._note(sql, parameters or {})
        return await self._tx.run(sql, parameters or {})

    async def run_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        for row in rows:
            self._note(sql, row)
        await self._tx.run_many(sql, rows)

    async def next_id(self, sequence: str) -> int:
        self._note(_NEXT_ID, {"name": sequence})
        return await self._tx.next_id(sequence)

    @property
    def for_update(self) -> str:
        return self._tx.for_update

    @property
    def for_key_share(self) -> str:
        return self._tx.for_key_share

    @property
    def skip_locked(self) -> str:
        return self._tx.skip_locked

    def is_any(self, column: str, parameter: str) -> str:
        return self._tx.is_any(column, parameter)

    def signal(self, name: str) -> None:
        self._tx.signal(name)

    def _note(self, sql: str, parameters: Parameters) -> None:
        values = {
            name: json.dumps(value) if isinstance(value, list | tuple) else value
            for name, value in parameters.items()
        }
        self.passed.append((sql, values))


async def recorded_purchase(
    path: Path, *, buyer_token: str, item_id: str
) -> tuple[list[Statement], list[Statement]]:
    """Buy once in this database, and tell the statements of placing and of paying."""
    now = SystemClock().now()
    database = await open_database(f"sqlite:///{path}")

    async def recorded(verb: Callable[[Transaction, Caller], Awaitable[int]]) -> tuple[int, _Recording]:
        async def work(tx: Transaction) -> tuple[int, _Recording]:
            recording = _Recording(tx)
            return await verb(
                recording, await authorization.caller_of(recording, buyer_token, now)
            ), recording

        return await database.write(work)

    async def place(tx: Transaction, caller: Caller) -> int:
        seen = await purchases.place_order(
            tx, caller, item_id=item_id, quantity=1, variation_id=None, now=now
        )
        return seen.order.id

    order_id, placing = await recorded(place)

    async def pay(tx: Transaction, caller: Caller) -> int:
        payment = await purchases.pay(
            tx,
            caller,
            order_id,
            method_id="visa",
            amount=None,
            installments=1,
            cardholder_name="APRO",
            issuer_id=None,
            now=now,
        )
        return payment.id

    payment_id, paying = await recorded(pay)
    await database.close()
    ids = {order_id, payment_id}
    return _statements(placing, ids), _statements(paying, ids)


def _statements(recording: _Recording, ids: set[int]) -> list[Statement]:
    return [
        Statement(
            sql,
            values,
            tuple(
                name for name in values if values[name] in ids or (name == "id" and "notifications" in sql)
            ),
        )
        for sql, values in recording.passed
    ]
