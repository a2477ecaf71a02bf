"""What a start waits for."""

from __future__ import annotations

import subprocess
import sys

import pytest

_LOADED_BY_UP = "import sys; from zoco.cli import up; up.run; print(*sys.modules)"


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that are there when `zoco up` begins to work."""
    started = subprocess.run(
        [sys.executable, "-c", _LOADED_BY_UP], capture_output=True, text=True, check=True, timeout=60
    )
    return set(started.stdout.split())


@pytest.mark.parametrize(
    "unneeded",
    [
        "aiohttp.client",  # nobody has called a marketplace
        "asyncpg",  # PostgreSQL is another engine
        "jinja2.environment",  # nobody has opened a page
        "babel",
        "prometheus_client",  # nobody measures
        "zoco.sandbox.demo_people",  # nobody asked for the demo
        "zoco.database.backup_file",  # another command
    ],
)
def test_a_start_does_not_wait_for_what_it_does_not_need(loaded: set[str], unneeded: str) -> None:
    assert unneeded not in loaded


def test_a_start_has_what_it_needs(loaded: set[str]) -> None:
    assert {"zoco.api.app", "zoco.desk.app", "zoco.database.sqlite", "uvicorn"} <= loaded
