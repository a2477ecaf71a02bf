"""Stock: products against stores, what links them, and how far the stores are behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from zoco.client import ClientError
from zoco.database.transaction import Transaction
from zoco.desk import drift, products, publish
from zoco.desk.keep import Unreadable
from zoco.desk.pages.pager import page_numbers
from zoco.desk.pages.visit import Member
from zoco.desk.products import Oversold, Proposal
from zoco.desk.records import log, stock_views
from zoco.desk.records.log import LivePosition
from zoco.desk.records.stock_views import ListingCell, MovementRow, ProductRow, PushRow, SyncLatency
from zoco.desk.tokens import NeedsReconnecting

_LOG_LINES = 20
_ROWS_MAX = 50
# Of what waits to be linked; the next ones come up as these are done.
_WAITING_SHOWN_MAX = 10
# What the browser proposes while a SKU is typed; any other may be typed as well.
_SKUS_PROPOSED_MAX = 100
_MOVEMENTS_MAX = 200
# What a person may write: sales and cancellations write themselves.
REASONS: tuple[products.Reason, ...] = ("receipt", "count", "correction")
NEW_PRODUCT = "new"
_UNREADABLE_STORE = (ClientError, NeedsReconnecting, Unreadable)
_QUANTITY_MAX = 1_000_000
_ID_DIGITS_MAX = 18
_NOTE_MAX = 300


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A product and its listings, by store."""

    product: ProductRow
    cells: dict[int, list[ListingCell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockBoard:
    """All that the Stock screen shows; of the products one page."""

    page: int
    products: list[ProductRow]
    listings: list[ListingCell]
    proposals: Sequence[Proposal]
    oversold: Sequence[Oversold]
    movements: list[MovementRow]
    pushes: list[PushRow]
    latencies: list[SyncLatency]
    told: LivePosition

    @property
    def pages(self) -> int:
        return max(-(-len(self.products) // _ROWS_MAX), 1)

    @property
    def matrix(self) -> list[MatrixRow]:
        shown = self.products[(self.page - 1) * _ROWS_MAX : self.page * _ROWS_MAX]
        rows = {product.id: MatrixRow(product, {}) for product in shown}
        for listing in self.listings:
            if listing.product_id in rows:
                rows[listing.product_id].cells.setdefault(listing.store_id, []).append(listing)
        return list(rows.values())

    @property
    def unlinked(self) -> list[ListingCell]:
        return [listing for listing in self.listings if listing.product_id is None]


async def show(member: Member) -> Response:
    """`GET /stock`: the page, or for htmx its changing part."""
    return await _board_page(member)


async def show_product(member: Member) -> Response:
    """`GET /stock/products/{id}`: its listings, every movement, and the form to correct its stock."""
    return await _product_page(member)


async def correct(member: Member) -> Response:
    """`POST /stock/products/{id}/correct`: a receipt or a correction adds, a count sets."""
    product_id: int = member.request.path_params["product_id"]
    reason = next((reason for reason in REASONS if reason == member.form.get("reason")), None)
    quantity = _whole_number(member.form.get("quantity", ""))
    note = member.form.get("note", "").strip()[:_NOTE_MAX]
    if reason is None or quantity is None or (reason != "correction" and quantity < 0):
        return await _product_page(member, problem="quantity", status=422)
    if reason == "correction" and not note:
        return await _product_page(member, problem="note", status=422)
    with _unknown_is_not_found():
        await products.correct(
            member.desk, product_id, reason=reason, quantity=quantity, note=note, by=member.person.id
        )
    return RedirectResponse(f"/stock/products/{product_id}?said=corrected", 303)


async def link(member: Member) -> Response:
    """`POST /stock/link`: one listing to the product that has a SKU, or to a new one made from it."""
    listing_id = _id(member, "listing_id")
    sku = member.form.get("sku", "").strip()
    try:
        with _unknown_is_not_found():
            if member.form.get("product") == NEW_PRODUCT:
                await products.link_new(member.desk, listing_id, by=member.person.id)
            else:
                await products.link_to_sku(member.desk, listing_id, sku, by=member.person.id)
    except products.NoSuchSku:
        return await _board_page(member, problem="no_sku", status=422)
    except products.SkuTaken:
        return await _board_page(member, problem="sku", status=422)
    except _UNREADABLE_STORE:
        return await _board_page(member, problem="marketplace", status=502)
    return RedirectResponse("/stock?said=linked", 303)


async def link_proposal(member: Member) -> Response:
    """`POST /stock/link-proposal`: the listings that share a SKU to one product, made if need be."""
    try:
        with _unknown_is_not_found():
            await products.link_proposal(member.desk, member.form.get("sku", ""), by=member.person.id)
    except _UNREADABLE_STORE:
        return await _board_page(member, problem="marketplace", status=502)
    return RedirectResponse("/stock?said=linked", 303)


async def unlink(member: Member) -> Response:
    """`POST /stock/unlink`: a listing leaves its product; nothing is sent to its store."""
    with _unknown_is_not_found():
        await products.unlink(member.desk, _id(member, "listing_id"), by=member.person.id)
    return RedirectResponse("/stock?said=unlinked", 303)


async def push_again(member: Member) -> Response:
    """`POST /stock/push`: send what a store refused or shows otherwise."""
    if not await publish.push_again(member.desk, _id(member, "listing_id"), by=member.person.id):
        raise HTTPException(404)
    return RedirectResponse("/stock?said=sending", 303)


async def accept_shown(member: Member) -> Response:
    """`POST /stock/accept`: what the store shows is right, and the product is counted anew by it. Where
    it has been settled meanwhile, the page says what is so now."""
    await drift.accept_shown(member.desk, _id(member, "listing_id"), by=member.person.id)
    return RedirectResponse("/stock?said=accepted", 303)


async def change_rule(member: Member) -> Response:
    """`POST /stock/products/{id}/rule`: units per sale, what is kept back, and whether a listing follows."""
    product_id: int = member.request.path_params["product_id"]
    units_per_sale = _whole_number(member.form.get("units_per_sale", ""))
    buffer = _whole_number(member.form.get("buffer", ""))
    if units_per_sale is None or units_per_sale < 1 or buffer is None or buffer < 0:
        return await _product_page(member, problem="rule", status=422)
    with _unknown_is_not_found():
        await products.change_rule(
            member.desk,
            _id(member, "listing_id"),
            units_per_sale=units_per_sale,
            buffer=buffer,
            follow="follow" in member.form,
            by=member.person.id,
        )
    return RedirectResponse(f"/stock/products/{product_id}?said=rule", 303)


async def _board_page(member: Member, *, problem: str | None = None, status: int = 200) -> Response:
    page = member.request.query_params.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= _ID_DIGITS_MAX else 1

    async def load(tx: Transaction) -> StockBoard:
        return StockBoard(
            page=max(number, 1),
            products=await stock_views.products(tx),
            listings=await stock_views.listings(tx),
            proposals=await products.proposals(tx),
            oversold=await products.oversold(tx),
            movements=await stock_views.latest_movements(tx, _LOG_LINES),
            pushes=await stock_views.latest_pushes(tx, _LOG_LINES),
            latencies=await stock_views.sync_latencies(tx),
            told=await log.newest_position(tx),
        )

    board = await member.desk.database.read(load)
    if board.page > board.pages:
        return RedirectResponse("/stock", 303)
    return member.page(
        "stock_board.html" if member.is_htmx else "stock.html",
        status=status,
        place="stock",
        board=board,
        new_product=NEW_PRODUCT,
        rows_max=_ROWS_MAX,
        waiting_shown_max=_WAITING_SHOWN_MAX,
        skus_proposed_max=_SKUS_PROPOSED_MAX,
        page_numbers=page_numbers(board.page, board.pages),
        live_url=f"/live?topic=stock&after={board.told.text}",
        problem=problem,
        said=member.request.query_params.get("said"),
    )


@contextmanager
def _unknown_is_not_found() -> Iterator[None]:
    """A row that a form names and nobody has is a page that does not exist."""
    try:
        yield
    except products.UnknownRow as unknown:
        raise HTTPException(404) from unknown


async def _product_page(member: Member, *, problem: str | None = None, status: int = 200) -> Response:
    product_id: int = member.request.path_params["product_id"]

    async def load(tx: Transaction) -> tuple[ProductRow | None, list[ListingCell], list[MovementRow]]:
        product = next((row for row in await stock_views.products(tx) if row.id == product_id), None)
        cells = [cell for cell in await stock_views.listings(tx) if cell.product_id == product_id]
        return product, cells, await stock_views.movements_of(tx, product_id, _MOVEMENTS_MAX)

    product, cells, movements = await member.desk.database.read(load)
    if product is None:
        raise HTTPException(404)
    return member.page(
        "product.html",
        status=status,
        place="stock",
        product=product,
        cells=cells,
        movements=movements,
        reasons=REASONS,
        problem=problem,
        said=member.request.query_params.get("said"),
    )


def _id(member: Member, field: str) -> int:
    text = member.form.get(field, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS_MAX):
        raise HTTPException(400)
    return int(text)


def _whole_number(text: str) -> int | None:
    try:
        number = int(text.strip())
    except ValueError:
        return None
    return number if abs(number) <= _QUANTITY_MAX else None
