"""Everything that is secret or personal passes through two real programs at `--log all`; nothing of it
is said, whatever goes wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest
from msgspec import UNSET

from tests.cli.running_zoco import free_port
from zoco.client import Client
from zoco.client.operator import Operator
from zoco.resources.application import Application, NewApplication
from zoco.resources.item import NewItem
from zoco.resources.order import Phone
from zoco.resources.user import Address, Identification, NewUser

PATIENCE_SECONDS = 60
OPERATOR_KEY = "operator-hush-0123456789"
PASSWORD = "parola hush 4x4"
DESK_PASSWORD = "escritorio hush 4x4"
BUYER = NewUser(
    site_id="MLB",
    nickname="APELIDO_HUSH",
    password=PASSWORD,
    email="iris.hush@example.org",
    first_name="Irishush",
    last_name="Cambarahush",
    phone=Phone(area_code="11", number="5551234-hush"),
    identification=Identification(type="CPF", number="987.654.321-00"),
    address=Address(city="Cidadehush", state="SP", address="Rua Hush 1", zip_code="01234-987"),
)
SELLER = NewUser(site_id="MLB", nickname="VENDEDORA_HUSH", password=PASSWORD, email="loja.hush@example.org")
FEEDBACK = "obrigada-hush pela compra"
CALLBACK_PART = "callback-hush-98765"
PERSONAL = [
    PASSWORD, DESK_PASSWORD, OPERATOR_KEY, FEEDBACK, CALLBACK_PART, "hush", "HUSH", "5551234", "987.654.321",
    "98765432100", "01234-987", "@example",
]  # fmt: skip


class Transcript:
    """All that a process says, read as it comes, so that it is never held up by a full pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._said = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._said:
                self._lines.append(line)
                self._said.notify_all()

    def wait_for(self, *texts: str) -> list[str]:
        """The lines so far, as soon as one of them holds all the texts."""
        with self._said:
            found = self._said.wait_for(
                lambda: any(all(text in line for text in texts) for line in self._lines), PATIENCE_SECONDS
            )
            assert found, (texts, self._lines[-20:])
            return list(self._lines)

    def end(self) -> list[str]:
        self._reader.join(PATIENCE_SECONDS)
        return self._lines


