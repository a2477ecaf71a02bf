"""Which language a visitor reads, and the message catalogues.

    language = choose_language(request, cookie="zoco_language", setting=user.language)
    translations(language).gettext("Orders")

Source strings are English; the catalogues are in `locale/<code>/LC_MESSAGES/zoco.po`, compiled
by the build. Order of choice: the user's own setting, the cookie, `Accept-Language`, Spanish.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import HTTPConnection

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "zoco"


@dataclass(frozen=True, slots=True)
class Language:
    """`tag` is for HTML and URLs (`pt-BR`), `catalogue` names the folder, `formats` Babel's locale."""

    tag: str
    catalogue: str
    formats: str
    name: str


# Spanish numbers are written 1.234,50 by Argentina's locale, as in most of the sites; the dates of
# all Spanish locales agree.
SPANISH = Language("es", "es", "es_AR", "Español")
PORTUGUESE = Language("pt-BR", "pt_BR", "pt_BR", "Português")
ENGLISH = Language("en", "en", "en_US", "English")
LANGUAGES = (SPANISH, PORTUGUESE, ENGLISH)
_BY_TAG = {language.tag.lower(): language for language in LANGUAGES}
_BY_PRIMARY_TAG = {language.tag.split("-")[0].lower(): language for language in LANGUAGES}


def language_of(tag: str | None) -> Language | None:
    """The language that a tag such as `pt-BR`, `pt` or `es-419` means; None when we have none."""
    if not tag:
        return None
    lowered = tag.strip().lower()
    return _BY_TAG.get(lowered) or _BY_PRIMARY_TAG.get(lowered.split("-")[0])


def choose_language(request: HTTPConnection, *, cookie: str, setting: str | None = None) -> Language:
    """User setting > cookie > `Accept-Language` > Spanish."""
    return (
        language_of(setting)
        or language_of(request.cookies.get(cookie))
        or _preferred(request.headers.get("accept-language", ""))
        or SPANISH
    )


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """The catalogue of a language; English is the source text itself."""
    return gettext.translation(DOMAIN, LOCALE_FOLDER, [language.catalogue], fallback=True)


def _preferred(accept_language: str) -> Language | None:
    wishes: list[tuple[float, Language]] = []
    for part in accept_language.split(","):
        tag, _, parameter = part.partition(";")
        if language := language_of(tag):
            wishes.append((_quality(parameter), language))
    # max keeps the first of equals: the order of the header.
    best = max(wishes, key=lambda wish: wish[0], default=None)
    return best[1] if best and best[0] > 0 else None


def _quality(parameter: str) -> float:
    try:
        return float(parameter.strip().removeprefix("q="))
    except ValueError:
        return 1.0
