"""The project's own files, read once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "zoco"
DOCS = ROOT / "docs"


class SourceFile(NamedTuple):
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Seen from the project's root: `src/zoco/clock.py`."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        """`zoco.clock`; a package goes by its own name."""
        dotted = ".".join(self.path.relative_to(ROOT / "src").with_suffix("").parts)
        return dotted.removesuffix(".__init__")


@cache
def source_files(*folders: str) -> tuple[SourceFile, ...]:
    """Every Python file under the folders, `src` and `tests` unless others are named."""
    return tuple(
        SourceFile(path, text, ast.parse(text))
        for folder in folders or ("src", "tests")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for text in [path.read_text(encoding="utf-8")]
    )


@cache
def docs_text(folder: str = "") -> str:
    """All pages under docs/, or under one folder or page of it, as one text."""
    place = DOCS / folder
    pages = [place] if place.is_file() else sorted(place.rglob("*.md"))
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)
