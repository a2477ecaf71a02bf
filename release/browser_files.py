"""The npm packages whose files Zoco ships: vendor.toml says which files, package-lock.json which version."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

import vendor_assets
from vendor_assets import VendorFile


@dataclass(frozen=True)
class BrowserPackage:
    name: str
    version: str
    licence: str
    licence_file: str
    files: tuple[VendorFile, ...]


def browser_packages(root: Path) -> list[BrowserPackage]:
    """Each package of vendor.toml; KeyError when a file's package is not described there."""
    described = tomllib.loads((root / "vendor.toml").read_text(encoding="utf-8"))["package"]
    locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    files: dict[str, list[VendorFile]] = {entry["name"]: [] for entry in described}
    for file in vendor_assets.listed(root):
        files[_package_of(file)].append(file)
    return [
        BrowserPackage(
            name=entry["name"],
            version=locked[f"node_modules/{entry['name']}"]["version"],
            licence=entry["licence"],
            licence_file=entry["licence_file"],
            files=tuple(files[entry["name"]]),
        )
        for entry in described
    ]


def _package_of(file: VendorFile) -> str:
    parts = file.source.split("/")
    return "/".join(parts[:2]) if file.source.startswith("@") else parts[0]
