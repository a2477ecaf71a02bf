"""Templates in the visitor's language.

    renderer = Renderer(["zoco.desk", "zoco.web"], assets)
    visit = Visit(language=SPANISH, zone=ZoneInfo("UTC"), now=now, csrf_token=token, theme="auto")
    return renderer.page("orders.html", visit, orders=orders)

Templates are looked up in the `templates` folder of each package, in order. Every template has
`visit`, `formats` (a `Formats`), `asset(path)`, `_()`/`ngettext()` and autoescape; `layout/bare.html`
of this package is the page around a sign-in or a consent, `layout/document.html` the document itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from zoco.deferred import deferred
from zoco.web.assets import Assets
from zoco.web.headers import content_security_policy
from zoco.web.locale import LANGUAGES, Language, translations

if TYPE_CHECKING:
    import jinja2

    from zoco.web import formats
else:
    # A program that nobody has opened in a browser yet writes no page.
    jinja2, formats = deferred("jinja2"), deferred("zoco.web.formats")

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What every page knows of its visitor."""

    language: Language
    zone: ZoneInfo
    now: datetime
    csrf_token: str
    theme: Theme = "auto"

    @property
    def formats(self) -> formats.Formats:
        return formats.Formats(self.language, self.zone, self.now)


def choose_theme(request: HTTPConnection, *, cookie: str) -> Theme:
    """The theme named in the cookie; `auto` follows the visitor's system."""
    return next((theme for theme in THEMES if theme == request.cookies.get(cookie)), "auto")


class Renderer:
    """One Jinja2 environment per language, made for the first page."""

    def __init__(self, packages: Sequence[str], assets: Assets) -> None:
        self._packages = packages
        self._assets = assets

    @cached_property
    def _environments(self) -> Mapping[str, jinja2.Environment]:
        loader = jinja2.ChoiceLoader(
            [jinja2.PackageLoader(package, "templates") for package in self._packages]
        )
        return {language.tag: _environment(loader, language, self._assets) for language in LANGUAGES}

    def text(self, template: str, visit: Visit, **context: object) -> str:
        """A template as text: for fragments of a page."""
        environment = self._environments[visit.language.tag]
        return environment.get_template(template).render(visit=visit, formats=visit.formats, **context)

    def page(
        self,
        template: str,
        visit: Visit,
        *,
        status: int = 200,
        form_targets: Sequence[str] = (),
        **context: object,
    ) -> HTMLResponse:
        """A whole page. `form_targets`: other origins at which a form of it may end by redirects."""
        headers = {"content-security-policy": content_security_policy(form_targets)} if form_targets else None
        return HTMLResponse(self.text(template, visit, **context), status_code=status, headers=headers)


def _environment(loader: jinja2.ChoiceLoader, language: Language, assets: Assets) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.policies["ext.i18n.trimmed"] = True
    catalogue = translations(language)
    # The i18n extension adds this method to the environment.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext
    )
    environment.globals |= {"asset": assets.url, "missing_assets": assets.missing, "languages": LANGUAGES}
    return environment
