"""Sdist and wheel: everything in them, nothing else, and a program that runs from the wheel alone."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from release.archives import build_archives, faults_of_sdist, faults_of_wheel, write_sums
from release.moment import Release
from tests.cli.running_zoco import free_port, started
from tests.packaging.conftest import ROOT, Archives

HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def test_wheel_holds_what_it_must_and_nothing_else(archives: Archives) -> None:
    assert faults_of_wheel(ROOT, archives.wheel, archives.version) == []
    names = set(zipfile.ZipFile(archives.wheel).namelist())
    described = f"zoco-{archives.version}.dist-info"
    assert names >= {
        "zoco/py.typed",
        "zoco/storage/migrations/0001_marketplace.sql",
        "zoco/desk/records/migrations/0001_desk.sql",
        "zoco/web/locale/es/LC_MESSAGES/zoco.mo",
        "zoco/web/locale/pt_BR/LC_MESSAGES/zoco.mo",
        "zoco/web/templates/layout/bare.html",
        "zoco/web/static/vendor/htmx.min.js",
        "zoco/web/static/vendor/htmx.LICENSE.txt",
        "zoco/web/static/vendor/bootstrap.LICENSE.txt",
        f"{described}/licenses/LICENSE",
        f"{described}/licenses/THIRD_PARTY.md",
        f"{described}/entry_points.txt",
    }
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests", "release"))]


def test_sdist_holds_all_that_a_build_needs(archives: Archives) -> None:
    assert faults_of_sdist(ROOT, archives.sdist, archives.version) == []


@pytest.mark.parametrize(
    ("alter", "fault"),
    [
        (lambda name, body: None if name.endswith("zoco.mo") else body, "missing: zoco/web/locale/es"),
        (lambda name, body: body + b"//" if name.endswith("htmx.min.js") else body, "not what vendor.toml"),
        (lambda name, body: None if name.endswith("licenses/LICENSE") else body, "missing: zoco-"),
        (lambda _, body: body.replace(b"Apache-2.0", b"MIT"), "metadata: License-Expression is MIT"),
    ],
)
def test_fault_in_a_wheel_is_found(
    archives: Archives, tmp_path: Path, alter: Callable[[str, bytes], bytes | None], fault: str
) -> None:
    altered = tmp_path / archives.wheel.name
    with zipfile.ZipFile(archives.wheel) as whole, zipfile.ZipFile(altered, "w") as copy:
        for name in whole.namelist():
            if (body := alter(name, whole.read(name))) is not None:
                copy.writestr(name, body)
        copy.writestr("zoco/notes.txt", "not in the checkout")
    found = faults_of_wheel(ROOT, altered, archives.version)
    assert "not of Zoco: zoco/notes.txt" in found
    assert [text for text in found if text.startswith(fault)]


def test_built_again_it_is_the_same_to_the_byte(archives: Archives, tmp_path: Path) -> None:
    with tarfile.open(archives.sdist) as sdist:
        # Debian's 3.11 does not know the argument yet.
        sdist.extraction_filter = getattr(tarfile, "data_filter", None)
        sdist.extractall(tmp_path)
    unpacked = tmp_path / f"zoco-{archives.version}"
    again = build_archives(
        unpacked, tmp_path / "again", Release(archives.version, date(2026, 3, 2)), isolated=False
    )
    assert [path.read_bytes() for path in again] == [
        path.read_bytes() for path in (archives.sdist, archives.wheel)
    ]


def test_checksums_are_in_the_form_that_sha256sum_reads(archives: Archives, tmp_path: Path) -> None:
    sums = write_sums(tmp_path, [archives.wheel, archives.sdist])
    digest = hashlib.sha256(archives.sdist.read_bytes()).hexdigest()
    assert f"{digest}  zoco-{archives.version}.tar.gz\n" in sums.read_text()


@pytest.fixture
def installed(archives: Archives, tmp_path: Path) -> Path:
    """`zoco` of a fresh environment that has the wheel, and borrows the packages it depends on."""
    environment = tmp_path / "fresh"
    python = environment / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "-q",
            "--no-index",
            "--no-deps",
            archives.wheel,
        ],
        check=True,
    )
    [packages] = environment.glob("lib/python*/site-packages")
    # Lines of a .pth file are not followed further: the checkout's own editable install stays unseen.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("".join(f"{folder}\n" for folder in borrowed))
    where = subprocess.run(
        [python, "-c", "import zoco; print(zoco.__file__)"], check=True, capture_output=True, text=True
    )
    assert Path(where.stdout.strip()).is_relative_to(environment)
    return environment / "bin" / "zoco"


def test_wheel_alone_runs_both_programs_and_their_pages(installed: Path, tmp_path: Path) -> None:
    port, desk_port = free_port(), free_port()
    flags = ["--empty", "--port", str(port), "--desk-port", str(desk_port)]
    with started("up", *flags, folder=tmp_path, until="Ctrl-C", program=[str(installed)]):
        assert b"MLB" in body_of(f"http://127.0.0.1:{port}/sites")
        home = f"http://127.0.0.1:{desk_port}"
        page = body_of(f"{home}/").decode()
        loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        [bootstrap] = [path for path in loaded if path.endswith("vendor/bootstrap.min.css")]
        assert all(body_of(home + path) for path in loaded)
        htmx = body_of(home + bootstrap.replace("bootstrap.min.css", "htmx.min.js"))
    assert hashlib.sha256(htmx).hexdigest() == HTMX


def body_of(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body
