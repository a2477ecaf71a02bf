"""What stands in a table of the program stands in the documents and in a test too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

from tests.house.source_files import docs_text, source_files
from zoco.api.endpoints import ENDPOINTS
from zoco.api.problems import PROBLEMS, Problem
from zoco.cli import COMMANDS
from zoco.domain.applications import TOPICS
from zoco.domain.order_search import FILTERS, SORTS
from zoco.domain.refusals import Reason
from zoco.settings import Settings
from zoco.storage.order_search import COLUMNS


def _missing(words: Iterable[str], text: str) -> list[str]:
    """The words that do not stand in the text as words of their own."""
    return [word for word in words if not re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", text)]


def _tests() -> str:
    return "\n".join(file.text for file in source_files("tests") if "/house/" not in file.name)


def test_every_refusal_has_a_status() -> None:
    assert [reason for reason in Reason if reason not in PROBLEMS] == []


def test_every_refusal_has_a_test() -> None:
    """It stands there by its name, or by words of its answer that no other refusal has."""
    words = Counter(word for problem in PROBLEMS.values() for word in _words(problem))
    text = _tests()
    untested = [
        reason.name
        for reason in Reason
        if f"Reason.{reason.name}" not in text
        and not any(words[word] == 1 and f'"{word}"' in text for word in _words(PROBLEMS[reason]))
    ]
    assert untested == []


def _words(problem: Problem) -> set[str]:
    return {problem.error, problem.message, problem.code or problem.error}


def test_every_refusal_is_documented() -> None:
    assert _missing({problem.code or problem.error for problem in PROBLEMS.values()}, docs_text("api")) == []


def test_every_filter_has_a_column_and_a_test() -> None:
    identifiers = [entry.id for entry in FILTERS]
    assert [identifier for identifier in identifiers if identifier not in COLUMNS] == []
    assert _missing(identifiers, _tests()) == []


def test_every_filter_and_sort_is_documented() -> None:
    assert _missing([entry.id for entry in (*FILTERS, *SORTS)], docs_text("api")) == []


def test_every_setting_is_documented() -> None:
    assert _missing([setting.name for setting in fields(Settings)], docs_text("operating.md")) == []


def test_every_command_is_documented() -> None:
    assert _missing([f"zoco {command}" for command in COMMANDS], docs_text("operating.md")) == []


def test_every_topic_is_documented() -> None:
    assert _missing(TOPICS, docs_text("notifications.md")) == []


def test_every_endpoint_is_documented() -> None:
    text = docs_text("api")
    assert [f"{e.method} {e.path}" for e in ENDPOINTS if f"`{e.method} {e.path}`" not in text] == []
