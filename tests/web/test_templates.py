"""What no template, style or script of ours may contain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "zoco"
TEMPLATES = sorted(SOURCE.glob("*/**/templates/**/*.html"))
OURS = TEMPLATES + [
    path
    for path in sorted(SOURCE.glob("**/static/**/*"))
    if path.suffix in (".css", ".js", ".svg") and "vendor" not in path.parts
]

HTMX_2 = {
    "hx-ext": r"\bhx-ext\b",
    "sse-connect": r"(?<![-:])\bsse-(connect|swap|close)\b",
    "hx-on": r"\bhx-on\b",
    "camelCase events": r"htmx:[a-z]+[A-Z]",
    "inherited without saying so": r"<(body|main|section|table|tbody|nav)[^>]*\shx-(target|headers|swap)=",
    "code in attributes": r"hx-[a-z]+=[\"']js:",
}
OUTSIDE = r"(?:src|href|action|url\()\s*=?\s*[\"'(]?(?:https?:)?//"
INLINE = {
    "script": r"<script(?![^>]*\bsrc=)",
    "style element": r"<style",
    "style attribute": r"\sstyle=",
    "handler": r"\son[a-z]+=",
    "script address": r"javascript:",
}


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 15


@pytest.mark.parametrize("path", OURS, ids=named)
def test_no_leftover_of_htmx_2(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name, pattern in HTMX_2.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("path", OURS, ids=named)
def test_nothing_comes_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert re.findall(OUTSIDE, text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name, pattern in INLINE.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert [form[:80] for form in forms if "csrf" not in form] == []


@pytest.mark.parametrize("path", sorted(SOURCE.glob("**/static/js/*.js")), ids=named)
def test_scripts_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 150
