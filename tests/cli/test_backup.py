"""`zoco backup` beside a real `zoco up` that is being bought from, and `zoco restore` of what it wrote."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import sqlite3
import stat
import subprocess
import sys
import urllib.request
import zipfile
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.cli.running_zoco import free_port, started, status_of, zoco
from tests.fresh_databases import PostgresServer
from zoco.client import Client
from zoco.client.errors import BadRequest, Conflict
from zoco.client.operator import Operator

BACKUPS = 3
RESTORES_KILLED = 8


class Crowd:
    """Buyers who buy and pay as fast as they are answered, and the orders they were told of."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address = address
        self._folder = folder
        self._enough = False
        self.order_ids: list[int] = []
        self.arrived = asyncio.Event()

    async def buy_until_told(self) -> None:
        key = (self._folder / "operator.key").read_text().strip()
        async with AsyncExitStack() as stack:
            operator = await stack.enter_async_context(Operator(self._address, key))
            shopping = []
            for site_id in ("MLA", "MLM"):
                goods = ids(self._folder, f"SELECT id FROM items WHERE site_id = '{site_id}'")
                of_site = f"SELECT id FROM users WHERE site_id = '{site_id}'"
                for user_id in ids(self._folder, f"{of_site} AND id NOT IN (SELECT seller_id FROM items)"):
                    token = (await operator.issue_token(user_id)).access_token
                    buyer = await stack.enter_async_context(Client(self._address, tokens=token))
                    shopping.append(self._shop(buyer, goods))
            await asyncio.gather(*shopping)

    async def _shop(self, buyer: Client, goods: list[Any]) -> None:
        while not self._enough:
            for item_id in goods:
                try:
                    order = await buyer.orders.place(item_id=item_id, quantity=1)
                    self.order_ids.append(order.id)
                    await buyer.orders.pay(order.id, payment_method_id="visa", cardholder_name="APRO")
                except (BadRequest, Conflict):
                    continue  # sold out
                self.arrived.set()

    def go_home(self) -> None:
        self._enough = True


@pytest.fixture
def ports() -> list[str]:
    return ["--port", str(free_port()), "--desk-port", str(free_port())]


