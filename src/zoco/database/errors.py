"""Why a database cannot be used, or not at this moment."""

from __future__ import annotations


class DatabaseUnusable(Exception):
    """The database cannot be opened or is not this program's; its text is one sentence for a person."""


class DatabaseInUse(DatabaseUnusable):
    """Another process has the SQLite file open."""


class DatabaseUnavailable(Exception):
    """The database has too much to do, took too long, or is gone. Nothing was done; it may be tried again."""


class BackupUnusable(Exception):
    """A backup file cannot be written, read or put here; its text is one sentence for a person."""
