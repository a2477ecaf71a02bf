"""The `zoco` command: the only place that knows every part of the house."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from zoco.cli.serving import PortTaken
from zoco.database.errors import BackupUnusable, DatabaseUnusable
from zoco.deferred import deferred
from zoco.settings import BadSetting, Settings, load

if TYPE_CHECKING:
    from zoco.cli import api, backup, desk, dispatch, doctor, migrate, restore, token, up
else:
    api, backup, desk = deferred("zoco.cli.api"), deferred("zoco.cli.backup"), deferred("zoco.cli.desk")
    dispatch, doctor = deferred("zoco.cli.dispatch"), deferred("zoco.cli.doctor")
    migrate, restore = deferred("zoco.cli.migrate"), deferred("zoco.cli.restore")
    token, up = deferred("zoco.cli.token"), deferred("zoco.cli.up")


class Command(Protocol):
    """What each command's module offers; its docstring is its help."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, settings: Settings, arguments: dict[str, Any]) -> int: ...


COMMANDS: dict[str, Command] = {
    "up": up,
    "api": api,
    "dispatch": dispatch,
    "desk": desk,
    "migrate": migrate,
    "backup": backup,
    "restore": restore,
    "token": token,
    "doctor": doctor,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what a person can mend is said in one sentence, with exit status 1."""
    words = sys.argv[1:] if arguments is None else arguments
    # A parser of all commands loads all of them: only who asks for the list has to wait for that.
    named = {name: command for name, command in COMMANDS.items() if name in words[:1]}
    # What is loaded stays to the end: the collector need not look at it, neither here nor later.
    gc.disable()
    parser = _parser(named or COMMANDS)
    gc.freeze()
    gc.enable()
    given = vars(parser.parse_args(words))
    command = COMMANDS[given.pop("command")]
    config = given.pop("config") or os.environ.get("ZOCO_CONFIG")
    names = {each.name for each in fields(Settings)}
    try:
        settings = load(
            {name: value for name, value in given.items() if name in names},
            os.environ,
            Path(config) if config else None,
        )
        return command.run(settings, {name: value for name, value in given.items() if name not in names})
    except (BadSetting, PortTaken, DatabaseUnusable, BackupUnusable) as refusal:
        print(f"zoco: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser(choice: Mapping[str, Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zoco", description="Order management for marketplaces.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in choice.items():
        summary = (command.__doc__ or "").split("\n")[0]
        sub = commands.add_parser(name, help=summary, description=command.__doc__)
        sub.add_argument(
            "--config", metavar="FILE", help="settings file (default: zoco.toml where you stand)"
        )
        _add_settings(sub)
        command.add_arguments(sub)
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    for each in fields(Settings):
        flag = "--" + each.name.replace("_", "-")
        help_text = each.metadata["help"]
        if each.name == "sandbox":
            parser.add_argument(
                "--no-sandbox",
                dest="sandbox",
                action="store_const",
                const=False,
                help="a real marketplace: no clock to move, no demo",
            )
        elif isinstance(each.default, bool):
            parser.add_argument(flag, action="store_const", const=True, help=help_text)
        else:
            shown = f" (default: {each.default})" if str(each.default) else ""
            parser.add_argument(flag, metavar=each.name.split("_")[-1].upper(), help=help_text + shown)
