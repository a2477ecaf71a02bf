"""From a path to its endpoint: a tree of path segments, built once from the table.

A search through forty patterns costs more than reading an order does; a tree costs one look-up
for each segment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from msgspec import Struct

from zoco.api.endpoint import AnyEndpoint


@dataclass(slots=True)
class _Branch:
    literal: dict[str, _Branch] = field(default_factory=dict)
    variable: _Branch | None = None
    endpoints: dict[str, AnyEndpoint] = field(default_factory=dict)


class Place(Struct, frozen=True):
    """What is at a path: its endpoints by method, and the values of the path's variables in order."""

    endpoints: dict[str, AnyEndpoint]
    values: tuple[str, ...]


class Routes:
    """All paths of a server.

        Routes(ENDPOINTS).at("/orders/768570754").endpoints["GET"]

    A literal segment wins over a variable one: `/orders/search` is not an order.
    """

    def __init__(self, endpoints: Iterable[AnyEndpoint]) -> None:
        self._root = _Branch()
        for endpoint in endpoints:
            branch = self._root
            for segment in _segments(endpoint.path):
                if segment.startswith("{"):
                    branch.variable = branch.variable or _Branch()
                    branch = branch.variable
                else:
                    branch = branch.literal.setdefault(segment, _Branch())
            if endpoint.method in branch.endpoints:
                raise ValueError(f"two endpoints at {endpoint.method} {endpoint.path}")
            branch.endpoints[endpoint.method] = endpoint

    def at(self, path: str) -> Place | None:
        return _find(self._root, _segments(path), 0, ())


@cache
def variables_of(path: str) -> tuple[str, ...]:
    """`("user_id", "app_id")` of `/users/{user_id}/applications/{app_id}`."""
    return tuple(segment[1:-1] for segment in _segments(path) if segment.startswith("{"))


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _find(branch: _Branch, segments: list[str], depth: int, values: tuple[str, ...]) -> Place | None:
    if depth == len(segments):
        return Place(branch.endpoints, values) if branch.endpoints else None
    segment = segments[depth]
    following = branch.literal.get(segment)
    if following is not None:
        place = _find(following, segments, depth + 1, values)
        if place is not None:
            return place
    if branch.variable is None or not segment:
        return None
    return _find(branch.variable, segments, depth + 1, (*values, segment))
