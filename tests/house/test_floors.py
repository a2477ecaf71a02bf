"""Who may import whom; the map is in ARCHITECTURE.md, the contracts in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.house.source_files import ROOT, SourceFile, source_files

# The standard library has clocks, logs and wires too; a rule has no use for them.
_NOT_FOR_RULES = {"asyncio", "logging", "os", "pathlib", "socket", "sqlite3", "time"}


def _imports(file: SourceFile) -> set[str]:
    """The modules a file imports; `from zoco.domain import money` counts as zoco.domain.money too."""
    found: set[str] = set()
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def test_the_floors_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    outcome = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    foreign = {
        f"{file.name}: {name}"
        for file in source_files("src/zoco/domain")
        for name in _imports(file)
        if not name.startswith("zoco.domain")
        and (
            name.partition(".")[0] not in sys.stdlib_module_names or name.partition(".")[0] in _NOT_FOR_RULES
        )
    }
    assert foreign == set()


def test_the_domain_does_not_wait() -> None:
    waiting = {
        f"{file.name}:{node.lineno}"
        for file in source_files("src/zoco/domain")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Await | ast.AsyncFunctionDef)
    }
    assert waiting == set()


def test_no_module_is_dead() -> None:
    """Each is imported by another one of the program, or is where a program starts."""
    # `make docs` starts the one that writes openapi.json.
    starts = {"zoco", "zoco.cli", "zoco.cli.__main__", "zoco.api.openapi"}
    files = source_files("src")
    imported = {name for file in files for name in _imports(file) - {file.module}}
    dead = {
        file.module
        for file in files
        if file.module not in imported | starts
        # An empty __init__.py only makes a folder a package.
        and not (file.path.name == "__init__.py" and not file.tree.body)
        # A package is alive while something in it is imported.
        and not (
            file.path.name == "__init__.py" and any(name.startswith(file.module + ".") for name in imported)
        )
    }
    assert dead == set()
