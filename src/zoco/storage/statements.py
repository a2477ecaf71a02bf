"""Statements that only repeat a table's columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def columns(names: Iterable[str], *, of: str) -> str:
    """`sale.id, sale.rating`: a row's values come in this order, and are taken by it."""
    return ", ".join(f"{of}.{name}" for name in names)


def insert(table: str, columns: Sequence[str]) -> str:
    """`INSERT INTO items (id, title) VALUES (:id, :title)`."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{c}' for c in columns)})"


def update(table: str, columns: Iterable[str]) -> str:
    """`UPDATE items SET title = :title WHERE id = :id`."""
    return f"UPDATE {table} SET {assignments(columns)} WHERE id = :id"


def upsert(table: str, columns: Sequence[str], changing: Iterable[str]) -> str:
    """Insert the row, or change the `changing` columns of the one with the same id."""
    changes = ", ".join(f"{column} = excluded.{column}" for column in changing)
    return f"{insert(table, columns)} ON CONFLICT (id) DO UPDATE SET {changes}"


def assignments(columns: Iterable[str]) -> str:
    return ", ".join(f"{column} = :{column}" for column in columns)


def quoted(words: Iterable[str]) -> str:
    """`'UNANSWERED', 'UNDER_REVIEW'`: words of the program's own, never anybody else's."""
    return ", ".join(f"'{word}'" for word in words)
