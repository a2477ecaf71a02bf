"""Names become numbers, and scripts become statements."""

from __future__ import annotations

import pytest

from zoco.database.statements import numbered, split_script


@pytest.mark.parametrize(
    ("sql", "expected", "names"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("SELECT :a, :b", "SELECT $1, $2", ("a", "b")),
        ("SELECT :b, :a, :b", "SELECT $1, $2, $1", ("b", "a")),
        ("SELECT :order_id2", "SELECT $1", ("order_id2",)),
        ("SELECT ':a', :b", "SELECT ':a', $1", ("b",)),
        ("SELECT 'it''s :a', :b", "SELECT 'it''s :a', $1", ("b",)),
        ('SELECT ":a", :b', 'SELECT ":a", $1', ("b",)),
        ("SELECT x::text, :b::bigint", "SELECT x::text, $1::bigint", ("b",)),
        ("SELECT :a -- not :b\n, :c", "SELECT $1 -- not :b\n, $2", ("a", "c")),
        ("SELECT :a /* not :b\n */, :c", "SELECT $1 /* not :b\n */, $2", ("a", "c")),
        ("SELECT '12:30', :a", "SELECT '12:30', $1", ("a",)),
    ],
)
def test_names_become_numbers_outside_literals_and_comments(
    sql: str, expected: str, names: tuple[str, ...]
) -> None:
    assert numbered(sql) == (expected, names)


@pytest.mark.parametrize(
    ("script", "statements"),
    [
        ("", []),
        ("-- only words; and more\n", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;\n\nSELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        ("-- first; of all\nSELECT 1; -- then; this\nSELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("INSERT INTO t VALUES ('a;b', 'it''s; so');", ["INSERT INTO t VALUES ('a;b', 'it''s; so')"]),
        ("CREATE TABLE t (a INT, /* no; */ b INT);", ["CREATE TABLE t (a INT,  b INT)"]),
    ],
)
def test_a_script_is_split_at_semicolons_outside_literals_and_comments(
    script: str, statements: list[str]
) -> None:
    assert split_script(script) == statements
