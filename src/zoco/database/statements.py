"""Reading SQL just far enough: names for a driver that knows only numbers, scripts into statements."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

# What may hold a colon or a semicolon that means something else, then the two that mean something.
_PIECE = re.compile(
    r"""
      (?P<quoted>  ' (?: [^'] | '' )* '  |  " (?: [^"] | "" )* " )
    | (?P<comment> --[^\n]*  |  /\* .*? \*/ )
    | (?P<cast>    :: )
    | :(?P<name>   [A-Za-z_][A-Za-z_0-9]* )
    | (?P<end>     ; )
    """,
    re.VERBOSE | re.DOTALL,
)


class NumberedStatement(NamedTuple):
    """A statement with `$1`, `$2`, … and the names whose values they stand for, in that order."""

    sql: str
    names: tuple[str, ...]


@lru_cache(maxsize=4096)
def numbered(sql: str) -> NumberedStatement:
    """Rewrite `:name` to `$n`, once per statement; a name used twice keeps its number.

    >>> numbered("SELECT :a, ':b', :c, :a")
    NumberedStatement(sql="SELECT $1, ':b', $2, $1", names=('a', 'c'))
    """
    numbers: dict[str, int] = {}

    def number(piece: re.Match[str]) -> str:
        name = piece["name"]
        if name is None:
            return piece[0]
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    return NumberedStatement(_PIECE.sub(number, sql), tuple(numbers))


def split_script(script: str) -> list[str]:
    """The statements of a script, without their comments and closing semicolons."""
    statements = [""]
    position = 0
    for piece in _PIECE.finditer(script):
        statements[-1] += script[position : piece.start()]
        position = piece.end()
        if piece["end"] is not None:
            statements.append("")
        elif piece["comment"] is None:
            statements[-1] += piece[0]
    statements[-1] += script[position:]
    return [statement.strip() for statement in statements if statement.strip()]
