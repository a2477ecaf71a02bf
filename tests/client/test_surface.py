from __future__ import annotations

import types

import zoco.client


def test_what_is_importable_is_what_is_listed() -> None:
    importable = {
        name
        for name, value in vars(zoco.client).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and name != "annotations"
    }

    assert importable == set(zoco.client.__all__)


def test_the_list_is_sorted() -> None:
    assert zoco.client.__all__ == sorted(zoco.client.__all__)
