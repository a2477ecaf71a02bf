"""Ids that are made rather than counted."""

from __future__ import annotations

from random import Random


def notification_id(random: Random) -> str:
    """24 hexadecimal digits, the `_id` of a notification (contract 1.2). Pass `SystemRandom()` in earnest."""
    return f"{random.getrandbits(96):024x}"


def note_id(random: Random) -> str:
    """24 hexadecimal digits, the id of an order's note (contract 1.2)."""
    return f"{random.getrandbits(96):024x}"


def item_id(site_id: str, number: int) -> str:
    """`item_id("MLB", 600034093)` is `"MLB600034093"`."""
    return f"{site_id}{number}"
