"""What is kept as text: short lists as JSON arrays; and how text is looked for."""

from __future__ import annotations

import json
from collections.abc import Iterable

import msgspec

_words = msgspec.json.Decoder(tuple[str, ...])
_numbers = msgspec.json.Decoder(tuple[int, ...])


def join_words(words: Iterable[str]) -> str:
    return json.dumps(list(words))


def split_words(text: str) -> tuple[str, ...]:
    return _words.decode(text)


def join_numbers(numbers: Iterable[int]) -> str:
    return json.dumps(list(numbers))


def split_numbers(text: str) -> tuple[int, ...]:
    return _numbers.decode(text)


def containing(part: str) -> str:
    """A pattern for `LIKE … ESCAPE '!'` that is matched by every text with `part` in it."""
    for special in "!%_":
        part = part.replace(special, f"!{special}")
    return f"%{part}%"
