"""What is translated fits its places, and is compiled. `tests/house` asks whether anything is missing."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from zoco.web.locale import LOCALE_FOLDER, PORTUGUESE, SPANISH, Language, translations


def catalogue(language: Language) -> Catalog:
    path = LOCALE_FOLDER / language.catalogue / "LC_MESSAGES" / "zoco.po"
    return read_po(BytesIO(path.read_bytes()), locale=language.catalogue)


@pytest.mark.parametrize("language", [SPANISH, PORTUGUESE], ids=lambda language: language.tag)
def test_translations_keep_every_place_for_a_value(language: Language) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for text in texts:
            assert places(text) == places(source)


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


@pytest.mark.parametrize(("language", "orders"), [(SPANISH, "Órdenes"), (PORTUGUESE, "Pedidos")])
def test_catalogues_are_compiled(language: Language, orders: str) -> None:
    assert translations(language).gettext("Orders") == orders, "run python vendor_assets.py"
