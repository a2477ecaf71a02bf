"""Taste, as far as a machine can see it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from tests.house.source_files import PACKAGE, SourceFile, source_files

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500
_DRAWERS = {"utils", "util", "helpers", "common", "core", "base", "manager", "managers", "misc", "shared"}


def test_no_file_is_a_drawer() -> None:
    drawers = [
        file.name for file in source_files() if _DRAWERS & {*Path(file.name).parts[:-1], file.path.stem}
    ]
    assert drawers == []


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{file.name}:{node.lineno} {node.name}: {lines} lines"
        for file in source_files()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_a_file_is_one_noun_long() -> None:
    long = [
        f"{file.name}: {lines} lines"
        for file in source_files()
        if (lines := file.text.count("\n")) > FILE_LINES_MAX
    ]
    assert long == []


def _calls(file: SourceFile) -> list[tuple[int, str]]:
    """Line and dotted name of each call: `datetime.now`, `time.sleep`."""
    return [
        (node.lineno, ast.unparse(node.func)) for node in ast.walk(file.tree) if isinstance(node, ast.Call)
    ]


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = re.compile(
        r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|gmtime|localtime))$"
    )
    found = [
        f"{file.name}:{line} {name}"
        for file in source_files("src")
        if file.module != "zoco.clock"
        for line, name in _calls(file)
        if asking.search(name)
    ]
    assert found == []


def test_no_test_sleeps() -> None:
    """A test waits for what it waits for, or moves the clock by hand."""
    found = [
        f"{file.name}:{line} {name}"
        for file in source_files("tests")
        for line, name in _calls(file)
        if name.rpartition(".")[2] in {"sleep", "wait_for_timeout"}
    ]
    assert found == []


def test_no_test_patches_our_code() -> None:
    """A seam and a small honest fake instead; monkeypatch is for the environment and the folder."""
    found = [
        f"{file.name}:{line} {name}"
        for file in source_files("tests")
        for line, name in _calls(file)
        if name
        in {"patch", "mock.patch", "monkeypatch.setattr", "mocker.patch", "Mock", "MagicMock", "AsyncMock"}
    ]
    assert found == []


def _comments(file: SourceFile) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(file.text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (r"\b(TODO|FIXME|XXX|HACK)\b|\bfor now\b|not implemented", "finish it or take it out"),
        (
            r"\b(previously|formerly|refactor(ed|ing)?|used to be)\b",
            "history belongs into the commit message",
        ),
    ],
)
def test_comments_hold_no_leftovers(words: str, instead: str) -> None:
    found = [
        f"{file.name}:{line} {comment} ({instead})"
        for file in source_files()
        for line, comment in _comments(file)
        if re.search(words, comment, re.IGNORECASE)
    ]
    assert found == []


def test_pages_load_nothing_from_elsewhere() -> None:
    """Templates, style sheets and scripts of ours name no other host; links that a person follows may."""
    outside = re.compile(
        r"""(src|action|srcset|data|poster|hx-\w+)\s*=\s*["']?(https?:)?//   # loaded or submitted by a page
        | <link[^>]+href\s*=\s*["']?(https?:)?//
        | url\(\s*["']?(https?:)?//
        | @import\s+["'](https?:)?//
        | (fetch|import|EventSource|WebSocket)\s*\(\s*["'](https?:|wss?:)?//
        | from\s+["'](https?:)?//""",
        re.VERBOSE,
    )
    pages = [
        path
        for kind in ("html", "css", "js", "mjs", "svg", "webmanifest", "jinja")
        for path in PACKAGE.rglob(f"*.{kind}")
        if "vendor" not in path.parts
    ]
    assert pages
    found = [
        f"{path.relative_to(PACKAGE)}: {match[0]}"
        for path in pages
        for match in outside.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
