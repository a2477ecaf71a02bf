"""What questions can be searched for (contract 15.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zoco.domain.refusals import Reason, Refused

LIMIT_DEFAULT = 50
LIMIT_MAX = 100
# In the order in which the answer prints them.
SORT_FIELDS = ("item_id", "from_id", "date_created", "seller_id")
_STATUSES_MAX = 20
_ITEM_ID_LENGTH_MAX = 256


@dataclass(frozen=True, slots=True)
class Sort:
    field: str
    descending: bool


NEWEST_FIRST = (Sort("date_created", descending=True),)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionQuery:
    """A search as it was understood; at least one of item, seller and asker is there.

    `sorts` is empty when nobody asked for an order: then the newest come first.
    """

    item_id: str | None = None
    seller_id: int | None = None
    from_id: int | None = None
    statuses: tuple[str, ...] = ()
    sorts: tuple[Sort, ...] = ()
    offset: int = 0
    limit: int = LIMIT_DEFAULT


def parse(
    parameters: Mapping[str, str], *, offset: int, limit: int, received_by: int | None = None
) -> QuestionQuery:
    """The query behind the parameters; unknown ones are ignored, as is a status that does not exist.

        parse({"item": "MLB600034093", "status": "unanswered"}, offset=0, limit=50)

    `received_by` is whose received questions are searched, whatever the parameters say.
    """
    item_id = _text(parameters, "item") or _text(parameters, "item_id")
    if item_id is not None and len(item_id) > _ITEM_ID_LENGTH_MAX:
        raise Refused(Reason.INVALID_FIELD, field="item", detail="too long")
    seller_id = received_by
    for name in ("seller_id", "seller"):
        seller_id = _number(parameters, name) if seller_id is None else seller_id
    from_id = _number(parameters, "from")
    if item_id is None and seller_id is None and from_id is None:
        raise Refused(Reason.SEARCH_WITHOUT_SUBJECT, field="item")
    return QuestionQuery(
        item_id=item_id,
        seller_id=seller_id,
        from_id=from_id,
        statuses=_statuses(_text(parameters, "status")),
        sorts=_sorts(_text(parameters, "sort_fields"), _text(parameters, "sort_types")),
        offset=offset,
        limit=min(limit, LIMIT_MAX),
    )


def _text(parameters: Mapping[str, str], name: str) -> str | None:
    return parameters.get(name, "").strip() or None


def _number(parameters: Mapping[str, str], name: str) -> int | None:
    text = _text(parameters, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refused(Reason.INVALID_FIELD, field=name, detail=text)
    return int(text)


def _statuses(text: str | None) -> tuple[str, ...]:
    statuses = _parts(text)
    if len(statuses) > _STATUSES_MAX:
        raise Refused(Reason.INVALID_FIELD, field="status", detail="too many")
    return tuple(status.upper() for status in statuses)


def _sorts(fields: str | None, types: str | None) -> tuple[Sort, ...]:
    """`item_id,date_created` with one direction for all, or one for each; ascending unless said otherwise."""
    names, directions = _parts(fields), [each.upper() for each in _parts(types)]
    if not set(SORT_FIELDS).issuperset(names) or len(set(names)) != len(names):
        raise Refused(Reason.INVALID_FIELD, field="sort_fields", detail=fields or "")
    if not {"ASC", "DESC"}.issuperset(directions) or len(directions) not in (0, 1, len(names)):
        raise Refused(Reason.INVALID_FIELD, field="sort_types", detail=types or "")
    if len(directions) != len(names):
        directions = (directions or ["ASC"]) * len(names)
    return tuple(
        Sort(name, descending=direction == "DESC") for name, direction in zip(names, directions, strict=True)
    )


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
