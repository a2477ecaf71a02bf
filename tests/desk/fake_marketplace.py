"""A marketplace small enough to read: what the desk's engine asks of one, over real HTTP.

It sells, cancels, hides and refuses as the real one does, keeps versions of its items, and lets a test
say which calls fail and what happens just before one is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.desk.fake_answers import Item, Order, item_body, order_body
from tests.hand_clock import HandClock
from zoco.resources.scalars import order_moment, utc_moment

CLIENT_ID = 14529
CLIENT_SECRET = "the secret of the application"


@dataclass
class Fault:
    method: str
    path: str
    status: int
    times: int
    headers: dict[str, str]
    body: bytes


class FakeMarketplace:
    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.items: dict[str, Item] = {}
        self.orders: dict[int, Order] = {}
        self.access: dict[str, int] = {}
        self.refresh: dict[str, int] = {}
        self.codes: dict[str, int] = {}
        self.exchanged: dict[str, str] = {}
        self.calls: list[str] = []
        self.bodies: list[tuple[str, dict[str, object]]] = []
        self.refreshes = 0
        self.etags = True
        self.world: str | None = None
        self.clock_ahead = timedelta()
        self._faults: list[Fault] = []
        self._before: dict[str, Callable[[], None]] = {}
        self._next_order = 2000000001
        self._pairs = 0
        self._server: TestServer | None = None
        self.base_url = ""

    async def start(self) -> None:
        application = web.Application(middlewares=[self._around])
        add = application.router.add_route
        add("GET", "/users/me", self._me)
        add("GET", "/users/{user}/items/search", self._own_items)
        add("DELETE", "/users/{user}/applications/{application}", self._revoke)
        add("GET", "/items", self._many_items)
        add("GET", "/items/{item}", self._item)
        add("PUT", "/items/{item}", self._change_item)
        add("GET", "/orders/search", self._search)
        add("GET", "/orders/{order}", self._order)
        add("GET", "/orders/{order}/feedback", self._feedback)
        add("POST", "/orders/{order}/feedback", self._give_feedback)
        add("POST", "/oauth/token", self._token)
        self._server = TestServer(application)
        await self._server.start_server()
        self.base_url = str(self._server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.close()

    # WHAT A TEST SAYS

    def authorize(self, account: int) -> tuple[str, str]:
        """A token pair for an account, as the consent page would leave one."""
        self._pairs += 1
        pair = f"APP_USR-{account}-{self._pairs}", f"TG-{account}-{self._pairs}"
        self.access[pair[0]], self.refresh[pair[1]] = account, account
        return pair

    def forget_access_tokens(self) -> None:
        self.access.clear()

    def fail_next(
        self,
        method: str,
        path: str,
        status: int,
        *,
        times: int = 1,
        headers: dict[str, str] | None = None,
        body: bytes = b'{"message":"no","error":"error","status":0,"cause":[]}',
    ) -> None:
        self._faults.append(Fault(method, path, status, times, headers or {}, body))

    def just_before(self, method: str, path: str, act: Callable[[], None]) -> None:
        """Do something once, after the next such call has come in and before it is carried out."""
        self._before[f"{method} {path}"] = act

    def calls_of(self, method: str, path: str) -> int:
        return self.calls.count(f"{method} {path}")

    def list_item(
        self,
        item: str,
        *,
        seller: int,
        quantity: int,
        sku: str | None = None,
        variations: dict[int, int] | None = None,
    ) -> None:
        self.items[item] = Item(
            item, seller, quantity, sku=sku, variations=variations or {}, changed=utc_moment(self._now())
        )

    def sell(
        self,
        item: str,
        *,
        quantity: int = 1,
        variation: int | None = None,
        hidden: bool = False,
        reservation: bool = False,
    ) -> int:
        """A sale: paid at once, or `hidden` because it waits for its payment."""
        self.clock.advance(timedelta(milliseconds=5))
        now = order_moment(self._now())
        order_id, self._next_order = self._next_order, self._next_order + 1
        self.orders[order_id] = Order(
            id=order_id,
            seller=self.items[item].seller,
            item=item,
            quantity=quantity,
            variation=variation,
            status="payment_required" if hidden else "paid",
            created=now,
            changed=now,
            closed=None if hidden else now,
            tags=[
                *(["reservation"] if reservation else []),
                "not_paid" if hidden else "paid",
                "not_delivered",
            ],
            hidden=hidden,
        )
        if not hidden:
            self._move(item, variation, -quantity)
        return order_id

    def pay(self, order_id: int) -> None:
        order = self.orders[order_id]
        self._touch(order, status="paid")
        order.closed, order.hidden = order.changed, False
        order.tags = ["paid" if tag == "not_paid" else tag for tag in order.tags]
        order.payments = [
            {
                "id": 900,
                "status": "approved",
                "transaction_amount": 499,
                "currency_id": "BRL",
                "date_created": order.changed,
            }
        ]
        self._move(order.item, order.variation, -order.quantity)

    def cancel(self, order_id: int, *, restock: bool = True) -> None:
        order = self.orders[order_id]
        self._touch(order, status="cancelled")
        order.cancelled = order.changed
        if restock:
            self._move(order.item, order.variation, order.quantity)

    def touch(self, order_id: int) -> None:
        self._touch(self.orders[order_id])

    def set_quantity(self, item: str, quantity: int) -> None:
        """The seller changes it by hand, on the marketplace's own pages."""
        self.clock.advance(timedelta(milliseconds=5))
        self._move(item, None, quantity - self.items[item].quantity)

    def _touch(self, order: Order, status: str | None = None) -> None:
        self.clock.advance(timedelta(milliseconds=5))
        order.status = status or order.status
        order.changed = order_moment(self._now())

    def _move(self, item: str, variation: int | None, by: int) -> None:
        moved = self.items[item]
        if variation is None:
            moved.quantity += by
        else:
            moved.variations[variation] += by
        self._changed(moved)

    def _changed(self, item: Item) -> None:
        item.version += 1
        item.changed = utc_moment(self._now())

    def _now(self) -> datetime:
        return self.clock.now() + self.clock_ahead

    # WHAT IT ANSWERS

    @web.middleware
    async def _around(self, request: web.Request, handler: Callable) -> web.StreamResponse:  # type: ignore[type-arg]
        call = f"{request.method} {request.path}"
        self.calls.append(call)
        act = self._before.pop(call, None)
        if act is not None:
            act()
        fault = next(
            (each for each in self._faults if (each.method, each.path) == (request.method, request.path)),
            None,
        )
        if fault is not None:
            fault.times -= 1
            if fault.times == 0:
                self._faults.remove(fault)
            response = web.Response(status=fault.status, body=fault.body, headers=fault.headers)
        elif request.path != "/oauth/token" and self._caller(request) is None:
            response = self._error(401, "not_found", "invalid_token")
        else:
            response = await handler(request)
        response.headers["Date"] = format_datetime(self._now(), usegmt=True)
        if self.world is not None:
            response.headers["X-Zoco-World"] = self.world
        return response

    def _caller(self, request: web.Request) -> int | None:
        return self.access.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    @staticmethod
    def _error(status: int, error: str, message: str) -> web.Response:
        return web.json_response(
            {"message": message, "error": error, "status": status, "cause": []}, status=status
        )

    async def _me(self, request: web.Request) -> web.Response:
        account = self._caller(request)
        return web.json_response({"id": account, "nickname": f"STORE{account}", "site_id": "MLB"})

    async def _own_items(self, request: web.Request) -> web.Response:
        account = int(request.match_info["user"])
        ids = sorted(item.id for item in self.items.values() if item.seller == account)
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        paging = {"total": len(ids), "offset": offset, "limit": limit}
        return web.json_response(
            {"seller_id": str(account), "paging": paging, "results": ids[offset : offset + limit]}
        )

    async def _revoke(self, request: web.Request) -> web.Response:
        account = int(request.match_info["user"])
        self.access = {token: owner for token, owner in self.access.items() if owner != account}
        self.refresh = {token: owner for token, owner in self.refresh.items() if owner != account}
        return web.json_response({"user_id": account, "app_id": CLIENT_ID, "msg": "Autorización eliminada"})

    async def _many_items(self, request: web.Request) -> web.Response:
        return web.json_response(
            [{"code": 200, "body": item_body(self.items[item])} for item in request.query["ids"].split(",")]
        )

    async def _item(self, request: web.Request) -> web.Response:
        item = self.items.get(request.match_info["item"])
        return self._error(404, "not_found", "no such item") if item is None else self._item_answer(item)

    def _item_answer(self, item: Item) -> web.Response:
        headers = {"ETag": f'"{item.version}"'} if self.etags else {}
        return web.json_response(item_body(item), headers=headers)

    async def _change_item(self, request: web.Request) -> web.Response:
        item = self.items[request.match_info["item"]]
        change = await request.json()
        self.bodies.append((request.path, change))
        wanted = request.headers.get("If-Match")
        if self.etags and wanted is not None and wanted != f'"{item.version}"':
            return self._error(412, "stale_version", "the item has changed")
        if "available_quantity" in change:
            item.quantity = change["available_quantity"]
        if "variations" in change:
            kept = {each["id"]: each for each in change["variations"]}
            item.variations = {
                variation: kept[variation].get("available_quantity", quantity)
                for variation, quantity in item.variations.items()
                if variation in kept
            }
        self.clock.advance(timedelta(milliseconds=5))
        self._changed(item)
        return self._item_answer(item)

    async def _search(self, request: web.Request) -> web.Response:
        seller, item = int(request.query["seller"]), request.query.get("item")
        found = [
            order
            for order in self.orders.values()
            if order.seller == seller and not order.hidden and item in (None, order.item)
        ]
        found.sort(key=lambda order: order.created, reverse=request.query.get("sort") == "date_desc")
        offset, limit = int(request.query.get("offset", 0)), int(request.query["limit"])
        results = [order_body(order) | {"comments": None} for order in found[offset : offset + limit]]
        paging = {"total": len(found), "offset": offset, "limit": limit}
        return web.json_response({"paging": paging, "results": results})

    async def _order(self, request: web.Request) -> web.Response:
        order = self.orders.get(int(request.match_info["order"]))
        if order is None or order.hidden:
            return self._error(404, "order_not_found", "Order not found.")
        if order.seller != self._caller(request):
            return self._error(403, "forbidden", "The user has not access to the order")
        return web.json_response(order_body(order))

    async def _feedback(self, request: web.Request) -> web.Response:
        order = self.orders[int(request.match_info["order"])]
        return web.json_response({"sale": order.sale_feedback, "purchase": None})

    async def _give_feedback(self, request: web.Request) -> web.Response:
        order = self.orders[int(request.match_info["order"])]
        body = await request.json()
        self.bodies.append((request.path, body))
        if order.sale_feedback is not None:
            return self._error(400, "feedback_already_exists", "Feedback was already given")
        restock = body.get("restock_item", True)
        if body["fulfilled"]:
            self._touch(order)
            order.tags = ["delivered" if tag == "not_delivered" else tag for tag in order.tags]
        else:
            self.cancel(order.id, restock=restock)
        order.sale_feedback = {
            "id": 1,
            "date_created": order.changed,
            "fulfilled": body["fulfilled"],
            "rating": body["rating"],
            "restock_item": restock,
        }
        return web.json_response(order.sale_feedback, status=201)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["grant_type"] == "authorization_code":
            self.exchanged = {name: str(value) for name, value in form.items()}
            account = self.codes.pop(str(form["code"]), None)
        else:
            self.refreshes += 1
            account = self.refresh.pop(str(form["refresh_token"]), None)
        if form["client_secret"] != CLIENT_SECRET:
            return self._error(400, "invalid_client", "invalid client_id or client_secret")
        if account is None:
            return self._error(400, "invalid_grant", "it was already used")
        access, refresh = self.authorize(account)
        return web.json_response(
            {
                "access_token": access,
                "token_type": "bearer",
                "expires_in": 21600,
                "scope": "offline_access read write",
                "user_id": account,
                "refresh_token": refresh,
            }
        )
