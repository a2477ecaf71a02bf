"""Every text of the pages is translated, and nothing is translated that no page says."""

from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.house.source_files import PACKAGE

_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}}


def said() -> set[str]:
    """The English texts, of a plural the singular."""
    found = extract_from_dir(PACKAGE, method_map=_METHODS, options_map=_OPTIONS)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", ["es", "pt_BR"])
def test_catalogue_has_what_the_pages_say_and_nothing_else(language: str) -> None:
    path = PACKAGE / "web" / "locale" / language / "LC_MESSAGES" / "zoco.po"
    catalogue = read_po(BytesIO(path.read_bytes()), locale=language)
    messages = {
        message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogue
    }
    translated = {
        text
        for text, message in messages.items()
        if text
        and not message.fuzzy
        and all([message.string] if isinstance(message.string, str) else message.string)
    }
    assert said() - translated == set()
    assert translated - said() == set()
