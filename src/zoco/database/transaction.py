"""The face of a transaction, the same on both engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")

Parameters = Mapping[str, Any]
Work = Callable[["Transaction"], Awaitable[Result]]


class Row(Protocol):
    """One row: `row["date_created"]`, or by position."""

    def __getitem__(self, key: str | int, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...


class Transaction(Protocol):
    """Statements of one transaction. Parameters are named, `:order_id`, and come from a mapping.

    A list is legal as a parameter of `tx.is_any` only. Booleans are stored as 0 and 1 in
    SMALLINT columns on both engines.
    """

    async def all(self, sql: str, parameters: Parameters = ...) -> Sequence[Row]: ...

    async def one(self, sql: str, parameters: Parameters = ...) -> Row | None:
        """The first row, or None."""
        ...

    async def run(self, sql: str, parameters: Parameters = ...) -> int:
        """Run a statement that answers no rows; returns how many rows it changed."""
        ...

    async def run_many(self, sql: str, rows: Sequence[Parameters]) -> None: ...

    async def next_id(self, sequence: str) -> int:
        """The next number of a sequence that a migration created (`CREATE SEQUENCE orders_id START 1000`)."""
        ...

    @property
    def for_update(self) -> str:
        """` FOR UPDATE` on PostgreSQL, empty on SQLite, where a writer is alone anyway."""
        ...

    @property
    def for_key_share(self) -> str:
        """` FOR KEY SHARE` on PostgreSQL: only who wants the row `for_update` waits; empty on SQLite."""
        ...

    @property
    def skip_locked(self) -> str:
        """` FOR UPDATE SKIP LOCKED` on PostgreSQL, empty on SQLite."""
        ...

    def is_any(self, column: str, parameter: str) -> str:
        """SQL that is true when `column` is in the list bound as `:parameter`."""
        ...

    def signal(self, name: str) -> None:
        """After the commit, wake everybody who listens for `name`; a rollback wakes nobody."""
        ...


class Database(Protocol):
    """An open database. `read` sees one consistent state and changes nothing."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    async def read(self, work: Work[Result]) -> Result: ...
    async def write(self, work: Work[Result]) -> Result: ...

    def on_signal(self, name: str, listener: Callable[[], None]) -> None:
        """Call `listener` on the event loop after each commit that signalled `name`, in this
        process at least; who depends on it polls as well."""
        ...

    async def close(self) -> None: ...
