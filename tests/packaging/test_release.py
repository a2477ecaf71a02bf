"""A release, made in a repository of its own: what it writes, what it makes, and what stops it."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from release.__main__ import make_release
from release.bill_of_materials import bill_of_materials
from release.moment import Release, ReleaseRefused
from tests.packaging.conftest import ROOT, Archives

RELEASE = Release("99.1.0", date(2026, 3, 2))
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- Cars.\n\n## 0.0.1 (2026-01-02)\n\n- Bicycles.\n"
# Passes when the version is written already.
MAKEFILE = "check:\n\tgrep -q '^version = \"99.1.0\"' pyproject.toml\ntest:\n\t! test -e broken\n"


@pytest.fixture
def checkout(archives: Archives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the sdist holds, under version control, with a changelog and checks of its own."""
    with tarfile.open(archives.sdist) as sdist:
        # Debian's 3.11 does not know the argument yet.
        sdist.extraction_filter = getattr(tarfile, "data_filter", None)
        sdist.extractall(tmp_path)
    root = tmp_path / f"zoco-{archives.version}"
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    (root / "Makefile").write_text(MAKEFILE)
    for variable, value in {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "Ana",
        "GIT_AUTHOR_EMAIL": "ana@example.org",
        "GIT_COMMITTER_NAME": "Ana",
        "GIT_COMMITTER_EMAIL": "ana@example.org",
    }.items():
        monkeypatch.setenv(variable, value)
    git(root, "init", "-q")
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "Begin")
    return root


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def release(root: Path, *, dry: bool = False, of: Release = RELEASE) -> list[str]:
    return [file.name for file in make_release(root, of, dry=dry, isolated=False)]


def test_release_is_written_built_committed_and_tagged(checkout: Path) -> None:
    assert release(checkout) == [
        "zoco-99.1.0.tar.gz",
        "zoco-99.1.0-py3-none-any.whl",
        "requirements.lock",
        "zoco-99.1.0.cdx.json",
        "SHA256SUMS",
    ]
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=checkout / "dist", check=True)
    assert git(checkout, "describe") == "v99.1.0\n"
    assert git(checkout, "log", "-1", "--format=%s") == "Release 99.1.0\n"
    assert git(checkout, "status", "--porcelain") == ""
    changed = git(checkout, "show", "--format=", "--unified=0")
    assert [line for line in changed.splitlines() if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        "-## Unreleased",
        "+## 99.1.0 (2026-03-02)",
        f'-version = "{checkout.name.removeprefix("zoco-")}"',
        '+version = "99.1.0"',
    ]


def test_tried_only_it_leaves_the_archives_and_nothing_else(checkout: Path) -> None:
    assert "zoco-99.1.0-py3-none-any.whl" in release(checkout, dry=True)
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "tag") == ""
    assert (checkout / "CHANGELOG.md").read_text() == CHANGELOG


def leave_a_change(root: Path) -> None:
    (root / "README.md").write_text("half done")


def break_a_test(root: Path) -> None:
    (root / "broken").touch()
    commit(root)


def say_nothing_new(root: Path) -> None:
    (root / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n## 0.0.1 (2026-01-02)\n\n- Bicycles.\n"
    )
    commit(root)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "Change")


@pytest.mark.parametrize(
    ("happens", "version", "sentence"),
    [
        (leave_a_change, "99.1.0", "The tree is not clean"),
        (lambda root: git(root, "tag", "v99.1.0"), "99.1.0", "The tag v99.1.0 exists already."),
        (break_a_test, "99.1.0", "The checks or the tests failed."),
        (say_nothing_new, "99.1.0", "CHANGELOG.md has nothing under Unreleased."),
        (lambda _: None, "0.0.9", "0.0.9 is older than"),
        (lambda _: None, "99.1", "A version has three numbers, 1.2.3, and '99.1' has not."),
    ],
)
def test_what_stops_a_release_leaves_all_as_it_was(
    checkout: Path, happens: Callable[[Path], object], version: str, sentence: str
) -> None:
    happens(checkout)
    before = (git(checkout, "diff", "HEAD"), git(checkout, "log"), git(checkout, "tag"))
    with pytest.raises(ReleaseRefused, match=sentence.replace(".", r"\.")):
        release(checkout, of=Release(version, RELEASE.day))
    assert (git(checkout, "diff", "HEAD"), git(checkout, "log"), git(checkout, "tag")) == before
    assert not (checkout / "dist").exists()


def test_bill_of_materials_names_python_packages_and_browser_files() -> None:
    text = bill_of_materials(ROOT, RELEASE)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert text == bill_of_materials(ROOT, RELEASE)
    bill = json.loads(text)
    assert bill["metadata"]["component"]["purl"] == "pkg:pypi/zoco@99.1.0"
    assert bill["metadata"]["timestamp"] == "2026-03-02T00:00:00+00:00"
    parts = {part["name"]: part for part in bill["components"]}
    assert parts["starlette"]["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert parts["htmx.org"]["purl"] == "pkg:npm/htmx.org@4.0.1"
    assert parts["htmx.org"]["licenses"] == [{"license": {"id": "0BSD"}}]
    assert parts["bootstrap"]["components"][0]["hashes"] == [
        {
            "alg": "SHA-256",
            "content": "4620c84ad5ce8602ff65640ed6b7c8b78ebb9e036584f0ebc1ccc88206a4bb51",
        }
    ]
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert {"pypi:aiohttp", "npm:bootstrap"} <= set(needs["zoco"])
    assert "pypi:multidict" not in needs["zoco"]
    assert "pypi:yarl" in needs["pypi:aiohttp"]
