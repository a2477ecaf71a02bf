"""An order placed and paid, with its notification rows, beside the same statements without the program."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import count
from pathlib import Path

from benchmarks import people
from benchmarks.load import Plan, Step
from benchmarks.measuring import Figures, called, server, show, taking_turns
from benchmarks.served import OPERATOR_KEY
from benchmarks.statements import Statement, recorded_purchase

from zoco.client.operator import Operator

_SECONDS = 3.0
_CALLERS = 64


async def measure() -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        kept, bare_file = Path(name) / "marketplace", Path(name) / "bare.db"
        async with server("marketplace", kept) as marketplace:
            buyer_token, item_id = await _market(f"http://127.0.0.1:{marketplace.port}")
        # Both sides begin with the same rows.
        shutil.copy(kept / "marketplace.db", bare_file)
        placing, paying = await recorded_purchase(bare_file, buyer_token=buyer_token, item_id=item_id)
        bare = _Bare(bare_file, placing, paying)
        async with server("marketplace", kept) as marketplace:
            plan = Plan(marketplace.port, _CALLERS, _SECONDS, _steps(buyer_token, item_id))
            figures = await taking_turns(
                {"bare statements": bare.measure, "zoco": partial(called, marketplace, plan)}
            )
        bare.close()
    show(
        f"order placed and paid, {len(placing)} + {len(paying)} statements, {_CALLERS} callers",
        figures,
        beside="bare statements",
    )


async def _market(url: str) -> tuple[str, str]:
    """A buyer, and what he buys: its seller has an application that hears of everything."""
    async with Operator(url, OPERATOR_KEY) as operator:
        seller_id, seller_token = await people.person(operator)
        _, buyer_token = await people.person(operator)
        nowhere = "http://127.0.0.1:9/"
        await people.listener(operator, seller_token, [seller_id], callback=nowhere, redirect=nowhere)
    return buyer_token, await people.lamp(url, seller_token)


def _steps(buyer_token: str, item_id: str) -> list[Step]:
    order = f'{{"order_items":[{{"item_id":"{item_id}","quantity":1}}]}}'
    payment = '{"payment_method_id":"visa","cardholder_name":"APRO"}'
    return [
        Step("POST", "/orders", body=order, token=buyer_token),
        Step("POST", "/orders/{id}/payments", body=payment, token=buyer_token),
    ]


class _Bare:
    """One connection, one thread, no event loop: groups as large as there are callers share a commit."""

    def __init__(self, path: Path, placing: Sequence[Statement], paying: Sequence[Statement]) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -32768",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        self._placing, self._paying = placing, paying
        self._numbers = count(10**9)

    def close(self) -> None:
        self._connection.close()

    async def measure(self) -> Figures:
        begun, cpu, done = time.perf_counter(), time.process_time(), 0
        while (seconds := time.perf_counter() - begun) < _SECONDS:
            numbers = [next(self._numbers) for _ in range(_CALLERS)]
            self._commit(self._placing, numbers)
            self._commit(self._paying, numbers)
            done += _CALLERS
        return Figures(per_second=done / seconds, cpu_us=(time.process_time() - cpu) / done * 1e6)

    def _commit(self, statements: Sequence[Statement], numbers: Iterable[int]) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for number in numbers:
            execute("SAVEPOINT work")
            for statement in statements:
                execute(statement.sql, statement.of(number)).fetchall()
            execute("RELEASE work")
        execute("COMMIT")
