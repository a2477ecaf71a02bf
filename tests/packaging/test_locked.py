"""requirements.lock: every run-time dependency, in its range, with checksums and without an address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.locked import Locked, locked
from tests.packaging.conftest import ROOT


@pytest.fixture(scope="module")
def pins() -> dict[str, Locked]:
    return {pin.name: pin for pin in locked(ROOT)}


def dependencies() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(text) for text in project["dependencies"]]


@pytest.mark.parametrize("needed", dependencies(), ids=str)
def test_dependency_is_locked_within_its_range(pins: dict[str, Locked], needed: Requirement) -> None:
    pin = pins[canonicalize_name(needed.name)]
    assert needed.specifier.contains(pin.version)
    assert "zoco" in pin.needed_by
    assert pin.marker == ""


def test_what_is_locked_is_needed_by_something_locked(pins: dict[str, Locked]) -> None:
    direct = {name for name, pin in pins.items() if "zoco" in pin.needed_by}
    assert direct == {canonicalize_name(needed.name) for needed in dependencies()}
    assert {by for pin in pins.values() for by in pin.needed_by} <= {"zoco", *pins}
    assert all(pin.needed_by for pin in pins.values())


def test_every_pin_has_checksums(pins: dict[str, Locked]) -> None:
    assert [name for name, pin in pins.items() if not pin.sha256] == []
    text = (ROOT / "requirements.lock").read_text()
    # No line was passed over.
    assert sum(len(pin.sha256) for pin in pins.values()) == text.count("--hash=")
    assert len(pins) == text.count("==") - text.count('" == ')


def test_no_address_is_in_it() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert re.findall(r"\w+://|@|--index|--extra-index|--find-links|--trusted", text) == []


def test_pin_that_is_not_exact_is_refused(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("aiohttp>=3\n")
    with pytest.raises(ValueError, match="no exact version: aiohttp>=3"):
        locked(tmp_path)
