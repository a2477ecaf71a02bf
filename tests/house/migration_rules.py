"""What a migration may do while a program of the release before still works on the same database."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tests.house.source_files import ROOT
from zoco.database.statements import split_script

RECORD = ROOT / "tests" / "upgrade" / "previous_release.toml"

_CONTRACTS = re.compile(r"^-- contracts (?P<release>\S+):(?P<why>.*)$", re.MULTILINE)
_INTERRUPTS = re.compile(r"^-- interrupts (?P<release>\S+): \S", re.MULTILINE)
_CREATED = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)
_ADDED = re.compile(r"ALTER TABLE (?P<table>\w+) ADD (?:COLUMN )?(?P<column>\w+) (?P<rest>.*)", re.IGNORECASE)
_INDEX = re.compile(
    r"CREATE (?P<unique>UNIQUE )?INDEX (?:IF NOT EXISTS )?(?P<name>\w+) ON (?P<table>\w+)", re.IGNORECASE
)
_DROPPED_INDEX = re.compile(r"DROP INDEX (\w+)", re.IGNORECASE)
_ALTERED = re.compile(r"ALTER TABLE (\w+)", re.IGNORECASE)
_HARMLESS = re.compile(r"CREATE SEQUENCE|INSERT INTO|UPDATE ", re.IGNORECASE)
# A reference holds up older programs' DELETE of what it refers to, unless it goes away by itself.
_REFERENCE = re.compile(r"REFERENCES (\w+)\b(?! ?\([^)]*\) ON DELETE (?:CASCADE|SET NULL))", re.IGNORECASE)
_CHECK = re.compile(r"CHECK \((.*)\)", re.IGNORECASE)
_WORDS_OF_CHECKS = {"AND", "BETWEEN", "IN", "IS", "LIKE", "NOT", "NULL", "OR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The release before: its migrations' checksums by part and file, the tables it reads whole, and those
    it deletes rows of."""

    version: str
    commit: str
    migrations: dict[str, dict[str, str]]
    reads_whole: dict[str, list[str]]
    deletes_from: dict[str, list[str]]


def previous_release() -> Release:
    record: dict[str, Any] = tomllib.loads(RECORD.read_text(encoding="utf-8"))
    return Release(**record)


def plain_indexes(script: str) -> set[str]:
    """The indexes that a file makes, but for the unique ones: without them programs are slower, not wrong."""
    found = map(_INDEX.match, map(_plain, split_script(script)))
    return {index["name"] for index in found if index is not None and not index["unique"]}


def faults(
    script: str,
    *,
    released: str,
    reads_whole: Collection[str],
    deletes_from: Collection[str],
    plain: Collection[str] = (),
) -> list[str]:
    """Why programs of the release `released` could not go on working after this; empty when they can.

    `plain` names the indexes of earlier files that are not unique.
    """
    contracts = _CONTRACTS.search(script)
    if contracts is not None:
        return _faults_of_contract(contracts, released)
    interrupts = _INTERRUPTS.search(script)
    if interrupts is not None and interrupts["release"] == released:
        reads_whole = ()
    statements = [_plain(statement) for statement in split_script(script)]
    new = {match[1].lower() for match in map(_CREATED.match, statements) if match}
    told = [
        each for each in statements if not ((drop := _DROPPED_INDEX.fullmatch(each)) and drop[1] in plain)
    ]
    held = set(deletes_from) - new
    return [fault for each in told for fault in _faults_of(each, new, reads_whole, held)]


def _faults_of_contract(contracts: re.Match[str], released: str) -> list[str]:
    if contracts.start() != 0:
        return ["`-- contracts` is read at the very beginning only"]
    if not contracts["why"].strip():
        return ["`-- contracts` says why"]
    if _numbers(contracts["release"]) > _numbers(released):
        return [f"{contracts['release']} is not released: take away a release later"]
    return []


def _faults_of(statement: str, new: set[str], reads_whole: Collection[str], held: set[str]) -> list[str]:
    if _CREATED.match(statement):
        return _faults_of_references(statement, held)
    if index := _INDEX.match(statement):
        narrows = index["unique"] and index["table"].lower() not in new
        return [f"a new rule for the rows of {index['table']}"] if narrows else []
    if altered := _ALTERED.match(statement):
        table = altered[1].lower()
        added = _ADDED.fullmatch(statement)
        if table in new:
            return []
        if added is None or added["column"].upper() == "CONSTRAINT":
            return [f"{table} is changed, not added to"]
        whole = [f"the release before reads {table} whole"] if table in reads_whole else []
        return whole + _faults_of_column(added) + _faults_of_references(statement, held)
    return [] if _HARMLESS.match(statement) else [f"nothing is known of `{statement[:40]}`"]


def _faults_of_column(added: re.Match[str]) -> list[str]:
    column, rest = added["column"], added["rest"].upper()
    faults = []
    check = _CHECK.search(rest)
    outside = _CHECK.sub("", rest)
    if "NOT NULL" in outside and "DEFAULT" not in outside:
        faults.append(f"older programs do not fill {column}")
    if "UNIQUE" in outside or "PRIMARY KEY" in outside:
        faults.append(f"older programs cannot make {column} unique")
    # What a check asks of other columns, older programs do not know.
    if check is not None:
        asked = set(re.findall(r"[A-Z_]\w*", check[1])) - _WORDS_OF_CHECKS
        if asked != {column.upper()} or "NOT NULL" in check[1]:
            faults.append(f"older programs do not know the check of {column}")
    return faults


def _faults_of_references(statement: str, held: set[str]) -> list[str]:
    referred = [match[1] for match in _REFERENCE.finditer(statement) if match[1].lower() in held]
    return [f"older programs cannot delete from {table} any more" for table in referred]


def _plain(statement: str) -> str:
    """On one line, with nothing in its quotes."""
    return re.sub(r"\s+", " ", re.sub(r"'[^']*'", "''", statement))


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in release.split("."))
