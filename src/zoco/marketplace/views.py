"""What the verbs hand back when one value is not enough: orders, feedback, collections,
questions with their people.
"""

from __future__ import annotations

from dataclasses import dataclass

from zoco.domain.feedback import Feedback
from zoco.domain.orders import Order, View
from zoco.domain.payments import Payment
from zoco.domain.questions import Question, Viewer
from zoco.domain.users import Party, User


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order with its parties, and through whose eyes it is seen (3.4)."""

    order: Order
    buyer: Party
    seller: Party
    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResults:
    """One page of a search. `counts["order.status"]["paid"]` is over all results, not the page's."""

    total: int
    orders: list[OrderView]
    counts: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackView:
    """One party's feedback as the caller may see it: all of it, or only `fulfilled` (26.17)."""

    feedback: Feedback
    order: Order
    author: User
    receiver: User
    fulfilled_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPairView:
    """None is what has not been given, or what the caller may not see yet (11.6)."""

    sale: FeedbackView | None
    purchase: FeedbackView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionView:
    """A payment as its collector sees it, with both people (8.4)."""

    payment: Payment
    payer: User
    collector: User


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResults:
    total: int
    payments: list[Payment]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question through somebody's eyes; `lead` is who asks about a vehicle, for its seller (15.1)."""

    question: Question
    viewer: Viewer
    lead: User | None = None
    # How many of the asker's questions the seller has answered; None where it is not told.
    answered_questions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResults:
    total: int
    questions: list[QuestionView]
