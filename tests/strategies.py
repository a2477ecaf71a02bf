"""What Hypothesis draws from when it makes up histories of a marketplace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import strategies as st

from tests.builders import a_variation, a_vehicle, an_item
from zoco.domain.items import Item
from zoco.domain.payments import PaymentStatus

# Which of the things at hand an act is about; whoever uses it takes it modulo how many there are.
picks = st.integers(min_value=0, max_value=11)

# A credit, a rejection and a payment that waits; see 8.6.
cardholders = st.sampled_from(["APRO", "APRO", "FUND", "CONT"])
methods = st.sampled_from(["visa", "visa", "account_money", "ticket"])

# How much of what is owed is paid, in tenths.
tenths = st.sampled_from([10, 10, 5, 3, 1])

decisions = st.sampled_from(
    [PaymentStatus.APPROVED, PaymentStatus.APPROVED, PaymentStatus.REJECTED, PaymentStatus.CANCELLED]
)
disputes = st.sampled_from(
    [
        PaymentStatus.IN_MEDIATION,
        PaymentStatus.IN_MEDIATION,
        PaymentStatus.APPROVED,
        PaymentStatus.REFUNDED,
        PaymentStatus.CHARGED_BACK,
    ]
)

mostly_true = st.sampled_from([True, True, False])
wishes = st.sampled_from([None, True, False])

# Minutes and days, the 72 hours to pay and the 21 days to rate.
spans = st.sampled_from(
    [
        timedelta(minutes=1),
        timedelta(hours=30),
        timedelta(hours=30),
        timedelta(hours=72),
        timedelta(days=9),
        timedelta(days=21),
    ]
)


def rushes(buyers: Sequence[int]) -> st.SearchStrategy[list[tuple[int, bool]]]:
    """Who buys on the first day, and whether he pays at once."""
    return st.lists(st.tuples(st.sampled_from(buyers), mostly_true), max_size=4)


@st.composite
def listings(draw: st.DrawFn) -> list[Item]:
    """One or two of: a vehicle, new goods in the mandatory flow, used ones outside it (or in colours)."""
    units = draw(st.integers(min_value=1, max_value=4))
    colours = (a_variation(id=1, available_quantity=units), a_variation(id=2, available_quantity=1))
    kinds = [
        a_vehicle(),
        an_item(id="MLA1", condition="new", available_quantity=units, initial_quantity=units),
        an_item(id="MLA2", available_quantity=units, initial_quantity=units),
        an_item(id="MLA3", available_quantity=units + 1, initial_quantity=units + 1, variations=colours),
    ]
    return draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2, unique_by=lambda item: item.id))
