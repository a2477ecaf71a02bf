"""A seller's own listings, found by what they are (contract 14.5)."""

from __future__ import annotations

from dataclasses import dataclass

from zoco.database.transaction import Transaction
from zoco.storage.texts import containing

LIMIT_DEFAULT = 50
LIMIT_MAX = 100

_SORT_COLUMNS = ("stop_time", "start_time", "available_quantity", "price", "last_updated")
# Sort ids as the answer prints them: `stop_time_asc` is the default.
SORTS = {
    f"{column}_{direction}": f"{column} {'ASC' if direction == 'asc' else 'DESC'}"
    for column in _SORT_COLUMNS
    for direction in ("asc", "desc")
}
SORT_DEFAULT = "stop_time_asc"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """`ItemQuery(seller_id=123, status="active")`; what is None does not narrow the search.

    `sku` is compared with the listing's `seller_custom_field`; `sort` is one of `SORTS`.
    """

    seller_id: int
    status: str | None = None
    sub_status: str | None = None
    buying_mode: str | None = None
    listing_type_id: str | None = None
    sku: str | None = None
    sort: str = SORT_DEFAULT
    offset: int = 0
    limit: int = LIMIT_DEFAULT


@dataclass(frozen=True, slots=True)
class ItemResults:
    total: int
    ids: list[str]


async def find(tx: Transaction, query: ItemQuery) -> ItemResults:
    """A page of ids and the exact total, in one statement."""
    conditions = ["seller_id = :seller_id"]
    parameters: dict[str, object] = {
        "seller_id": query.seller_id,
        "limit": min(query.limit, LIMIT_MAX),
        "offset": query.offset,
    }
    for column, value in (
        ("status", query.status),
        ("buying_mode", query.buying_mode),
        ("listing_type_id", query.listing_type_id),
        ("seller_custom_field", query.sku),
    ):
        if value is not None:
            conditions.append(f"{column} = :{column}")
            parameters[column] = value
    if query.sub_status is not None:
        # sub_status is a JSON array of plain words.
        conditions.append("sub_status LIKE :sub_status ESCAPE '!'")
        parameters["sub_status"] = containing(f'"{query.sub_status}"')
    order = f"{SORTS[query.sort]}, id"
    rows = await tx.all(
        f"""WITH found AS (SELECT * FROM items WHERE {" AND ".join(conditions)}),
                 page AS (SELECT * FROM found ORDER BY {order} LIMIT :limit OFFSET :offset),
                 counted AS (SELECT COUNT(*) AS total FROM found)
            SELECT counted.total, page.id FROM counted LEFT JOIN page ON 1 = 1 ORDER BY {order}""",
        parameters,
    )
    return ItemResults(rows[0]["total"], [row["id"] for row in rows if row["id"] is not None])
