"""The build step: browser files fetched and checked, message catalogues compiled."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Build backends do not put the project's folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

import vendor_assets


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs for wheel, sdist and editable installs alike."""

    def dependencies(self) -> list[str]:
        return vendor_assets.build_requires(Path(self.root))

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        vendor_assets.ensure(Path(self.root))
        vendor_assets.compile_catalogues(Path(self.root))
