"""What requirements.lock pins: every package that Zoco needs at run time, with its files' checksums."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = "requirements.lock"
OURSELVES = "zoco"
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# One pin: its line with the continued ones, and the comments that say who needs it.
_PIN = re.compile(r"^(?P<pin>\w.*(?:\n    --hash.*)*)(?P<needed_by>(?:\n    #.*)*)", re.MULTILINE)


@dataclass(frozen=True)
class Locked:
    """`marker` says where it is needed: `sys_platform != "win32"`; "" for everywhere."""

    name: str
    version: str
    marker: str
    sha256: tuple[str, ...]
    # "zoco" for what pyproject.toml names.
    needed_by: tuple[str, ...]


def locked(root: Path) -> list[Locked]:
    """The pins in their order; ValueError for a line that pins no exact version."""
    text = (root / LOCK).read_text(encoding="utf-8")
    return [_locked(match["pin"], match["needed_by"]) for match in _PIN.finditer(text)]


def _locked(pin: str, needed_by: str) -> Locked:
    requirement = Requirement(_HASH.sub("", pin).replace("\\\n", "").strip())
    [specifier] = requirement.specifier
    if specifier.operator != "==":
        raise ValueError(f"no exact version: {requirement}")
    return Locked(
        name=canonicalize_name(requirement.name),
        version=specifier.version,
        marker=str(requirement.marker or ""),
        sha256=tuple(_HASH.findall(pin)),
        # "# via aiohttp", or "# via" and a line for each: "#   zoco (pyproject.toml)".
        needed_by=tuple(re.findall(r"#\s+(?:via +)?(?!via$)([\w.-]+)", needed_by, re.MULTILINE)),
    )
