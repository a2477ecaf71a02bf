"""Reference data, the same in every database and for everybody (contract 6.4, 6.5, 19)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Caching, Call, Endpoint, NoBody, NoParameters
from zoco.api.parameters import CategoryPath, PaymentMethodPath, SitePath
from zoco.api.presenters import reference as present
from zoco.domain import categories, payment_methods, sites
from zoco.domain.refusals import Reason
from zoco.resources.site import Category, PaymentMethod, Site, SiteSummary


async def all_sites(_call: Call[NoParameters, NoBody]) -> Answer:
    return Answer(present.site_summaries())


async def one_site(call: Call[SitePath, NoBody]) -> Answer:
    return Answer(present.site(sites.site(call.parameters.site_id)))


async def one_payment_method(call: Call[PaymentMethodPath, NoBody]) -> Answer:
    return Answer(present.payment_method(payment_methods.method(call.parameters.payment_method_id)))


async def one_category(call: Call[CategoryPath, NoBody]) -> Answer:
    return Answer(present.category(categories.category(call.parameters.category_id)))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "GET",
        "/sites",
        own_pace=all_sites,
        access=Access.PUBLIC,
        answer=list[SiteSummary],
        caching=Caching.PUBLIC,
        summary="The sites of the marketplace",
    ),
    Endpoint(
        "GET",
        "/sites/{site_id}",
        own_pace=one_site,
        access=Access.PUBLIC,
        parameters=SitePath,
        answer=Site,
        caching=Caching.PUBLIC,
        summary="One site; its payment methods tell whether Mercado Pago is active",
        refusals=(Reason.SITE_NOT_FOUND,),
    ),
    Endpoint(
        "GET",
        "/payment_methods/{payment_method_id}",
        own_pace=one_payment_method,
        access=Access.PUBLIC,
        parameters=PaymentMethodPath,
        answer=PaymentMethod,
        caching=Caching.PUBLIC,
        summary="One way to pay, and what its instalments cost",
        refusals=(Reason.PAYMENT_METHOD_NOT_FOUND,),
    ),
    Endpoint(
        "GET",
        "/categories/{category_id}",
        own_pace=one_category,
        access=Access.PUBLIC,
        parameters=CategoryPath,
        answer=Category,
        caching=Caching.PUBLIC,
        summary="One category and its rules",
        refusals=(Reason.CATEGORY_NOT_FOUND,),
    ),
)
