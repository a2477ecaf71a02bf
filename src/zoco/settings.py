"""Every setting, read once into one frozen value: flag, then `ZOCO_…` variable, then TOML file, then default.

Only `zoco.cli` reads this; everybody else is handed values.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from zoco.domain.charges import read_rates

CONFIG_FILE = Path("zoco.toml")


class BadSetting(Exception):
    """A setting is unknown, malformed or contradicts another; the text is one plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each name is a flag (`--desk-port`), a variable (`ZOCO_DESK_PORT`) and a key of the file."""

    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(default=8080, metadata={"help": "port of the marketplace"})
    desk_port: int = field(default=8081, metadata={"help": "port of the sales desk"})
    data: Path = field(
        default=Path("zoco-data"), metadata={"help": "folder of the embedded databases and the keys"}
    )
    database_url: str = field(
        default="", metadata={"help": "the marketplace's database; empty: SQLite in the data folder"}
    )
    desk_database_url: str = field(
        default="", metadata={"help": "the desk's database; empty: SQLite in the data folder"}
    )
    operator_key: str = field(
        default="", metadata={"help": "key of /operator and /sandbox; empty: kept in the data folder"}
    )
    public_url: str = field(
        default="", metadata={"help": "how others reach the marketplace; empty: host and port"}
    )
    desk_public_url: str = field(
        default="", metadata={"help": "how others reach the desk; empty: host and port"}
    )
    sandbox: bool = field(default=True, metadata={"help": "a clock that can be moved, demo worlds"})
    demo: bool = field(default=False, metadata={"help": "fill an empty data folder with the demo world"})
    empty: bool = field(default=False, metadata={"help": "ask for no world; never wipes one"})
    sale_fee: str = field(
        default="0",
        metadata={"help": "percent of an order that its seller is charged: 11.5, or MLB=11,MLA=13.5"},
    )
    log: str = field(default="errors", metadata={"help": "lines on stderr: none, errors or all"})
    metrics_port: int = field(
        default=0, metadata={"help": "port of the metrics, on this machine only; 0: no metrics"}
    )
    behind_tls_proxy: bool = field(default=False, metadata={"help": "allow an address that others can reach"})

    @property
    def marketplace_database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data / 'marketplace.db').absolute()}"

    @property
    def desk_database(self) -> str:
        return self.desk_database_url or f"sqlite:///{(self.data / 'desk.db').absolute()}"

    @property
    def marketplace_address(self) -> str:
        return self.public_url.rstrip("/") or f"http://{_reachable(self.host)}:{self.port}"

    @property
    def desk_address(self) -> str:
        return self.desk_public_url.rstrip("/") or f"http://{_reachable(self.host)}:{self.desk_port}"


def load(flags: Mapping[str, Any], environment: Mapping[str, str], config: Path | None = None) -> Settings:
    """Settings from the flags that were given (None: not given), the environment and a TOML file.

        load({"port": 9000}, {"ZOCO_DATA": "/var/lib/zoco"})

    Raises BadSetting with a sentence that names the setting and where it came from.
    """
    known = {each.name: type(each.default) for each in fields(Settings)}
    values: dict[str, Any] = {}
    for source, given in (
        (str(config or CONFIG_FILE), _from_file(config)),
        ("the environment", _from_environment(environment)),
        ("the command line", {name: value for name, value in flags.items() if value is not None}),
    ):
        for name, value in given.items():
            if name not in known:
                raise BadSetting(f"Unknown setting {name!r} in {source}.")
            values[name] = _converted(name, value, known[name], source)
    settings = Settings(**values)
    _check(settings)
    return settings


def _from_file(config: Path | None) -> dict[str, Any]:
    path = config or CONFIG_FILE
    if not path.exists():
        if config is not None:
            raise BadSetting(f"The settings file {config} does not exist.")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"The settings file {path} cannot be read: {error}.") from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("ZOCO_").lower(): value
        for name, value in environment.items()
        if name.startswith("ZOCO_") and name not in _FOREIGN
    }


# Variables of the same prefix that steer the tests, not the program.
_FOREIGN = {
    "ZOCO_CHROMIUM",
    "ZOCO_REQUIRE_BROWSER",
    "ZOCO_CONFIG",
    "ZOCO_KILLS",
    "ZOCO_KILLS_SEED",
}

_BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def _converted(name: str, value: Any, kind: type, source: str) -> Any:
    if kind is bool and isinstance(value, str) and value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    if kind is int and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if issubclass(kind, Path) and isinstance(value, str | Path) and str(value):
        return Path(value)
    if type(value) is kind:
        return value
    expected = {bool: "true or false", int: "a whole number", str: "text"}.get(kind, "a path")
    raise BadSetting(f"The setting {name!r} in {source} must be {expected}, not {value!r}.")


def _check(settings: Settings) -> None:
    for name in ("port", "desk_port", "metrics_port"):
        if not 0 <= getattr(settings, name) <= 65535:
            raise BadSetting(f"The setting {name!r} must be a port between 0 and 65535.")
    if settings.port == settings.desk_port != 0:
        raise BadSetting("The marketplace and the desk cannot share one port: change port or desk_port.")
    if settings.metrics_port != 0 and settings.metrics_port in (settings.port, settings.desk_port):
        raise BadSetting("The metrics need a port of their own: change metrics_port.")
    try:
        read_rates(settings.sale_fee)
    except ValueError as error:
        raise BadSetting(f"The setting 'sale_fee' is wrong: {error}.") from error
    if settings.log not in ("none", "errors", "all"):
        raise BadSetting("The setting 'log' must be none, errors or all.")
    for name in ("database_url", "desk_database_url"):
        url = getattr(settings, name)
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise BadSetting(f"The setting {name!r} must begin with sqlite:/// or postgresql://.")
    for name in ("public_url", "desk_public_url"):
        url = getattr(settings, name)
        if url and not url.startswith(("http://", "https://")):
            raise BadSetting(f"The setting {name!r} must begin with http:// or https://.")
    if settings.demo and not settings.sandbox:
        raise BadSetting("The demo world needs sandbox mode: leave out either --demo or --no-sandbox.")
    if settings.demo and settings.empty:
        raise BadSetting("Ask for the demo world or for no world, not for both: --demo or --empty.")
    if not settings.behind_tls_proxy and not _is_loopback(settings.host):
        raise BadSetting(
            f"Listening on {settings.host} would show passwords and tokens to the network: "
            "put a TLS proxy in front and say so with --behind-tls-proxy."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
