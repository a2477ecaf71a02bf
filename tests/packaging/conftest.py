"""The archives, built once from this checkout, where nothing could be fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from release.archives import build_archives
from release.moment import Release, current_version

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Archives:
    version: str
    sdist: Path
    wheel: Path


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Archives:
    """The sdist of this checkout, and the wheel that is made from that sdist alone.

    No npm is on PATH: a build that misses a browser file stops.
    """
    release = Release(current_version(ROOT), date(2026, 3, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "")
        sdist, wheel = build_archives(ROOT, tmp_path_factory.mktemp("dist"), release, isolated=False)
    return Archives(release.version, sdist, wheel)
