"""Makes a release on this machine, up to the tag; publishing is left to a person.

    make release VERSION=1.2.3 [ARGS=--dry-run]

The tree must be clean. Version and changelog are written, `make check test` must pass, then sdist, wheel,
bill of materials and checksums come into dist/, and a commit and a tag are made. Whatever stops it before
the commit, the tree is put back as it was.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from release.archives import build_archives, faults_of_sdist, faults_of_wheel, write_sums
from release.bill_of_materials import bill_of_materials
from release.moment import Release, ReleaseRefused, write_release

_WRITTEN = ("pyproject.toml", "CHANGELOG.md")


def make_release(root: Path, release: Release, *, dry: bool, isolated: bool) -> list[Path]:
    """The files to publish, in dist/; nothing is committed when it is only tried."""
    tag = f"v{release.version}"
    _check_repository(root, tag)
    try:
        write_release(root, release)
        _run(root, "make", "check", "test", said="The checks or the tests failed.")
        files = _artefacts(root, release, isolated=isolated)
        if not dry:
            _run(root, "git", "commit", "-q", "-m", f"Release {release.version}", "--", *_WRITTEN)
            _run(root, "git", "tag", "-a", tag, "-m", f"Zoco {release.version}")
    finally:
        # After the commit this changes nothing.
        _run(root, "git", "checkout", "-q", "HEAD", "--", *_WRITTEN)
    return files


def _check_repository(root: Path, tag: str) -> None:
    if _run(root, "git", "status", "--porcelain"):
        raise ReleaseRefused("The tree is not clean: commit or put away what git status shows.")
    if _run(root, "git", "tag", "--list", tag):
        raise ReleaseRefused(f"The tag {tag} exists already.")


def _artefacts(root: Path, release: Release, *, isolated: bool) -> list[Path]:
    out = root / "dist"
    shutil.rmtree(out, ignore_errors=True)
    sdist, wheel = build_archives(root, out, release, isolated=isolated)
    faults = faults_of_sdist(root, sdist, release.version) + faults_of_wheel(root, wheel, release.version)
    if faults:
        raise ReleaseRefused("The archives are not right: " + "; ".join(faults))
    lock = out / "requirements.lock"
    shutil.copyfile(root / lock.name, lock)
    bill = out / f"zoco-{release.version}.cdx.json"
    bill.write_text(bill_of_materials(root, release), encoding="utf-8", newline="\n")
    files = [sdist, wheel, lock, bill]
    return [*files, write_sums(out, files)]


def _run(root: Path, *command: str, said: str = "") -> str:
    """What the command prints; its errors, and what `make` prints, go to the terminal."""
    shown = None if command[0] == "make" else subprocess.PIPE
    finished = subprocess.run(command, cwd=root, stdout=shown, text=True, check=False)
    if finished.returncode != 0:
        raise ReleaseRefused(said or f"This failed: {' '.join(command)}")
    return finished.stdout or ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m release", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("version")
    parser.add_argument("--dry-run", action="store_true", help="everything but the commit and the tag")
    parser.add_argument("--day", type=date.fromisoformat, help="day of the release (default: today, UTC)")
    parser.add_argument("--no-isolation", action="store_true", help="build with what is installed here")
    given = parser.parse_args(arguments)
    release = Release(given.version, given.day or datetime.now(UTC).date())
    try:
        files = make_release(Path.cwd(), release, dry=given.dry_run, isolated=not given.no_isolation)
    except ReleaseRefused as refusal:
        print(f"release: {refusal}", file=sys.stderr)
        return 1
    print(f"\nZoco {release.version} is in dist/:")
    for file in files:
        print(f"  {file.name}")
    if not given.dry_run:
        print("\nLook at it. Then: git push --follow-tags, publish the two archives,")
        print(f"and attach all of dist/ to the release of v{release.version}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
