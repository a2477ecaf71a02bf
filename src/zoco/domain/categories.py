"""The category tree every marketplace starts with (contract 19, 26.10)."""

from __future__ import annotations

from dataclasses import dataclass

from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import SITES, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """`path` holds the ids from the root down to this category, itself included."""

    id: str
    site_id: str
    name: str
    parent_id: str | None
    children: tuple[str, ...]
    path: tuple[str, ...]
    buying_modes: tuple[str, ...]
    item_conditions: tuple[str, ...] = ("new", "used", "not_specified")
    # "required" | "optional"
    immediate_payment: str = "optional"
    # "mandatory" | "allowed" | "not_allowed"
    reservation_allowed: str = "not_allowed"
    required_attributes: tuple[str, ...] = ()
    currencies: tuple[str, ...]
    max_title_length: int = 60
    listing_allowed: bool
    vertical: str | None = None

    @property
    def leaf(self) -> bool:
        return not self.children


# Dealers of these sites price cars in dollars as well (contract 19 prints it for MLA).
_CARS_IN_DOLLARS = frozenset({"MLA", "MLU", "MPE"})

_SPANISH = {
    "1743": "Autos, Motos y Otros",
    "1744": "Autos y Camionetas",
    "1953": "Otras Categorías",
    "3530": "Otros",
    "1051": "Celulares y Teléfonos",
    "1055": "Celulares y Smartphones",
}
_PORTUGUESE = {
    "1743": "Carros, Motos e Outros",
    "1744": "Carros e Caminhonetes",
    "1953": "Mais Categorias",
    "3530": "Outros",
    "1051": "Celulares e Telefones",
    "1055": "Celulares e Smartphones",
}


def _root(number: str, child: Category, site: Site, names: dict[str, str]) -> Category:
    root_id = site.id + number
    return Category(
        id=root_id,
        site_id=site.id,
        name=names[number],
        parent_id=None,
        children=(child.id,),
        path=(root_id,),
        buying_modes=child.buying_modes,
        currencies=child.currencies,
        listing_allowed=False,
    )


def _tree(site: Site) -> tuple[Category, ...]:
    names = _PORTUGUESE if site.id == "MLB" else _SPANISH
    local = (site.default_currency,)
    cars_in_dollars = ("USD",) if site.id in _CARS_IN_DOLLARS else ()
    cars = Category(
        id=f"{site.id}1744",
        site_id=site.id,
        name=names["1744"],
        parent_id=f"{site.id}1743",
        children=(),
        path=(f"{site.id}1743", f"{site.id}1744"),
        buying_modes=("classified",),
        reservation_allowed="mandatory",
        required_attributes=("BRAND", "MODEL", "VEHICLE_YEAR"),
        currencies=cars_in_dollars + local,
        listing_allowed=True,
        vertical="motors",
    )
    others = Category(
        id=f"{site.id}3530",
        site_id=site.id,
        name=names["3530"],
        parent_id=f"{site.id}1953",
        children=(),
        path=(f"{site.id}1953", f"{site.id}3530"),
        buying_modes=("buy_it_now",),
        currencies=local,
        listing_allowed=True,
    )
    phones = Category(
        id=f"{site.id}1055",
        site_id=site.id,
        name=names["1055"],
        parent_id=f"{site.id}1051",
        children=(),
        path=(f"{site.id}1051", f"{site.id}1055"),
        buying_modes=("buy_it_now",),
        immediate_payment="required" if site.mercado_pago else "optional",
        currencies=local,
        listing_allowed=True,
    )
    return (
        _root("1743", cars, site, names),
        cars,
        _root("1953", others, site, names),
        others,
        _root("1051", phones, site, names),
        phones,
    )


CATEGORIES: dict[str, Category] = {
    category.id: category for site in SITES.values() for category in _tree(site)
}


def category(category_id: str) -> Category:
    try:
        return CATEGORIES[category_id]
    except KeyError:
        raise Refused(Reason.CATEGORY_NOT_FOUND, detail=category_id) from None


def categories_of(site_id: str) -> tuple[Category, ...]:
    """The roots of a site's tree, in the order they are shown."""
    return tuple(one for one in CATEGORIES.values() if one.site_id == site_id and one.parent_id is None)
