"""Which pages of a long list are offered."""

from __future__ import annotations


def page_numbers(page: int, pages: int) -> list[int | None]:
    """`1 … 4 5 6 … 26`: the first, the last and the neighbours, None for a gap."""
    shown = sorted(number for number in {1, page - 1, page, page + 1, pages} if 1 <= number <= pages)
    numbers: list[int | None] = []
    for number in shown:
        if numbers and number - (numbers[-1] or 0) > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers
