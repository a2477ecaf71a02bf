"""Keys that are made once and kept in the data folder, readable by their owner only."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from zoco.settings import BadSetting, Settings

_OPERATOR_KEY = "operator.key"


def operator_key(settings: Settings) -> str:
    """The key of /operator and /sandbox: as given, else as kept in `operator.key`, else made."""
    return settings.operator_key or _kept(settings.data / _OPERATOR_KEY)


def operator_key_place(settings: Settings) -> str:
    """Where somebody who may know the key finds it."""
    return "as it was set" if settings.operator_key else f"in {(settings.data / _OPERATOR_KEY).absolute()}"


def known_operator_key(settings: Settings) -> str:
    """The key of a marketplace that has run before; BadSetting when there is none."""
    if not settings.operator_key and not (settings.data / _OPERATOR_KEY).exists():
        raise BadSetting(f"No operator key in {settings.data.absolute()}: name the folder or the key.")
    return operator_key(settings)


def desk_key(settings: Settings) -> bytes:
    """The key that encrypts the desk's tokens. Keep `desk.key` apart from the database's backups."""
    return bytes.fromhex(_kept(settings.data / "desk.key"))


def _kept(path: Path) -> str:
    if not path.exists():
        _make(path)
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise BadSetting(f"The key file {path} is empty: restore it, or delete it to make a new key.")
    return key


def _make(path: Path) -> None:
    """Written aside and then named: it has its name with all that belongs in it, or not at all. Of several
    programs that start at once, the first one's is everybody's."""
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(aside, path)
    aside.unlink()


def prepare_folder(folder: Path) -> None:
    """Make the data folder; BadSetting in one sentence when it cannot be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A name of its own: several programs may start on one folder at once.
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise BadSetting(
            f"The data folder {folder.absolute()} cannot be written ({error.strerror})."
        ) from error
