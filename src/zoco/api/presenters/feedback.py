"""What the parties say of an order (contract 11.3), as far as the caller may see it."""

from __future__ import annotations

from zoco.api.presenters.amounts import number
from zoco.domain.feedback import Side
from zoco.domain.users import User
from zoco.marketplace.views import FeedbackPairView, FeedbackView
from zoco.resources import feedback as shapes
from zoco.resources.scalars import order_moment


def feedback(seen: FeedbackView) -> shapes.Feedback:
    """All of it (contract 11.3)."""
    given, order = seen.feedback, seen.order
    price = order.line.unit_price
    return shapes.Feedback(
        id=given.id,
        order_id=order.id,
        role="seller" if given.side is Side.SALE else "buyer",
        site_id=order.site_id,
        from_=_party(seen.author),
        to=_party(seen.receiver),
        item=shapes.FeedbackItem(
            id=order.line.item_id,
            title=order.line.title,
            price=number(price),
            currency_id=price.currency,
            seller_id=order.seller_id,
        ),
        date_created=order_moment(given.date_created),
        date_last_updated=order_moment(given.date_last_updated),
        fulfilled=given.fulfilled,
        rating=given.rating.value,
        reason=given.reason,
        message=given.message,
        restock_item=given.restock_item if given.side is Side.SALE else None,
        visibility_date=order_moment(given.visibility_date),
        modified=given.modified,
    )


def feedback_pair(
    pair: FeedbackPairView,
) -> dict[str, shapes.Feedback | shapes.FeedbackReport | None]:
    """A `FeedbackPair`, in which what may not be seen yet has no keys at all."""
    return {"sale": _part(pair.sale), "purchase": _part(pair.purchase)}


def _part(seen: FeedbackView | None) -> shapes.Feedback | shapes.FeedbackReport | None:
    """A reservation's buyer must confirm what the seller reports, so he sees that much at once (26.17)."""
    if seen is None:
        return None
    if not seen.fulfilled_only:
        return feedback(seen)
    given = seen.feedback
    return shapes.FeedbackReport(
        id=given.id, date_created=order_moment(given.date_created), fulfilled=given.fulfilled
    )


def _party(user: User) -> shapes.FeedbackParty:
    return shapes.FeedbackParty(id=user.id, nickname=user.nickname, status=user.site_status)
