"""The table of endpoints: everything that can be asked for over HTTP, once.

Routing (`routing.py`), decoding (`decoding.py`), access (`caller.py`), `openapi.json` and what a
path says of itself under OPTIONS follow from it.
"""

from __future__ import annotations

from zoco.api import operator
from zoco.api.endpoint import AnyEndpoint
from zoco.api.routes import (
    applications,
    blacklists,
    feedback,
    health,
    items,
    notes,
    oauth,
    orders,
    payments,
    reference,
    rulings,
    shipping,
    users,
)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    *orders.ENDPOINTS,
    *payments.ENDPOINTS,
    *feedback.ENDPOINTS,
    *notes.ENDPOINTS,
    *shipping.ENDPOINTS,
    *items.ENDPOINTS,
    *users.ENDPOINTS,
    *blacklists.ENDPOINTS,
    *reference.ENDPOINTS,
    *applications.ENDPOINTS,
    *oauth.ENDPOINTS,
    *operator.ENDPOINTS,
    *rulings.ENDPOINTS,
    *health.ENDPOINTS,
)
