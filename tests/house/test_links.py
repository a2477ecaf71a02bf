"""What a document points to is there."""

from __future__ import annotations

import re

from tests.house.source_files import DOCS, ROOT


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_links_within_a_document_lead_to_a_heading() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        headings = {
            re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        }
        anchors = re.findall(r"\]\(\s*#([^)]+)\)", text)
        broken += [f"{page.relative_to(ROOT)}: #{anchor}" for anchor in anchors if anchor not in headings]
    assert broken == []
