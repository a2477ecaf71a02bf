"""`zoco doctor`: one line for each thing it looks at, and status 1 when one of them is wrong."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from tests.cli.running_zoco import free_port, started, zoco
from tests.fresh_databases import FreshDatabases
from zoco.cli import checkup
from zoco.cli.checkup import Unwell
from zoco.cli.parts import DESK_MIGRATIONS
from zoco.database.errors import DatabaseInUse

VENDOR = Path(str(files("zoco.web") / "static" / "vendor"))
NOBODY = ("127.0.0.1", 1)


@pytest.fixture
def ports() -> list[str]:
    return ["--port", str(free_port()), "--desk-port", str(free_port())]


def lines(said: str) -> dict[str, str]:
    """`{"marketplace port": "ok 8080 is free"}`"""
    parts = (line.partition(": ") for line in said.splitlines())
    return {head[6:]: f"{head[:5].strip()} {rest}" for head, _, rest in parts}


def test_a_healthy_machine_is_told_line_by_line(tmp_path: Path, ports: list[str]) -> None:
    healthy = zoco("doctor", *ports, folder=tmp_path)
    assert healthy.returncode == 0, healthy.stdout
    told = lines(healthy.stdout)
    assert list(told) == [
        "python",
        "sqlite",
        "browser files",
        "data folder",
        "disk",
        "private files",
        "clock",
        "marketplace port",
        "desk port",
        "marketplace database",
        "desk database",
    ]
    assert told["browser files"] == "ok 5, as they were published"
    assert told["marketplace port"] == f"ok {ports[1]} is free"
    assert told["desk database"].startswith("ok to be migrated at the next start: 0001_desk")


def test_beside_the_running_programs_all_is_well(tmp_path: Path, ports: list[str]) -> None:
    metrics = ["--metrics-port", str(free_port())]
    with started("up", "--empty", *ports, *metrics, folder=tmp_path, until="Ctrl-C"):
        looked = zoco("doctor", *ports, *metrics, folder=tmp_path)
    assert looked.returncode == 0, looked.stdout
    told = lines(looked.stdout)
    assert told["marketplace port"] == f"ok {ports[1]}, where a running Zoco is ready"
    assert told["metrics port"] == f"ok {metrics[1]}, where metrics are served"
    assert told["marketplace database"] == "ok open in the running Zoco"
    assert told["desk database"] == "ok open in the running Zoco"
    assert told["private files"].endswith(", for their owner only")


def test_each_fault_of_a_folder_is_told_in_a_line_of_its_own(tmp_path: Path, ports: list[str]) -> None:
    assert zoco("migrate", folder=tmp_path).returncode == 0
    data = tmp_path / "zoco-data"
    (data / "desk.key").write_text("0" * 64)
    (data / "desk.key").chmod(0o640)
    with sqlite3.connect(data / "marketplace.db") as newer:
        newer.execute("INSERT INTO migrations VALUES (9999, '9999_from_the_future', '')")
        newer.execute("INSERT INTO migration_contracts (number, needs_release) VALUES (9999, '99.0.0')")
    newer.close()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).timestamp()
    os.utime(data / "desk.db", (tomorrow, tomorrow))
    ill = zoco("doctor", *ports, folder=tmp_path)
    assert ill.returncode == 1
    told = {name: line for name, line in lines(ill.stdout).items() if line.startswith("wrong")}
    assert list(told) == ["private files", "clock", "marketplace database"]
    assert told["private files"] == f"wrong Others may read desk.key in {data}: chmod 600 them."
    assert "desk.db was written at" in told["clock"]
    assert "newer than this program" in told["marketplace database"]


def test_port_held_by_somebody_else_is_wrong() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        number = holder.getsockname()[1]
        # Bound and not listening: who calls is refused at once, and need not be waited for.
        with pytest.raises(Unwell, match=f"Port {number} on 127.0.0.1 cannot be used"):
            checkup.port("127.0.0.1", number)


def test_altered_or_missing_browser_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(VENDOR, folder)
    (folder / "htmx.min.js").write_text("alert(1)")
    (folder / "htmx.LICENSE.txt").unlink()
    with pytest.raises(Unwell, match=r"Missing or altered: htmx\.min\.js, htmx\.LICENSE\.txt; reinstall"):
        checkup.browser_files(folder)
    with pytest.raises(Unwell, match="The browser files are missing: reinstall"):
        checkup.browser_files(tmp_path / "nowhere")


def test_full_disk_is_told_even_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    with pytest.raises(Unwell, match=r"Only \d+ MB are free at .*/later/zoco-data: make room\."):
        checkup.disk(tmp_path / "later" / "zoco-data", 10**18)
    assert checkup.disk(tmp_path, 1).endswith(" GB free")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_clock_of_the_database_server_is_compared(empty_database_url: str) -> None:
    now = datetime.now(UTC)
    told = await checkup.database(empty_database_url, DESK_MIGRATIONS, now, NOBODY)
    assert told.startswith("to be migrated at the next start: 0001_desk")
    with pytest.raises(Unwell, match="The database server's clock says"):
        await checkup.database(empty_database_url, DESK_MIGRATIONS, now - timedelta(hours=1), NOBODY)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_database_held_by_a_process_that_does_not_answer_is_wrong(
    fresh_databases: FreshDatabases,
) -> None:
    url = await fresh_databases.create()
    with sqlite3.connect(f"{url.removeprefix('sqlite:///')}.lock", isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseInUse):
            await checkup.database(url, DESK_MIGRATIONS, datetime.now(UTC), NOBODY)
    holder.close()
