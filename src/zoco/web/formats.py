"""Money and moments as the visitor reads them. Only the server formats; the browser never does.

formats = Formats(SPANISH, ZoneInfo("America/Sao_Paulo"), now)
formats.money(Decimal("499"), "BRL")               # R$ 499,00
formats.money(Decimal("499"), "BRL", mixed=True)   # BRL 499,00
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_precision

from zoco.web.locale import Language

# Where a currency is at home. US dollars are at home in several sites: their code is always shown.
_HOME = {
    "ARS": "es_AR", "BOB": "es_BO", "BRL": "pt_BR", "CLP": "es_CL", "COP": "es_CO", "CRC": "es_CR",
    "CUP": "es_CU", "DOP": "es_DO", "GTQ": "es_GT", "HNL": "es_HN", "MXN": "es_MX", "NIO": "es_NI",
    "PAB": "es_PA", "PEN": "es_PE", "PYG": "es_PY", "UYU": "es_UY", "VES": "es_VE",
}  # fmt: skip
_NO_BREAK_SPACE = "\u00a0"
# CLDR gives the Colombian peso two decimals that nobody writes unless there are centavos.
_DECIMALS_ONLY_WHEN_NEEDED = frozenset({"COP"})


@dataclass(frozen=True, slots=True)
class Formats:
    """How one visitor reads: language, time zone, and what time it is."""

    language: Language
    zone: ZoneInfo
    now: datetime

    def money(self, amount: Decimal, currency: str, *, mixed: bool = False) -> str:
        """One site in view: the site's own style. Several: the code first, the visitor's separators."""
        decimals = self._decimals(amount, currency)
        home = _HOME.get(currency)
        if mixed or home is None:
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
            number = format_decimal(amount, format=pattern, locale=self.language.formats)
            return f"{currency}{_NO_BREAK_SPACE}{number}"
        if currency in _DECIMALS_ONLY_WHEN_NEEDED and not decimals:
            pattern = Locale.parse(home).currency_formats["standard"].pattern.replace(".00", "")
            return format_currency(amount, currency, pattern, locale=home, currency_digits=False)
        return format_currency(amount, currency, locale=home)

    def number(self, value: int) -> str:
        """`1.284`"""
        return format_decimal(value, format="#,##0", locale=self.language.formats)

    def moment(self, moment: datetime) -> str:
        """`22 nov 2026 09:41`, in the visitor's zone."""
        return format_datetime(moment, "d MMM y HH:mm", tzinfo=self.zone, locale=self.language.formats)

    def short_moment(self, moment: datetime) -> str:
        """`21 nov 19:20`; with the year when it is another one."""
        same_year = moment.astimezone(self.zone).year == self.now.astimezone(self.zone).year
        pattern = "d MMM HH:mm" if same_year else "d MMM y HH:mm"
        return format_datetime(moment, pattern, tzinfo=self.zone, locale=self.language.formats)

    def seconds(self, moment: datetime) -> str:
        """`09:41:07`"""
        return format_datetime(moment, "HH:mm:ss", tzinfo=self.zone, locale=self.language.formats)

    def clock(self, moment: datetime) -> str:
        """`09:41`"""
        return format_datetime(moment, "HH:mm", tzinfo=self.zone, locale=self.language.formats)

    def day(self, moment: datetime) -> str:
        """`22 nov 2026`"""
        return format_date(moment.astimezone(self.zone), "d MMM y", locale=self.language.formats)

    def is_today(self, moment: datetime) -> bool:
        return moment.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()

    def ago(self, moment: datetime) -> str:
        """`hace 12 minutos`, `en 20 días`"""
        difference = moment - self.now
        locale = self.language.formats
        if abs(difference) < timedelta(days=1):
            return format_timedelta(difference, threshold=1, add_direction=True, locale=locale)
        # A threshold never reached keeps to days: "in 20 days" tells more than "in 3 weeks".
        days = timedelta(days=int(difference / timedelta(days=1)))
        return format_timedelta(days, granularity="day", threshold=10_000, add_direction=True, locale=locale)

    def duration(self, span: timedelta) -> str:
        """`0,21 s`, `3,4 s`: for latencies, never longer than a few minutes in health."""
        seconds = Decimal(span // timedelta(milliseconds=1)) / 1000
        digits = "0.00" if seconds < 10 else "#,##0"
        return format_decimal(seconds, format=digits, locale=self.language.formats) + f"{_NO_BREAK_SPACE}s"

    def iso(self, moment: datetime) -> str:
        """For `<time datetime>`."""
        return moment.astimezone(UTC).isoformat(timespec="milliseconds")

    def zone_name(self, moment: datetime) -> str:
        """`-03`, `CST`: the abbreviation that a tooltip shows beside a moment."""
        return moment.astimezone(self.zone).strftime("%Z")

    @staticmethod
    def _decimals(amount: Decimal, currency: str) -> int:
        if currency in _DECIMALS_ONLY_WHEN_NEEDED and amount == amount.to_integral_value():
            return 0
        return get_currency_precision(currency)
