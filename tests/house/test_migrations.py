"""Old and new workers overlap: a migration adds, and takes away a release later (docs/decisions/0013)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import DESK_MIGRATIONS, MARKETPLACE_MIGRATIONS
from tests.house.migration_rules import faults, plain_indexes, previous_release
from zoco.database.migrate import read_folder

FOLDERS = {"marketplace": MARKETPLACE_MIGRATIONS, "desk": DESK_MIGRATIONS}


@pytest.mark.parametrize("part", FOLDERS)
def test_what_has_been_released_is_as_it_was(part: str) -> None:
    files = {f"{each.name}.sql": each.checksum for each in read_folder(FOLDERS[part])}
    released = previous_release().migrations[part]
    assert {name: files.get(name) for name in released} == released


@pytest.mark.parametrize("part", FOLDERS)
def test_what_is_new_leaves_the_previous_release_at_work(part: str) -> None:
    release = previous_release()
    files = read_folder(FOLDERS[part])
    plain = {index for each in files for index in plain_indexes(each.script)}
    found = {
        each.name: faults(
            each.script,
            released=release.version,
            reads_whole=release.reads_whole[part],
            deletes_from=release.deletes_from[part],
            plain=plain,
        )
        for each in files
        if f"{each.name}.sql" not in release.migrations[part]
    }
    assert {name: each for name, each in found.items() if each} == {}


GOOD = [
    "CREATE TABLE notes (id {identity}, order_id BIGINT NOT NULL, body {bytes}, CHECK (order_id > 0));",
    "CREATE TABLE a (id BIGINT PRIMARY KEY); CREATE TABLE b (a_id BIGINT NOT NULL REFERENCES a (id));",
    "CREATE TABLE a (id BIGINT PRIMARY KEY); CREATE UNIQUE INDEX a_once ON a (id);",
    "CREATE TABLE a (id BIGINT); ALTER TABLE a ADD COLUMN late BIGINT NOT NULL; ALTER TABLE a RENAME TO c;",
    "CREATE TABLE notes (order_id BIGINT REFERENCES orders (id) ON DELETE CASCADE);",
    "CREATE TABLE notes (item_id TEXT REFERENCES items (id));",
    "CREATE SEQUENCE notes_id START 7; INSERT INTO settings (name, value) VALUES ('drop table', 'x');",
    "CREATE INDEX work_due ON work (due) WHERE state = 'waiting';",
    "ALTER TABLE work ADD COLUMN note TEXT; UPDATE work SET note = 'old';",
    "alter table work\n    add column tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0);",
    "ALTER TABLE work ADD COLUMN tone TEXT CHECK (tone IN ('loud', 'not null'));",
    "ALTER TABLE work ADD COLUMN person_id BIGINT REFERENCES people (id) ON DELETE SET NULL;",
    "-- contracts 0.2.0: nobody writes notes since.\nALTER TABLE work DROP COLUMN note;",
    "-- contracts 0.1.9: unused.\nDROP TABLE notes;",
    "-- interrupts 0.2.0: its workers are stopped first.\nALTER TABLE orders ADD COLUMN note TEXT;",
]

BAD = [
    ("DROP TABLE notes;", "nothing is known of `DROP TABLE notes`"),
    ("DROP INDEX work_due;", "nothing is known of `DROP INDEX work_due`"),
    ("DELETE FROM work;", "nothing is known of `DELETE FROM work`"),
    ("CREATE TRIGGER t AFTER INSERT ON work BEGIN SELECT 1;", "nothing is known of `CREATE TRIGGER t AFTER"),
    ("ALTER TABLE work DROP COLUMN note;", "work is changed, not added to"),
    ("ALTER TABLE work RENAME TO jobs;", "work is changed, not added to"),
    ("ALTER TABLE work RENAME COLUMN due TO due_at;", "work is changed, not added to"),
    ("ALTER TABLE work ALTER COLUMN due SET NOT NULL;", "work is changed, not added to"),
    ("ALTER TABLE work ADD CONSTRAINT once UNIQUE (due);", "work is changed, not added to"),
    ("CREATE UNIQUE INDEX work_once ON work (due);", "a new rule for the rows of work"),
    ("ALTER TABLE work ADD COLUMN note TEXT NOT NULL;", "older programs do not fill note"),
    ("ALTER TABLE work ADD note TEXT NOT NULL;", "older programs do not fill note"),
    ("ALTER TABLE work ADD COLUMN n TEXT UNIQUE;", "older programs cannot make n unique"),
    ("ALTER TABLE work ADD COLUMN n BIGINT CHECK (n > due);", "older programs do not know the check of n"),
    ("ALTER TABLE work ADD COLUMN n BIGINT CHECK (n IS NOT NULL);", "older programs do not know the check"),
    (
        "ALTER TABLE work ADD COLUMN n BIGINT REFERENCES people (id);",
        "older programs cannot delete from people",
    ),
    (
        "CREATE TABLE n (id BIGINT REFERENCES orders (id));",
        "older programs cannot delete from orders any more",
    ),
    ("ALTER TABLE orders ADD COLUMN note TEXT;", "the release before reads orders whole"),
    ("-- interrupts 0.1.0: gone.\nALTER TABLE orders ADD COLUMN n TEXT;", "the release before reads orders"),
    ("-- interrupts 0.2.0: stopped.\nDROP TABLE notes;", "nothing is known of `DROP TABLE notes`"),
    ("-- contracts 0.3.0: unused.\nDROP TABLE notes;", "0.3.0 is not released: take away a release later"),
    ("-- contracts 0.2.0:\nDROP TABLE notes;", "`-- contracts` says why"),
    ("DROP TABLE a;\n-- contracts 0.2.0: too late.\n", "`-- contracts` is read at the very beginning only"),
]


@pytest.mark.parametrize("script", GOOD)
def test_what_older_programs_do_not_notice(script: str) -> None:
    assert faults(script, released="0.2.0", reads_whole=["orders"], deletes_from=["orders", "people"]) == []


@pytest.mark.parametrize(("script", "fault"), BAD)
def test_what_older_programs_would_stumble_over(script: str, fault: str) -> None:
    (said,) = faults(script, released="0.2.0", reads_whole=["orders"], deletes_from=["orders", "people"])
    assert said.startswith(fault)


@pytest.mark.parametrize(
    ("made", "fault"), [("INDEX", []), ("UNIQUE INDEX", ["nothing is known of `DROP INDEX work_due`"])]
)
def test_an_index_may_go_unless_it_was_a_rule(made: str, fault: list[str]) -> None:
    plain = plain_indexes(f"CREATE {made} work_due ON work (due);")
    assert (
        faults("DROP INDEX work_due;", released="0.2.0", reads_whole=[], deletes_from=[], plain=plain)
        == fault
    )


def test_released_files_would_not_pass_as_new_ones(tmp_path: Path) -> None:
    """The checker reads real files: everything in them is new, but for what a rebuilt table would need."""
    for folder in FOLDERS.values():
        (script,) = [each.script for each in read_folder(folder) if each.number == 1]
        assert faults(script, released="0.1.0", reads_whole=[], deletes_from=[]) == []
        assert (
            faults(script + "DROP TABLE applications;", released="0.1.0", reads_whole=[], deletes_from=[])
            != []
        )
