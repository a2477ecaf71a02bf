"""The nineteen sites (contract 6.4) and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass

from zoco.domain.refusals import Reason, Refused


@dataclass(frozen=True, slots=True)
class Site:
    """`mercado_pago` decides whether orders can take the mandatory flow at all (A-16)."""

    id: str
    name: str
    country_id: str
    default_currency: str
    symbol: str
    mercado_pago: bool


_ALL = (
    Site("MLA", "Argentina", "AR", "ARS", "$", mercado_pago=True),
    Site("MLB", "Brasil", "BR", "BRL", "R$", mercado_pago=True),
    Site("MLM", "Mexico", "MX", "MXN", "$", mercado_pago=True),
    Site("MLC", "Chile", "CL", "CLP", "$", mercado_pago=True),
    Site("MCO", "Colombia", "CO", "COP", "$", mercado_pago=True),
    Site("MLU", "Uruguay", "UY", "UYU", "$", mercado_pago=True),
    Site("MPE", "Perú", "PE", "PEN", "S/", mercado_pago=True),
    Site("MLV", "Venezuela", "VE", "VES", "Bs.", mercado_pago=False),
    Site("MEC", "Ecuador", "EC", "USD", "US$", mercado_pago=False),
    Site("MCR", "Costa Rica", "CR", "CRC", "₡", mercado_pago=False),
    # The currency list has Panama in dollars; /sites says PAB, and /sites wins (C-20).
    Site("MPA", "Panamá", "PA", "PAB", "B/.", mercado_pago=False),
    Site("MRD", "Dominicana", "DO", "DOP", "RD$", mercado_pago=False),
    Site("MPY", "Paraguay", "PY", "PYG", "₲", mercado_pago=False),
    Site("MBO", "Bolivia", "BO", "BOB", "Bs", mercado_pago=False),
    Site("MGT", "Guatemala", "GT", "GTQ", "Q", mercado_pago=False),
    Site("MHN", "Honduras", "HN", "HNL", "L", mercado_pago=False),
    Site("MNI", "Nicaragua", "NI", "NIO", "C$", mercado_pago=False),
    Site("MSV", "El Salvador", "SV", "USD", "US$", mercado_pago=False),
    Site("MCU", "Cuba", "CU", "CUP", "$", mercado_pago=False),
)

SITES: dict[str, Site] = {site.id: site for site in _ALL}


def site(site_id: str) -> Site:
    try:
        return SITES[site_id]
    except KeyError:
        raise Refused(Reason.SITE_NOT_FOUND, detail=site_id) from None
