"""Why a database cannot be used."""

from __future__ import annotations


class DatabaseUnusable(Exception):
    """The database cannot be opened or is not this program's; its text is one sentence for a person."""


class BackupUnusable(Exception):
    """A backup file cannot be written, read or put here; its text is one sentence for a person."""
