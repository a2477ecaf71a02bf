"""Writes THIRD_PARTY.md, what of others is in Zoco's wheel.

python -m release.third_party THIRD_PARTY.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from release.browser_files import BrowserPackage, browser_packages

_ROOT = Path(__file__).parent.parent
_BEGINNING = """\
# Third-party files

Zoco itself is under the Apache License 2.0 (LICENSE). Its pages load the files below, which are shipped
in the wheel under `zoco/web/static/vendor/`, each package's licence beside them.

The Python packages that Zoco needs are not in the wheel: `pip` installs them beside it, each with its own
licence. requirements.lock has their versions and checksums, the bill of materials of each release their
licences too.

`make docs` writes this page from vendor.toml and package-lock.json.
"""


def third_party(root: Path) -> str:
    """The page's text."""
    return _BEGINNING + "".join(_part(package) for package in browser_packages(root))


def _part(package: BrowserPackage) -> str:
    rows = "".join(f"| `{file.target}` | `{file.source}` | `{file.sha256}` |\n" for file in package.files)
    return (
        f"\n## {package.name} {package.version}\n\n"
        f"Licence: {package.licence}, in `{package.licence_file}`.\n\n"
        f"| file | in the npm package | SHA-256 |\n|---|---|---|\n{rows}"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(third_party(_ROOT), encoding="utf-8", newline="\n")
