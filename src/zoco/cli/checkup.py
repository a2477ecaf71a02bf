"""What `zoco doctor` looks at. Each look answers with what is well, or raises `Unwell` with one sentence."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
from datetime import UTC, datetime, timedelta
from importlib.resources.abc import Traversable
from pathlib import Path

from zoco.cli.serving import PortTaken, bind
from zoco.database import open_database
from zoco.database.errors import DatabaseInUse
from zoco.database.migrate import migrations_pending
from zoco.database.transaction import Transaction

# SQLite's log alone may grow to some megabytes, a backup to the size of the databases.
FREE_BYTES_MIN = 500 * 1000 * 1000
_CLOCK_SLACK = timedelta(minutes=5)
_ANSWER_SECONDS_MAX = 3.0
_FOR_OTHERS = 0o077


class Unwell(Exception):
    """Something is wrong; the text is one plain sentence with the remedy."""


def browser_files(folder: Traversable) -> str:
    """Those that the build fetched, compared with the checksums that it wrote beside them."""
    sums = folder / "SHA256SUMS"
    remedy = "reinstall Zoco, or in a checkout run: python vendor_assets.py"
    if not sums.is_file():
        raise Unwell(f"The browser files are missing: {remedy}.")
    pairs = [line.split("  ", 1) for line in sums.read_text(encoding="ascii").splitlines()]
    wrong = [name for digest, name in pairs if _sha256(folder / name) != digest]
    if wrong:
        raise Unwell(f"Missing or altered: {', '.join(wrong)}; {remedy}.")
    return f"{len(pairs)}, as they were published"


def _sha256(file: Traversable) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def disk(folder: Path, bytes_min: int) -> str:
    free = shutil.disk_usage(_existing(folder)).free
    if free < bytes_min:
        raise Unwell(f"Only {free // 1_000_000} MB are free at {folder.absolute()}: make room.")
    return f"{free / 1_000_000_000:.1f} GB free"


def _existing(folder: Path) -> Path:
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())


def private_files(folder: Path) -> str:
    """Keys and databases: nobody but their owner may read them."""
    if os.name != "posix":
        return "not looked at on this system"
    found = sorted(path for kind in ("*.key", "*.db", "*.db-wal") for path in folder.glob(kind))
    open_to_others = [path.name for path in found if path.stat().st_mode & _FOR_OTHERS]
    if open_to_others:
        raise Unwell(f"Others may read {', '.join(open_to_others)} in {folder.absolute()}: chmod 600 them.")
    return f"{len(found)}, for their owner only"


def clock(now: datetime, folder: Path) -> str:
    """A file written in the future shows that the clock was put back, or was never right."""
    newest = max([Path(__file__), *folder.glob("*")], key=lambda path: path.stat().st_mtime)
    written = datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    if written > now + _CLOCK_SLACK:
        raise Unwell(
            f"It is {now:%Y-%m-%d %H:%M} UTC here, but {newest} was written at {written:%Y-%m-%d %H:%M}: "
            "set the clock."
        )
    return f"{now:%Y-%m-%d %H:%M} UTC"


def port(host: str, number: int) -> str:
    """Free, or held by a program of ours that is ready."""
    try:
        bind(host, number, "Zoco").close()
    except PortTaken as taken:
        answer = _asked_for_ready(host, number)
        if answer is None:
            raise Unwell(str(taken)) from taken
        if answer != 200:
            raise Unwell(f"A running Zoco holds port {number} and is not ready: look at its log.") from taken
        return f"{number}, where a running Zoco is ready"
    return f"{number} is free"


def metrics_port(number: int) -> str:
    """Free, or held by somebody who serves metrics there."""
    try:
        bind("127.0.0.1", number, "the metrics").close()
    except PortTaken as taken:
        if _asked("127.0.0.1", number, "/metrics")[0] != 200:
            raise Unwell(str(taken)) from taken
        return f"{number}, where metrics are served"
    return f"{number} is free"


async def database(url: str, migrations: Traversable, now: datetime, held_by: tuple[str, int]) -> str:
    """Opened as the program would; a SQLite file may be held by the program at the given port."""
    try:
        return await _schema(url, migrations, now)
    except DatabaseInUse:
        if _asked_for_ready(*held_by) != 200:
            raise
        return "open in the running Zoco"


async def _schema(url: str, migrations: Traversable, now: datetime) -> str:
    opened = await open_database(url)
    try:
        if opened.engine == "postgresql":
            await opened.read(lambda tx: _compare_clocks(tx, now))
        pending = await migrations_pending(opened, migrations)
    finally:
        await opened.close()
    return f"to be migrated at the next start: {', '.join(pending)}" if pending else "up to date"


async def _compare_clocks(tx: Transaction, now: datetime) -> None:
    row = await tx.one("SELECT now() AS moment")
    if row is not None and abs(row["moment"] - now) > _CLOCK_SLACK:
        raise Unwell(f"The database server's clock says {row['moment']:%Y-%m-%d %H:%M} UTC: set the clocks.")


def _asked_for_ready(host: str, number: int) -> int | None:
    """The status of `/ready` if it is Zoco that answers there."""
    status, body = _asked(host, number, "/ready")
    return status if body in (b'{"status":"ok"}', b'{"status":"not ready"}') else None


def _asked(host: str, number: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, number, timeout=_ANSWER_SECONDS_MAX)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
