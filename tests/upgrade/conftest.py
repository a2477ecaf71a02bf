from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.migration_rules import previous_release
from tests.upgrade.previous_program import NoHistory, unpack, with_one_migration_more


@pytest.fixture(scope="session")
def previous_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `src` of the release before."""
    try:
        return unpack(previous_release(), tmp_path_factory.mktemp("previous"))
    except NoHistory as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def next_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `src` of the release after."""
    return with_one_migration_more(tmp_path_factory.mktemp("next"))
