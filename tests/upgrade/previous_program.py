"""The program that came before, out of the project's own history, and one that comes after."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

from tests.house.migration_rules import Release
from tests.house.source_files import ROOT
from zoco.database.migrate import read_folder

# Not in the history: the browser's files and the compiled catalogues, which the package's build makes.
_MADE = ("src/zoco/web/static/vendor", "src/zoco/web/locale")


class NoHistory(Exception):
    """The release's commit cannot be had here; the text is one plain sentence."""


def unpack(release: Release, folder: Path) -> Path:
    """The release's `src`, ready to be run with `PYTHONPATH`."""
    try:
        archive = subprocess.run(
            ["git", "archive", "--format=zip", release.commit, "src"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoHistory(
            f"The release {release.version} ({release.commit[:7]}) is not in the history here: "
            "this test needs git and a full clone."
        ) from error
    with zipfile.ZipFile(BytesIO(archive.stdout)) as files:
        files.extractall(folder)
    for made in _MADE:
        shutil.copytree(ROOT / made, folder / made, dirs_exist_ok=True)
    return folder / "src"


def with_one_migration_more(folder: Path) -> Path:
    """This program's `src` as it might be in the next release: with a migration that obeys the rules."""
    source = folder / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    for migrations, script in LATER.items():
        number = len(read_folder(source / migrations)) + 1
        (source / migrations / f"{number:04}_later.sql").write_text(script)
    return source


LATER = {
    "zoco/storage/migrations": """
        CREATE TABLE later_remarks (
            order_id BIGINT REFERENCES orders (id) ON DELETE CASCADE, remark TEXT NOT NULL
        );
        ALTER TABLE notifications ADD COLUMN later_weight BIGINT NOT NULL DEFAULT 7;
        CREATE INDEX later_weights ON notifications (later_weight);
    """,
    "zoco/desk/records/migrations": """
        CREATE TABLE later_remarks (id {identity}, remark TEXT NOT NULL);
        ALTER TABLE work ADD COLUMN later_word TEXT;
        UPDATE work SET later_word = 'old';
    """,
}
