"""What a running command tells: lines on stderr as wanted, metrics on their own port."""

from __future__ import annotations

import json
import signal
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running_zoco import free_port, read_until, started, status_of, zoco
from zoco.cli.metrics import Metrics
from zoco.observe import DeliveryMade, PushMade, RequestAnswered, WorkDone


@pytest.fixture
def ports() -> list[str]:
    return ["--port", str(free_port()), "--desk-port", str(free_port())]


def test_all_requests_are_told_when_asked_for(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", "--log", "all", *ports, folder=tmp_path, until="Ctrl-C") as process:
        assert status_of(f"http://127.0.0.1:{ports[1]}/sites?access_token=APP_USR-1") == 200
        line = json.loads(read_until(process, '"route":"/sites"').splitlines()[-1])
        assert (line["event"], line["program"], line["status"]) == ("request", "marketplace", 200)
        assert "access_token" not in json.dumps(line)


def test_nothing_is_told_of_what_went_well_unless_asked_for(tmp_path: Path, ports: list[str]) -> None:
    with started("up", "--empty", *ports, folder=tmp_path, until="Ctrl-C") as process:
        assert status_of(f"http://127.0.0.1:{ports[1]}/health") == 200
        assert status_of(f"http://127.0.0.1:{ports[3]}/ready") == 200
        process.send_signal(signal.SIGINT)
        assert read_until(process, "Stopping.") == "Stopping.\n"


@pytest.mark.parametrize("log", ["none", "errors"])
def test_fault_that_ends_the_program_is_a_line_without_its_text(
    tmp_path: Path, ports: list[str], log: str
) -> None:
    assert zoco("migrate", folder=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "zoco-data" / "marketplace.db")) as database:
        database.execute("ALTER TABLE migrations RENAME COLUMN checksum TO hush")
    ended = zoco("up", "--log", log, *ports, folder=tmp_path)
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["error"]) == ("trouble", "critical", "OperationalError")
    assert "checksum" not in line


def test_metrics_have_a_port_of_their_own(tmp_path: Path, ports: list[str]) -> None:
    port = free_port()
    metrics = ["--metrics-port", str(port)]
    with started("up", "--empty", *metrics, *ports, folder=tmp_path, until="Ctrl-C"):
        assert status_of(f"http://127.0.0.1:{ports[1]}/sites/MLB") == 200
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    one = (
        'zoco_request_seconds_count{method="GET",program="marketplace",route="/sites/{site_id}",status="200"}'
    )
    assert f"{one} 1.0" in text
    assert "zoco_feed_pending 0.0" in text
    assert "zoco_feed_oldest_seconds 0.0" in text
    assert "zoco_desk_work_waiting 0.0" in text
    assert "zoco_desk_work_oldest_seconds 0.0" in text


def test_each_event_moves_its_number() -> None:
    metrics = Metrics()
    request = RequestAnswered(program="desk", method="GET", route="/orders", status=200, ms=20.0)
    metrics(request)
    metrics(request)
    metrics(
        DeliveryMade(
            notification="0" * 24, application=1, user=2, topic="orders", resource="/orders/1",
            attempts=0, outcome="timed_out", state="pending", ms=20_000,
        )
    )  # fmt: skip
    metrics(WorkDone(store=1, kind="order", resource="/orders/1", outcome="hidden", attempts=0, ms=5.0))
    metrics(PushMade(store=1, listing=1, outcome="written", ms=5.0))

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    page = {"program": "desk", "method": "GET", "route": "/orders", "status": "200"}
    assert value("zoco_request_seconds_count", **page) == 2
    assert value("zoco_request_seconds_sum", **page) == 0.04
    assert value("zoco_request_seconds_bucket", **page, le="0.01") == 0
    assert value("zoco_request_seconds_bucket", **page, le="0.025") == 2
    assert value("zoco_delivery_seconds_sum", outcome="timed_out") == 20
    assert value("zoco_desk_work_seconds_count", kind="order", outcome="hidden") == 1
    assert value("zoco_desk_pushes_total", outcome="written") == 1