@dataclass
class World:
    """The programs, and every secret that was made while they ran."""

    marketplace: str
    desk: str
    data: Path
    transcript: Transcript
    setup_code: str
    secrets: list[str] = field(default_factory=list)

    def keep(self, secret: object) -> str:
        assert isinstance(secret, str)
        self.secrets.append(secret)
        return secret


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ZOCO_OPERATOR_KEY", OPERATOR_KEY)
    ports = free_port(), free_port()
    command = [sys.executable, "-m", "zoco.cli", "up", "--empty", "--log", "all"]
    process = subprocess.Popen(
        [*command, "--port", str(ports[0]), "--desk-port", str(ports[1])],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    transcript = Transcript(process)
    try:
        said = "".join(transcript.wait_for("Ctrl-C"))
        code = re.search(r"with the code (\w+)", said)
        assert code is not None
        yield World(
            f"http://127.0.0.1:{ports[0]}",
            f"http://127.0.0.1:{ports[1]}",
            tmp_path / "zoco-data",
            transcript,
            code[1],
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
        transcript.end()
        assert process.stdout is not None
        process.stdout.close()


class Surfer:
    """A person with a browser: keeps cookies, and fills in the forms of the page that is shown."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        self._world = world
        self._session = session
        self._page = ""

    async def open(self, url: str) -> str:
        """The address where it ended, redirects followed."""
        async with self._session.get(url) as answer:
            self._page = await answer.text()
            return str(answer.url)

    async def submit(self, url: str, **fields: str) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self._page)
        assert token is not None, self._page
        form = {"csrf_token": self._world.keep(token[1]), **fields}
        origin = url[: url.index("/", 8)]
        async with self._session.post(url, data=form, headers={"Origin": origin}) as answer:
            self._page = await answer.text()
            for step in (*answer.history, answer):
                query = parse_qs(urlsplit(step.headers.get("location", "")).query)
                for name in ("code", "state"):
                    self._world.secrets += query.get(name, [])
                self._world.secrets += [
                    morsel.value for morsel in step.cookies.values() if len(morsel.value) > 8
                ]
            return str(answer.url)


def test_no_secret_and_nothing_personal_is_ever_said(world: World) -> None:
    asyncio.run(trade_and_sign_in(world))
    asyncio.run(knock_with_secrets(world))
    for url in (world.marketplace, world.desk):
        speak_badly(url, world.secrets[0])
    desk_file = world.data / "desk.db"
    with (
        broken(world.data / "marketplace.db", "access_tokens"),
        broken(desk_file, "inbox"),
        broken(desk_file, "sessions"),
    ):
        asyncio.run(knock_with_secrets(world))
        world.transcript.wait_for('"status":500', '"program":"marketplace"')
        world.transcript.wait_for('"status":500', '"program":"desk"')

    lines = world.transcript.wait_for('"event":"trouble"')
    start = next(index for index, line in enumerate(lines) if "Ctrl-C" in line) + 1
    events = [json.loads(line) for line in lines[start:] if line.strip()]
    assert {event["event"] for event in events} == {"request", "delivery", "work", "trouble"}
    said = "".join(lines[start:])
    unsaid = {*PERSONAL, *world.secrets, world.setup_code, "access_token", "csrf_token", "Basic ", "Bearer "}
    assert len(unsaid) > 30
    assert [secret for secret in sorted(unsaid) if secret in said] == []


async def trade_and_sign_in(world: World) -> None:
    """A sale between two people of the marketplace, followed by the desk of the seller."""
    async with Operator(world.marketplace, OPERATOR_KEY) as operator:
        seller, buyer = await operator.create_user(SELLER), await operator.create_user(BUYER)
        tokens = [world.keep((await operator.issue_token(user.id)).access_token) for user in (seller, buyer)]
    async with (
        Client(world.marketplace, tokens=tokens[0]) as selling,
        Client(world.marketplace, tokens=tokens[1]) as buying,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        application = await selling.applications.create(
            NewApplication(
                name="Hush",
                callback_url=f"{world.desk}/settings/stores/callback",
                notifications_callback_url=f"{world.desk}/notifications",
                notifications_topics=["orders", "created_orders", "payments", "items"],
            )
        )
        deaf = await selling.applications.create(
            NewApplication(
                name="Hush, deaf",
                callback_url="https://hush.example/back",
                notifications_callback_url=f"http://127.0.0.1:1/{CALLBACK_PART}?key={CALLBACK_PART}",
                notifications_topics=["orders", "items"],
            )
        )
        world.keep(deaf.secret_key)
        async with Operator(world.marketplace, OPERATOR_KEY) as operator:
            granted = await operator.issue_token(seller.id, app_id=deaf.id)
            world.secrets += [granted.access_token, granted.refresh_token or granted.access_token]
        surfer = Surfer(world, session)
        await connect(world, surfer, application)
        item = await selling.items.publish(
            NewItem(
                title="Macaco 2 t",
                category_id="MLB3530",
                price=Decimal(189),
                currency_id="BRL",
                available_quantity=5,
                buying_mode="buy_it_now",
                listing_type_id="gold_special",
                condition="new",
            )
        )
        order = await buying.orders.place(item_id=item.id, quantity=1)
        await buying.orders.pay(order.id, payment_method_id="visa", cardholder_name="Irishush Cambarahush")
        await buying.orders.give_feedback(order.id, fulfilled=True, rating="positive", message=FEEDBACK)
        world.transcript.wait_for('"event":"work"', f"/orders/{order.id}")
        world.transcript.wait_for('"event":"delivery"', '"outcome":"unreachable"')
        await surfer.open(f"{world.desk}/orders?q=Irishush")
        await surfer.open(f"{world.desk}/orders/1/{order.id}")
        await surfer.submit(f"{world.desk}/orders/1/{order.id}/reveal")
        await surfer.open(f"{world.desk}/orders/1/{order.id}/source")


async def connect(world: World, surfer: Surfer, application: Application) -> None:
    """The desk's first owner signs in, and connects the seller's store."""
    secret = application.secret_key
    assert secret is not UNSET
    await surfer.open(f"{world.desk}/")
    await surfer.submit(
        f"{world.desk}/first-run",
        code=world.setup_code,
        name="Anahush",
        username="anahush",
        password=DESK_PASSWORD,
    )
    await surfer.open(f"{world.desk}/settings/stores")
    await surfer.submit(
        f"{world.desk}/settings/stores/applications",
        base_url=world.marketplace,
        client_id=str(application.id),
        client_secret=world.keep(secret),
    )
    asked = await surfer.submit(f"{world.desk}/settings/stores/connect", application_id="1")
    world.secrets += parse_qs(urlsplit(asked).query)["state"]
    await surfer.submit(asked, username=SELLER.nickname or "", password="wrong hush")
    await surfer.submit(asked, username=SELLER.nickname or "", password=PASSWORD)
    ended = await surfer.submit(asked, decision="allow")
    assert ended.startswith(f"{world.desk}/settings/stores"), ended


async def knock_with_secrets(world: World) -> None:
    """A token, a name, a document: in the query, the path, the headers, the body, at every door."""
    token = world.secrets[0]
    basic = base64.b64encode(f"anahush:{DESK_PASSWORD}".encode()).decode()
    world.secrets += [basic, quote(BUYER.email or "")]
    headers = [
        {},
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"Basic {basic}"},
        {"Cookie": f"zoco_market_session={token}; zoco_desk_session={token}"},
        {"X-Request-Id": token, "Referer": f"http://x/?access_token={token}", "User-Agent": token},
        {"X-Operator-Key": token, "X-Forwarded-For": token, "Origin": f"http://{token}"},
    ]
    paths = [
        f"/users/me?access_token={token}",
        f"/users/me%3Faccess_token={token}",
        f"/users/{token}",
        f"/orders/search?seller=1&q={quote(BUYER.first_name)}&access_token={token}",
        f"/orders/{quote(BUYER.email or '')}",
        f"/authorization?client_id=1&redirect_uri=http://hush.example/{token}&code={token}&state={token}",
        f"/settings/stores/callback?code={token}&state={token}",
        f"/login?next={token}",
        f"/static/{token}/app.css",
        f"/{token}",
    ]
    forms: list[dict[str, Any]] = [
        {"grant_type": "refresh_token", "refresh_token": token, "client_secret": token},
        {"username": BUYER.email, "password": PASSWORD, "csrf_token": token},
    ]
    told = {"resource": f"/orders/{token}", "topic": token, "user_id": 1, "_id": token, "sent": BUYER.email}
    async with aiohttp.ClientSession() as session:
        for home in (world.marketplace, world.desk):
            for path in paths:
                for shown in headers:
                    await read(session, "GET", home + path, headers=shown)
            for form in forms:
                for path in ("/oauth/token", "/authorization?client_id=1", "/login", f"/login/{token}"):
                    await read(session, "POST", home + path, data=form)
            for path in ("/notifications", f"/notifications/{token}"):
                await read(session, "POST", home + path, json=told)
            await read(session, "POST", f"{home}/orders?access_token={token}", data=f'{{"x": "{token}')
            await read(session, token[:20], home)


async def read(session: aiohttp.ClientSession, method: str, url: str, **options: Any) -> None:
    async with session.request(method, url, allow_redirects=False, **options) as answer:
        await answer.read()


def speak_badly(url: str, secret: str) -> None:
    """What is no HTTP, and what asks for another protocol."""
    parts = urlsplit(url)
    upgrade = (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    )
    for words in (
        f"GET /\x01{secret} HTTP/1.1\r\n\r\n",
        f"{secret}\r\n\r\n",
        f"GET /x?access_token={secret} HTTP/1.1\r\nHost: {secret}\r\nbad header {secret}\r\n\r\n",
        f"GET /x?access_token={secret} HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n",
        f"GET /x?access_token={secret} HTTP/1.1\r\nHost: x\r\n{upgrade.replace('websocket', secret)}\r\n",
        f"POST /notifications/{secret} HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{secret}",
    ):
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
            connection.sendall(words.encode("latin-1"))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass


@contextmanager
def broken(file: Path, table: str) -> Iterator[None]:
    """A database in which a table has gone while the program runs."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as database:
        database.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE gone_{table} RENAME TO {table}")
