"""The time zone in which the people of a site live: what a store's day means."""

from __future__ import annotations

from zoneinfo import ZoneInfo

_ZONES = {
    "MLA": "America/Argentina/Buenos_Aires", "MLB": "America/Sao_Paulo", "MLM": "America/Mexico_City",
    "MCO": "America/Bogota", "MLC": "America/Santiago", "MLU": "America/Montevideo", "MPE": "America/Lima",
    "MLV": "America/Caracas", "MEC": "America/Guayaquil", "MBO": "America/La_Paz", "MPY": "America/Asuncion",
    "MCR": "America/Costa_Rica", "MRD": "America/Santo_Domingo", "MGT": "America/Guatemala",
    "MHN": "America/Tegucigalpa", "MNI": "America/Managua", "MPA": "America/Panama",
    "MSV": "America/El_Salvador", "MCU": "America/Havana",
}  # fmt: skip


def zone_of_site(site_id: str | None) -> ZoneInfo:
    """UTC for a site we do not know."""
    return ZoneInfo(_ZONES.get(site_id or "", "UTC"))
