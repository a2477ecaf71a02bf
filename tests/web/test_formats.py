from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from zoco.web.formats import Formats
from zoco.web.locale import ENGLISH, PORTUGUESE, SPANISH, Language

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def formats(language: Language = SPANISH, zone: str = "America/Sao_Paulo", now: datetime = NOW) -> Formats:
    return Formats(language, ZoneInfo(zone), now)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234567.5", "ARS", "$1.234.567,50"),
        ("1234567.5", "COP", "$1.234.567,50"),
        ("182700", "COP", "$182.700"),
        ("1234567.5", "MXN", "$1,234,567.50"),
        ("1234568", "CLP", "$1.234.568"),
        ("1234567.5", "BRL", "R$\u00a01.234.567,50"),
        ("1234567.5", "PEN", "S/\u00a01,234,567.50"),
        ("499", "BRL", "R$\u00a0499,00"),
        ("12.5", "USD", "USD\u00a012,50"),
        ("-499", "ARS", "-$499,00"),
    ],
)
def test_money_of_one_site_looks_as_at_home(amount: str, currency: str, shown: str) -> None:
    assert formats().money(Decimal(amount), currency) == shown


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        (SPANISH, "1234567.5", "COP", "COP\u00a01.234.567,50"),
        (SPANISH, "182700", "CLP", "CLP\u00a0182.700"),
        (SPANISH, "182700", "COP", "COP\u00a0182.700"),
        (PORTUGUESE, "1234.5", "MXN", "MXN\u00a01.234,50"),
        (ENGLISH, "1234.5", "BRL", "BRL\u00a01,234.50"),
    ],
)
def test_money_of_several_sites_shows_the_code_first(
    language: Language, amount: str, currency: str, shown: str
) -> None:
    assert formats(language).money(Decimal(amount), currency, mixed=True) == shown


@pytest.mark.parametrize(
    ("language", "distance", "shown"),
    [
        (SPANISH, timedelta(minutes=-12), "hace 12 minutos"),
        (SPANISH, timedelta(days=20, hours=3), "dentro de 20 días"),
        (PORTUGUESE, timedelta(minutes=-12), "há 12 minutos"),
        (ENGLISH, timedelta(days=400), "in 400 days"),
        (ENGLISH, timedelta(hours=-3), "3 hours ago"),
        (ENGLISH, timedelta(hours=-30), "1 day ago"),
    ],
)
def test_ages_are_told_in_words(language: Language, distance: timedelta, shown: str) -> None:
    assert formats(language).ago(NOW + distance) == shown


def test_moments_stand_in_the_visitors_zone() -> None:
    moment = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert formats().moment(moment) == "21 nov 2026 22:30"
    assert formats().clock(moment) == "22:30"
    assert not formats().is_today(moment)
    assert formats(zone="UTC").is_today(moment)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        # Chile's clocks go from 24:00 to 23:00 on the first Saturday of April …
        (datetime(2026, 4, 5, 2, 30, tzinfo=UTC), "4 abr 2026 23:30"),
        (datetime(2026, 4, 5, 3, 30, tzinfo=UTC), "4 abr 2026 23:30"),
        # … and from 24:00 to 01:00 on the first Saturday of September.
        (datetime(2026, 9, 6, 3, 59, tzinfo=UTC), "5 sept 2026 23:59"),
        (datetime(2026, 9, 6, 4, 0, tzinfo=UTC), "6 sept 2026 01:00"),
    ],
)
def test_chiles_days_of_change(moment: datetime, shown: str) -> None:
    assert formats(zone="America/Santiago").moment(moment) == shown


def test_year_is_told_when_it_is_another_one() -> None:
    assert formats().short_moment(NOW) == "22 nov 09:00"
    assert formats().short_moment(NOW - timedelta(days=365)) == "22 nov 2025 09:00"


def test_latencies_have_two_decimals_while_they_are_short() -> None:
    assert formats().duration(timedelta(milliseconds=210)) == "0,21\u00a0s"
    assert formats(ENGLISH).duration(timedelta(seconds=75)) == "75\u00a0s"
