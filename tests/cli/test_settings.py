from __future__ import annotations

from pathlib import Path

import pytest

from zoco.settings import BadSetting, Settings, load


def test_defaults_listen_on_this_machine_only() -> None:
    settings = load({}, {})
    assert settings == Settings()
    assert settings.marketplace_address == "http://127.0.0.1:8080"
    assert settings.desk_address == "http://127.0.0.1:8081"


def test_a_flag_wins_over_a_variable_which_wins_over_the_file(tmp_path: Path) -> None:
    config = tmp_path / "zoco.toml"
    config.write_text('port = 1000\ndesk_port = 1001\ndata = "from-file"\n', encoding="utf-8")
    settings = load({"port": 3000}, {"ZOCO_PORT": "2000", "ZOCO_DESK_PORT": "2001"}, config)
    assert (settings.port, settings.desk_port, settings.data) == (3000, 2001, Path("from-file"))


def test_a_flag_that_was_not_given_does_not_count() -> None:
    assert load({"port": None}, {"ZOCO_PORT": "2000"}).port == 2000


def test_the_databases_are_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = load({"data": str(tmp_path), "desk_database_url": "postgresql://desk@localhost/desk"}, {})
    assert settings.marketplace_database == f"sqlite:///{tmp_path}/marketplace.db"
    assert settings.desk_database == "postgresql://desk@localhost/desk"


def test_addresses_others_use_are_told_apart_from_where_it_listens() -> None:
    settings = load({"host": "::1", "desk_public_url": "https://desk.example/"}, {})
    assert settings.marketplace_address == "http://[::1]:8080"
    assert settings.desk_address == "https://desk.example"


@pytest.mark.parametrize(
    ("flags", "environment", "file", "sentence"),
    [
        ({}, {"ZOCO_PROT": "80"}, "", "Unknown setting 'prot' in the environment."),
        ({}, {}, "prot = 80", "Unknown setting 'prot' in {config}."),
        ({}, {"ZOCO_PORT": "http"}, "", "The setting 'port' in the environment must be a whole number"),
        ({}, {}, 'sandbox = "maybe"', "The setting 'sandbox' in {config} must be true or false"),
        ({}, {}, "port = true", "The setting 'port' in {config} must be a whole number"),
        ({}, {}, "port = ", "The settings file {config} cannot be read"),
        ({"port": 70000}, {}, "", "must be a port between 0 and 65535"),
        ({"port": 8081}, {}, "", "cannot share one port"),
        ({"database_url": "mysql://x"}, {}, "", "must begin with sqlite:/// or postgresql://"),
        ({"public_url": "example.org"}, {}, "", "must begin with http:// or https://"),
        ({"demo": True, "sandbox": False}, {}, "", "The demo world needs sandbox mode"),
        ({"demo": True, "empty": True}, {}, "", "not for both"),
        ({"metrics_port": 8080}, {}, "", "The metrics need a port of their own"),
        ({"log": "loud"}, {}, "", "must be none, errors or all"),
        ({"sale_fee": "MLX=5"}, {}, "", "The setting 'sale_fee' is wrong: 'MLX' is no site."),
        ({"host": "0.0.0.0"}, {}, "", "put a TLS proxy in front"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_sentence(
    tmp_path: Path, flags: dict[str, object], environment: dict[str, str], file: str, sentence: str
) -> None:
    config = tmp_path / "zoco.toml"
    config.write_text(file, encoding="utf-8")
    with pytest.raises(BadSetting) as refusal:
        load(flags, environment, config)
    assert sentence.format(config=config) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_settings_file_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="does not exist"):
        load({}, {}, tmp_path / "missing.toml")


def test_a_proxy_with_tls_allows_every_address() -> None:
    assert (
        load({"host": "0.0.0.0", "behind_tls_proxy": True}, {}).marketplace_address == "http://127.0.0.1:8080"
    )
