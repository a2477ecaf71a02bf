"""The recipes in deploy/ and the Containerfile: no engine and no init is needed to read them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running_zoco import free_port, started
from tests.packaging.conftest import ROOT
from zoco.cli import COMMANDS
from zoco.settings import BadSetting, Settings, load


def instructions() -> list[tuple[str, str]]:
    """`("FROM", "python:3.13-slim AS build")`, in their order."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line)]


def last_stage() -> list[tuple[str, str]]:
    everything = instructions()
    start = max(index for index, (word, _) in enumerate(everything) if word == "FROM")
    return everything[start:]


def environment_of_the_image() -> dict[str, str]:
    pairs = (pair for word, rest in last_stage() if word == "ENV" for pair in shlex.split(rest))
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def test_image_is_python_and_what_is_locked() -> None:
    assert instructions()[0] == ("ARG", "PYTHON=3.13")
    assert [rest for word, rest in instructions() if word == "FROM"] == [
        "python:${PYTHON}-slim AS build",
        "python:${PYTHON}-slim",
    ]
    installs = [
        part
        for word, rest in instructions()
        if word == "RUN"
        for part in rest.split("&&")
        if " install " in part and "pip" in part
    ]
    assert ["--require-hashes" in part or "--no-index" in part for part in installs] == [True, True]


def test_image_runs_as_nobody_special_and_holds_no_secret() -> None:
    stage = last_stage()
    assert [rest for word, rest in stage if word == "USER"] == ["10001:10001"]
    assert [rest for word, rest in stage if word == "VOLUME"] == ["/data"]
    assert [word for word, _ in stage[[word for word, _ in stage].index("USER") :] if word == "RUN"] == []
    assert set(environment_of_the_image()) == {"PATH", "PYTHONUNBUFFERED", "ZOCO_DATA", "ZOCO_HOST"}


def test_image_is_exposed_only_by_who_says_that_a_proxy_is_in_front() -> None:
    environment = environment_of_the_image()
    with pytest.raises(BadSetting, match="put a TLS proxy in front"):
        load({}, environment)
    assert load({"behind_tls_proxy": True}, environment).host == "0.0.0.0"


def test_builder_is_sent_what_the_wheel_is_built_from() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert sent == {
        "requirements.lock", "pyproject.toml", "hatch_build.py", "vendor_assets.py", "vendor.toml",
        "package.json", "package-lock.json", ".npmrc", "README.md", "LICENSE", "THIRD_PARTY.md", "src",
    }  # fmt: skip
    assert [name for name in sent if not (ROOT / name).exists()] == []


def test_health_check_asks_both_programs_whether_they_are_ready(tmp_path: Path) -> None:
    [check] = [rest for word, rest in last_stage() if word == "HEALTHCHECK"]
    command = json.loads(check[check.index("[") :])
    assert command[0] == "python"
    ports = {"ZOCO_PORT": str(free_port()), "ZOCO_DESK_PORT": str(free_port())}

    def healthy() -> bool:
        asked = subprocess.run(
            [sys.executable, *command[1:]], env=os.environ | ports, capture_output=True, check=False
        )
        return asked.returncode == 0

    assert not healthy()
    flags = ["--empty", "--port", ports["ZOCO_PORT"], "--desk-port", ports["ZOCO_DESK_PORT"]]
    with started("up", *flags, folder=tmp_path, until="Ctrl-C"):
        assert healthy()


def test_unit_starts_a_command_that_exists_with_settings_that_exist() -> None:
    text = (ROOT / "deploy" / "zoco.service").read_text(encoding="utf-8")
    unit = re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)
    value = dict(unit)
    assert (value["Type"], value["User"], value["Restart"]) == ("exec", "zoco", "on-failure")
    program, command, *flags = value["ExecStart"].split()
    assert program == "/opt/zoco/bin/zoco"
    assert command in COMMANDS
    assert flags == ["--no-sandbox"]
    environment = dict(pair.split("=") for pair in value["Environment"].split())
    assert load({"sandbox": False}, environment) == Settings(sandbox=False, data=Path("/var/lib/zoco"))
    assert value["StateDirectory"] == "zoco"


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_proxy_sends_each_name_to_its_program_and_keeps_the_owners_paths(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    market, desk = text.split("desk.example", 1)
    assert f"127.0.0.1:{Settings().port}" in market
    assert f"127.0.0.1:{Settings().desk_port}" in desk
    for path in ("operator", "sandbox"):
        assert path in market
    assert "Strict-Transport-Security" in market
