"""How an engine means to run a statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from zoco.database.transaction import Database, Transaction

_WORDS = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


class _Explaining:
    """A transaction that runs the reads of a work and keeps their plans."""

    def __init__(self, tx: Transaction, words: str) -> None:
        self._tx = tx
        self._words = words
        self.plans: list[str] = []

    async def all(self, sql: str, parameters: Any) -> Any:
        rows = await self._tx.all(f"{self._words} {sql}", parameters)
        self.plans.append("\n".join(str(tuple(row)) for row in rows))
        return await self._tx.all(sql, parameters)


async def plans_of(database: Database, work: Callable[[Any], Awaitable[object]]) -> list[str]:
    """The plans of the work's statements, in the order in which it runs them."""

    async def explain(tx: Transaction) -> list[str]:
        explaining = _Explaining(tx, _WORDS[database.engine])
        await work(explaining)
        return explaining.plans

    return await database.read(explain)


def sorts(plan: str) -> bool:
    """Whether rows are put in order, instead of being read in it."""
    return "Sort" in plan or "TEMP B-TREE" in plan
