"""The backup file: a zip of one JSON line per row, the same from both engines, and a manifest.

manifest.json               program, moment, migrations, sequences, checksums
marketplace/orders.jsonl    [2000000000001001, "MLB", …]
desk/inbox.jsonl
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from zoco.database.errors import BackupUnusable, DatabaseUnusable
from zoco.database.migrate import UNFINISHED
from zoco.database.snapshots import Cut, Snapshot

_FORMAT = 1
_MANIFEST = "manifest.json"
_PIECE_BYTES = 1_048_576
# Kept in the manifest: a restore makes them anew.
_MIGRATIONS_TABLE = "migrations"

# What reading a zip raises when a byte of it is wrong: its own error, or what the byte led to.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
    struct.error,
    msgspec.MsgspecError,
)


class AppliedMigration(msgspec.Struct, frozen=True):
    number: int
    name: str
    checksum: str


class Table(msgspec.Struct, frozen=True):
    columns: Sequence[str]
    row_count: int
    sha256: str


class Part(msgspec.Struct, frozen=True):
    """One of the two databases."""

    engine: str
    migrations: Sequence[AppliedMigration]
    sequences: Mapping[str, int]
    identities: Mapping[str, int]
    tables: Mapping[str, Table]


class _Format(msgspec.Struct, frozen=True):
    format: int


class Manifest(_Format, frozen=True):
    program: str
    date_created: datetime
    parts: Mapping[str, Part]


class Backup:
    """An open backup file whose every byte has been checked. `identity` is that of what it holds."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self.identity = hashlib.sha256(archive.read(_MANIFEST)).hexdigest()
        self._archive = archive

    def rows(self, part: str, table: str) -> Iterator[Sequence[Any]]:
        with self._archive.open(_entry(part, table)) as lines:
            for line in lines:
                yield json.loads(line, object_hook=_bytes_from)


async def write_backup(path: Path, moment: Cut, *, program: str, now: datetime) -> Manifest:
    """Write the file beside its name and give it the name when it is whole; nothing is overwritten."""
    with (
        _new_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        parts = {
            "marketplace": await _write_part(archive, "marketplace", moment.marketplace),
            "desk": await _write_part(archive, "desk", moment.desk),
        }
        manifest = Manifest(_FORMAT, program, now, parts)
        archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


async def _write_part(archive: zipfile.ZipFile, name: str, snapshot: Snapshot) -> Part:
    tables = await snapshot.tables()
    if _MIGRATIONS_TABLE not in tables:
        raise DatabaseUnusable(f"There is nothing to back up: the {name}'s database has never been used.")
    columns = await snapshot.columns(_MIGRATIONS_TABLE)
    applied = [dict(zip(columns, row, strict=True)) async for row in snapshot.rows(_MIGRATIONS_TABLE)]
    if any(row["number"] == UNFINISHED for row in applied):
        raise DatabaseUnusable(
            f"A restore into the {name}'s database was interrupted, so there is nothing whole to back up: "
            "run `zoco restore` with the same file again."
        )
    return Part(
        engine=snapshot.engine,
        migrations=msgspec.convert(sorted(applied, key=lambda row: row["number"]), list[AppliedMigration]),
        sequences=await snapshot.sequences(),
        identities=await snapshot.identities(),
        tables={
            table: await _write_table(archive, name, snapshot, table)
            for table in tables
            if table != _MIGRATIONS_TABLE
        },
    )


async def _write_table(archive: zipfile.ZipFile, part: str, snapshot: Snapshot, table: str) -> Table:
    checksum = hashlib.sha256()
    row_count = 0
    with archive.open(_entry(part, table), "w", force_zip64=True) as entry:
        async for row in snapshot.rows(table):
            line = json.dumps(row, default=_bytes_as_text, separators=(",", ":")).encode() + b"\n"
            checksum.update(line)
            entry.write(line)
            row_count += 1
    return Table(await snapshot.columns(table), row_count, checksum.hexdigest())


@contextlib.contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """The file, checked from its first byte to its last before anything is done with it."""
    if not path.is_file():
        raise BackupUnusable(f"There is no backup file {path}.")
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            manifest = _read_manifest(archive)
            intact = all(
                _is_intact(archive, _entry(part, name), table)
                for part, each in manifest.parts.items()
                for name, table in each.tables.items()
            )
        except OSError as error:
            raise BackupUnusable(f"The backup file {path} cannot be read: {error}.") from error
        except _DAMAGE as error:
            raise BackupUnusable(f"The file {path} is damaged, or is no backup of Zoco.") from error
        if not intact:
            raise BackupUnusable(f"The file {path} is damaged, or is no backup of Zoco.")
        yield Backup(archive, manifest)


def _read_manifest(archive: zipfile.ZipFile) -> Manifest:
    content = archive.read(_MANIFEST)
    if msgspec.json.decode(content, type=_Format).format != _FORMAT:
        raise BackupUnusable("The backup file was made by a newer Zoco; use that one.")
    manifest = msgspec.json.decode(content, type=Manifest)
    if set(manifest.parts) != {"marketplace", "desk"}:
        raise KeyError(*manifest.parts)
    return manifest


def _is_intact(archive: zipfile.ZipFile, entry: str, table: Table) -> bool:
    checksum = hashlib.sha256()
    with archive.open(entry) as content:
        while piece := content.read(_PIECE_BYTES):
            checksum.update(piece)
    return checksum.hexdigest() == table.sha256


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file for its owner only, as it holds people's data; on the disk before it has its name."""
    if path.exists():
        raise BackupUnusable(f"There is a file {path} already: name another one.")
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".partial")
    except OSError as error:
        raise BackupUnusable(f"The file {path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.rename(name, path)
    except OSError as error:
        raise BackupUnusable(f"The file {path} cannot be written: {error.strerror}.") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _entry(part: str, table: str) -> str:
    return f"{part}/{table}.jsonl"


def _bytes_as_text(value: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(value).decode("ascii")}


def _bytes_from(value: dict[str, str]) -> bytes:
    return base64.b64decode(value["base64"])
