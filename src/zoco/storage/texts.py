"""What is kept as text: short lists as JSON arrays; and how text is looked for."""

from __future__ import annotations

import json
from collections.abc import Iterable


def join_words(words: Iterable[str]) -> str:
    return json.dumps(list(words))


def split_words(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def join_numbers(numbers: Iterable[int]) -> str:
    return json.dumps(list(numbers))


def split_numbers(text: str) -> tuple[int, ...]:
    return tuple(json.loads(text))


def containing(part: str) -> str:
    """A pattern for `LIKE … ESCAPE '!'` that is matched by every text with `part` in it."""
    for special in "!%_":
        part = part.replace(special, f"!{special}")
    return f"%{part}%"
