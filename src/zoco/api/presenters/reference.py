"""Reference data: sites, payment methods, categories (contract 6.4, 6.5, 19)."""

from __future__ import annotations

from decimal import Decimal

from zoco.domain.categories import CATEGORIES, Category, categories_of
from zoco.domain.payment_methods import PaymentMethod, methods_of
from zoco.domain.sites import SITES, Site
from zoco.resources import site as shapes
from zoco.resources.scalars import plain_number

_DOLLAR = shapes.Currency(id="USD", symbol="US$")
_IDENTIFICATION_TYPES = {"MLA": ["DNI", "Otro"], "MLB": ["CPF", "CNPJ"], "MLM": ["Otro"]}


def site_summaries() -> list[shapes.SiteSummary]:
    return [
        shapes.SiteSummary(id=one.id, name=one.name, default_currency_id=one.default_currency)
        for one in SITES.values()
    ]


def site(one: Site) -> shapes.Site:
    """`<SITE>MP` among the methods is the test for an active Mercado Pago."""
    own = shapes.Currency(id=one.default_currency, symbol=one.symbol)
    return shapes.Site(
        id=one.id,
        name=one.name,
        country_id=one.country_id,
        mercadopago_version=3 if one.mercado_pago else None,
        default_currency_id=one.default_currency,
        payment_method_ids=[method.id for method in methods_of(one.id) if not method.payable],
        settings={
            "identification_types": _IDENTIFICATION_TYPES.get(one.id, ["Otro"]),
            "taxpayer_types": [],
            "identification_types_rules": None,
        },
        currencies=[own] if one.default_currency == "USD" else [own, _DOLLAR],
        categories=[shapes.Named(id=root.id, name=root.name) for root in categories_of(one.id)],
        channels=["marketplace"],
    )


def payment_method(method: PaymentMethod) -> shapes.PaymentMethod:
    return shapes.PaymentMethod(
        id=method.id,
        name=method.name,
        payment_type_id=method.payment_type,
        site_id=next(iter(method.site_ids)) if len(method.site_ids) == 1 else None,
        max_accreditation_days=method.max_accreditation_days,
        payer_costs=[
            shapes.PayerCost(installments=installments, installment_rate=plain_number(rate * Decimal(100)))
            for installments, rate in method.rates.items()
        ],
    )


def category(one: Category) -> shapes.Category:
    return shapes.Category(
        id=one.id,
        name=one.name,
        path_from_root=[shapes.Named(id=part, name=CATEGORIES[part].name) for part in one.path],
        children_categories=[
            shapes.ChildCategory(id=child, name=CATEGORIES[child].name) for child in one.children
        ],
        settings=shapes.CategorySettings(
            buying_allowed=one.listing_allowed,
            buying_modes=one.buying_modes,
            currencies=list(one.currencies),
            immediate_payment=one.immediate_payment,
            item_conditions=one.item_conditions,
            listing_allowed=one.listing_allowed,
            max_title_length=one.max_title_length,
            reservation_allowed=one.reservation_allowed,
            vertical=one.vertical,
        ),
    )
