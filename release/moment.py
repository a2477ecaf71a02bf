"""Which release is made, and on which day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

UNRELEASED = "## Unreleased\n"
_VERSION = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)
_NUMBERS = re.compile(r"\d+\.\d+\.\d+")


class ReleaseRefused(Exception):
    """It cannot be released like this; the text is one plain sentence."""


@dataclass(frozen=True)
class Release:
    version: str
    day: date

    @property
    def epoch(self) -> str:
        """SOURCE_DATE_EPOCH: the day's midnight, which CHANGELOG.md tells everybody who builds it again."""
        return str(int(datetime.combine(self.day, time(), tzinfo=UTC).timestamp()))


def current_version(root: Path) -> str:
    found = _VERSION.search((root / "pyproject.toml").read_text(encoding="utf-8"))
    if found is None:
        raise ReleaseRefused("pyproject.toml has no line that begins with version.")
    return found[1]


def write_release(root: Path, release: Release) -> None:
    """The version into pyproject.toml, version and day over what CHANGELOG.md calls unreleased."""
    _check_version(release.version, current_version(root))
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    before, heading, after = text.partition(UNRELEASED)
    if not heading or not after.partition("\n## ")[0].strip():
        raise ReleaseRefused("CHANGELOG.md has nothing under Unreleased.")
    project = root / "pyproject.toml"
    versioned = _VERSION.sub(f'version = "{release.version}"', project.read_text(encoding="utf-8"), count=1)
    project.write_text(versioned, encoding="utf-8", newline="\n")
    dated = f"{before}## {release.version} ({release.day.isoformat()})\n{after}"
    changelog.write_text(dated, encoding="utf-8", newline="\n")


def _check_version(version: str, current: str) -> None:
    if not _NUMBERS.fullmatch(version):
        raise ReleaseRefused(f"A version has three numbers, 1.2.3, and {version!r} has not.")
    # The first release may have the number that stands there already.
    if _parts(version) < _parts(current):
        raise ReleaseRefused(f"{version} is older than {current}, the version in pyproject.toml.")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
