from __future__ import annotations

import json
import signal
import socket
import sqlite3
import stat
import urllib.request
from pathlib import Path

import pytest

from tests.cli.running_zoco import free_port, read_until, started, status_of, zoco


@pytest.fixture
def ports() -> list[str]:
    return ["--port", str(free_port()), "--desk-port", str(free_port())]


def test_up_answers_on_both_ports_and_stops_cleanly_on_ctrl_c(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C stops everything") as process:
        assert status_of(f"http://127.0.0.1:{ports[1]}/sites") == 200
        assert status_of(f"http://127.0.0.1:{ports[3]}/") == 200
        process.send_signal(signal.SIGINT)
        read_until(process, "Stopping.")
        assert process.wait(timeout=20) == 0


def test_up_keeps_its_operator_key_for_its_owner_only(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="operator key"):
        key_file = tmp_path / "zoco-data" / "operator.key"
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert len(key_file.read_text().strip()) == 64


def test_a_second_up_on_the_same_folder_is_refused(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C"):
        refused = zoco("up", "--port", str(free_port()), "--desk-port", str(free_port()), folder=tmp_path)
        assert_one_sentence(refused.stderr, "marketplace.db")
        assert refused.returncode == 1


def test_a_port_taken_is_one_plain_sentence(tmp_path: Path, ports: list[str]) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = str(holder.getsockname()[1])
        refused = zoco("up", "--port", taken, *ports[2:], folder=tmp_path)
    assert refused.returncode == 1
    assert_one_sentence(refused.stderr, f"Port {taken} on 127.0.0.1 cannot be used for the marketplace")


@pytest.mark.parametrize("command", ["up", "api", "desk", "migrate"])
def test_a_folder_that_cannot_be_written_is_one_plain_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    refused = zoco(command, "--data", "file/data", folder=tmp_path)
    assert refused.returncode == 1
    assert_one_sentence(refused.stderr, "cannot be written")


def test_a_database_newer_than_the_program_is_one_plain_sentence(tmp_path: Path, ports: list[str]) -> None:
    assert zoco("migrate", folder=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "zoco-data" / "marketplace.db") as database:
        database.execute("INSERT INTO migrations VALUES (9999, '9999_from_the_future', '')")
    database.close()
    refused = zoco("up", *ports, folder=tmp_path)
    assert refused.returncode == 1
    assert_one_sentence(refused.stderr, "newer than this program")


def test_migrate_says_what_it_did_and_then_that_nothing_is_left(tmp_path: Path) -> None:
    assert zoco("migrate", folder=tmp_path).stdout == (
        "marketplace: 0001_marketplace, 0002_notes_and_shipping\ndesk: 0001_desk\n"
    )
    assert zoco("migrate", folder=tmp_path).stdout == "marketplace: up to date\ndesk: up to date\n"


def test_dispatch_alone_needs_postgresql(tmp_path: Path) -> None:
    refused = zoco("dispatch", folder=tmp_path)
    assert refused.returncode == 1
    assert_one_sentence(refused.stderr, "needs PostgreSQL")


def test_a_token_is_printed_for_a_user_of_a_running_marketplace(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C"):
        nobody = zoco("token", "1", *ports, folder=tmp_path)
        assert nobody.returncode == 1
        assert_one_sentence(nobody.stderr, f"No token from http://127.0.0.1:{ports[1]}: ")
        user_id = a_user_at(f"http://127.0.0.1:{ports[1]}", (tmp_path / "zoco-data/operator.key").read_text())
        printed = zoco("token", str(user_id), *ports, folder=tmp_path)
    assert printed.returncode == 0
    assert printed.stdout.startswith("APP_USR-")


def test_a_token_needs_a_marketplace_that_has_run(tmp_path: Path) -> None:
    refused = zoco("token", "1", folder=tmp_path)
    assert refused.returncode == 1
    assert_one_sentence(refused.stderr, "No operator key in")


def test_doctor_finds_a_taken_port_and_says_the_rest_is_well(tmp_path: Path, ports: list[str]) -> None:
    healthy = zoco("doctor", *ports, folder=tmp_path)
    assert healthy.returncode == 0, healthy.stdout
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", int(ports[1])))
        holder.listen()
        ill = zoco("doctor", *ports, folder=tmp_path)
    assert ill.returncode == 1
    assert "wrong marketplace port" in ill.stdout
    assert ill.stdout.count("wrong") == 1


def a_user_at(address: str, key: str) -> int:
    request = urllib.request.Request(
        f"{address}/operator/users", b'{"site_id": "MLB"}', {"X-Operator-Key": key.strip()}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(json.load(answer)["id"])


def assert_one_sentence(text: str, containing: str) -> None:
    assert text.startswith("zoco: ")
    assert text.count("\n") == 1, text
    assert containing in text
