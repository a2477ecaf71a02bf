"""The sdist, and the wheel made from it; what must be in them; and their checksums."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import vendor_assets

from release.moment import Release, ReleaseRefused

SUMS = "SHA256SUMS"
# What a build from the sdist needs besides src/.
BUILD_INPUTS = (
    "pyproject.toml", "hatch_build.py", "vendor_assets.py", "vendor.toml", "requirements.lock",
    "package.json", "package-lock.json", ".npmrc", "README.md", "LICENSE", "THIRD_PARTY.md", "CHANGELOG.md",
)  # fmt: skip
_LICENCES = ("LICENSE", "THIRD_PARTY.md")


def build_archives(root: Path, out: Path, release: Release, *, isolated: bool) -> tuple[Path, Path]:
    """sdist and wheel in `out`. `isolated` installs what the build needs into an environment of its own."""
    command = [sys.executable, "-m", "build", "--outdir", str(out), *([] if isolated else ["--no-isolation"])]
    finished = subprocess.run(
        [*command, str(root)],
        env=os.environ | {"SOURCE_DATE_EPOCH": release.epoch},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise ReleaseRefused(f"The archives cannot be built: {finished.stderr or finished.stdout}")
    return out / f"zoco-{release.version}.tar.gz", out / f"zoco-{release.version}-py3-none-any.whl"


def faults_of_wheel(root: Path, wheel: Path, version: str) -> list[str]:
    """What is missing, altered or should not be there; [] for a wheel that may be published."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    described = f"zoco-{version}.dist-info/"
    wanted = {
        path.relative_to(root / "src").as_posix(): path.read_bytes()
        for path in _shipped(root / "src" / "zoco")
    }
    wanted |= {f"{described}licenses/{name}": (root / name).read_bytes() for name in _LICENCES}
    strange = [
        f"not of Zoco: {name}" for name in held if name not in wanted and not name.startswith(described)
    ]
    metadata = HeaderParser().parsestr(held.get(f"{described}METADATA", b"").decode())
    return [
        *_differences(wanted, held),
        *_wrong_browser_files(root, held, "zoco/web/static/vendor/"),
        *strange,
        *_wrong_metadata(metadata, version),
    ]


def faults_of_sdist(root: Path, sdist: Path, version: str) -> list[str]:
    """The same for the sdist, which must build without fetching a browser file."""
    prefix = f"zoco-{version}/"
    with tarfile.open(sdist) as archive:
        held = {
            member.name.removeprefix(prefix): file.read()
            for member in archive.getmembers()
            if (file := archive.extractfile(member)) is not None
        }
    paths = [*_shipped(root / "src"), *(root / name for name in BUILD_INPUTS)]
    wanted = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    browser = _wrong_browser_files(root, held, f"{vendor_assets.VENDOR_FOLDER.as_posix()}/")
    metadata = HeaderParser().parsestr(held.get("PKG-INFO", b"").decode())
    return [*_differences(wanted, held), *browser, *_wrong_metadata(metadata, version)]


def write_sums(out: Path, files: list[Path]) -> Path:
    """A file that `sha256sum --check` reads."""
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files)]
    sums = out / SUMS
    sums.write_text("".join(lines), encoding="ascii", newline="\n")
    return sums


def _shipped(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def _differences(wanted: dict[str, bytes], held: dict[str, bytes]) -> list[str]:
    missing = [f"missing: {name}" for name in wanted if name not in held]
    return missing + [
        f"altered: {name}" for name, body in wanted.items() if name in held and held[name] != body
    ]


def _wrong_browser_files(root: Path, held: dict[str, bytes], folder: str) -> list[str]:
    return [
        f"not what vendor.toml says: {file.target}"
        for file in vendor_assets.listed(root)
        if hashlib.sha256(held.get(folder + file.target, b"")).hexdigest() != file.sha256
    ]


def _wrong_metadata(metadata: Message, version: str) -> list[str]:
    wanted = {"Name": "zoco", "Version": version, "License-Expression": "Apache-2.0"}
    return [f"metadata: {name} is {metadata[name]}" for name in wanted if metadata[name] != wanted[name]]