async def test_a_backup_while_people_buy_holds_both_databases_at_one_moment(
    tmp_path: Path, ports: list[str]
) -> None:
    answered = []
    with started("up", "--demo", *ports, folder=tmp_path, until="Ctrl-C"):
        crowd = Crowd(f"http://127.0.0.1:{ports[1]}", tmp_path / "zoco-data")
        buying = asyncio.create_task(crowd.buy_until_told())
        await asyncio.wait(
            [buying, asyncio.create_task(crowd.arrived.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        if not crowd.arrived.is_set():
            await buying  # it says why nobody came
        for number in range(BACKUPS):
            answered.append(list(crowd.order_ids))
            made = await asyncio.to_thread(zoco, "backup", f"{number}.zip", folder=tmp_path)
            assert made.returncode == 0, made.stderr
        crowd.go_home()
        await buying

    for number in range(BACKUPS):
        restored = await asyncio.to_thread(
            zoco, "restore", f"{number}.zip", "--data", f"new-{number}", folder=tmp_path
        )
        assert restored.returncode == 0, restored.stderr
        new = tmp_path / f"new-{number}"
        orders = set(ids(new, "SELECT id FROM orders"))
        assert orders >= set(answered[number])
        at_desk = ids(new, "SELECT order_id FROM orders", desk=True)
        assert at_desk
        assert orders >= set(at_desk)
        acknowledged = ids(new, "SELECT id FROM notifications WHERE state = 'acknowledged'")
        assert acknowledged
        assert set(ids(new, "SELECT message_id FROM inbox", desk=True)) >= set(acknowledged)
    assert len(answered[-1]) > len(answered[0])


def test_a_restored_world_goes_on_with_its_keys(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C"):
        first = new_user(ports, tmp_path / "zoco-data")
        said = zoco("backup", "copy.zip", folder=tmp_path).stdout
    assert f"does not hold desk.key and operator.key of {tmp_path / 'zoco-data'}" in said
    assert stat.S_IMODE((tmp_path / "copy.zip").stat().st_mode) == 0o600

    missed = zoco("restore", "copy.zip", "--data", "new", folder=tmp_path).stdout
    assert f"There is no desk.key in {tmp_path / 'new'}: put it back before you start" in missed
    for key in ("desk.key", "operator.key"):
        shutil.copy(tmp_path / "zoco-data" / key, tmp_path / "new" / key)
    with started("up", "--data", "new", *ports, folder=tmp_path, until="Ctrl-C"):
        assert status_of(f"http://127.0.0.1:{ports[1]}/users/{first}") == 200
        assert new_user(ports, tmp_path / "new") == first + 1


def test_no_key_is_in_the_file(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C"):
        assert zoco("backup", "copy.zip", folder=tmp_path).returncode == 0
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    for name in ("desk.key", "operator.key"):
        assert (tmp_path / "zoco-data" / name).read_text().strip().encode() not in content


def test_a_sqlite_world_moves_to_postgresql(tmp_path: Path, postgres_server: PostgresServer) -> None:
    urls = [asyncio.run(postgres_server.create()) for _ in range(2)]
    target = ["--database-url", urls[0], "--desk-database-url", urls[1]]
    assert zoco("migrate", folder=tmp_path).returncode == 0
    assert zoco("backup", "copy.zip", folder=tmp_path).returncode == 0
    moved = zoco("restore", "copy.zip", *target, folder=tmp_path)
    assert moved.returncode == 0, moved.stderr
    assert zoco("migrate", *target, folder=tmp_path).stdout == "marketplace: up to date\ndesk: up to date\n"
    said = zoco("backup", "back.zip", *target, folder=tmp_path).stdout
    assert said.startswith("marketplace: 0 rows (postgresql)\ndesk: 0 rows (postgresql)\n")
    for url in urls:
        asyncio.run(postgres_server.drop(url))


def test_what_cannot_be_backed_up_is_one_sentence_and_leaves_no_file(tmp_path: Path) -> None:
    assert_refused(zoco("backup", "copy.zip", folder=tmp_path).stderr, "There is no database")
    assert zoco("migrate", folder=tmp_path).returncode == 0
    assert_refused(zoco("backup", "nowhere/copy.zip", folder=tmp_path).stderr, "cannot be written")
    (tmp_path / "copy.zip").write_text("mine")
    assert_refused(zoco("backup", "copy.zip", folder=tmp_path).stderr, "already: name another one")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy.zip", "zoco-data"]
    assert (tmp_path / "copy.zip").read_text() == "mine"


def test_what_cannot_be_restored_is_one_sentence_and_makes_no_folder(tmp_path: Path) -> None:
    assert_refused(zoco("restore", "copy.zip", folder=tmp_path).stderr, "There is no backup file copy.zip")
    (tmp_path / "copy.zip").write_text("a poem")
    assert_refused(
        zoco("restore", "copy.zip", folder=tmp_path).stderr, "copy.zip is damaged, or is no backup"
    )
    assert not (tmp_path / "zoco-data").exists()


def test_a_restore_into_a_world_or_beside_a_running_server_is_refused(
    tmp_path: Path, ports: list[str]
) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C"):
        user_id = new_user(ports, tmp_path / "zoco-data")
        assert zoco("backup", "copy.zip", folder=tmp_path).returncode == 0
        assert_refused(zoco("restore", "copy.zip", folder=tmp_path).stderr, "in use by another process")
    assert_refused(zoco("restore", "copy.zip", folder=tmp_path).stderr, "a restore wipes nothing")
    assert user_id in ids(tmp_path / "zoco-data", "SELECT id FROM users")


def test_a_desk_that_is_not_empty_keeps_the_marketplace_empty(tmp_path: Path) -> None:
    assert zoco("migrate", folder=tmp_path).returncode == 0
    assert zoco("backup", "copy.zip", folder=tmp_path).returncode == 0
    (tmp_path / "zoco-data" / "marketplace.db").unlink()
    refused = zoco("restore", "copy.zip", folder=tmp_path).stderr
    assert_refused(refused, "The desk's database is not empty")
    assert ids(tmp_path / "zoco-data", "SELECT name FROM sqlite_master") == []


def test_a_restore_is_killed_until_it_is_done(tmp_path: Path, ports: list[str]) -> None:
    """A real one, at moments by chance; programs do not start on what it leaves before it is whole."""
    seed = secrets.randbelow(1_000_000)
    sys.stdout.write(f"seed {seed}\n")
    chance = Random(seed)
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C"):
        user_ids = [new_user(ports, tmp_path / "zoco-data") for _ in range(3)]
        assert zoco("backup", "copy.zip", folder=tmp_path).returncode == 0
    done = False
    for _ in range(RESTORES_KILLED):
        restoring = subprocess.Popen(
            [sys.executable, "-m", "zoco.cli", "restore", "copy.zip", "--data", "new"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with suppress(subprocess.TimeoutExpired):
            restoring.wait(timeout=chance.uniform(0.3, 0.9))
        restoring.kill()
        said = restoring.communicate()[0].decode()
        done = restoring.returncode == 0 or "a restore wipes nothing" in said
        if done:
            break
    if not done:
        assert zoco("restore", "copy.zip", "--data", "new", folder=tmp_path).returncode == 0
    assert zoco("migrate", "--data", "new", folder=tmp_path).returncode == 0
    assert set(ids(tmp_path / "new", "SELECT id FROM users")) >= set(user_ids)


def ids(folder: Path, sql: str, *, desk: bool = False) -> list[Any]:
    with closing(sqlite3.connect(folder / ("desk.db" if desk else "marketplace.db"))) as database:
        return [row[0] for row in database.execute(sql)]


def new_user(ports: list[str], folder: Path) -> int:
    key = (folder / "operator.key").read_text().strip()
    request = urllib.request.Request(
        f"http://127.0.0.1:{ports[1]}/operator/users", b'{"site_id": "MLB"}', {"X-Operator-Key": key}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(json.load(answer)["id"])


def assert_refused(said: str, containing: str) -> None:
    assert said.startswith("zoco: ")
    assert said.count("\n") == 1, said
    assert containing in said
