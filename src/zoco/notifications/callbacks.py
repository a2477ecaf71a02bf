"""How callbacks are reached: names looked up and remembered for a while, connections used again."""

from __future__ import annotations

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from aiohappyeyeballs import AddrInfoType, start_connection
from yarl import URL

from zoco.notifications.connection import ClosedUnheard, Connection
from zoco.notifications.delivery import Answer, NotAnswered, Outcome, Post

# Shorter than common servers keep an idle connection open (5 s), so that we seldom post into one
# that is being closed.
KEEP_ALIVE_SECONDS = 4.0
_SWEEP_SECONDS = 1.0
_LOOKED_UP_SECONDS = 30.0
# How long an address may be silent before the next one of the same name is dialled beside it.
_NEXT_ADDRESS_SECONDS = 0.25


class _Origin(NamedTuple):
    """Whom a connection leads to; all callbacks there share connections."""

    host: str
    port: int
    tls: bool


@dataclass(frozen=True, slots=True)
class _Target:
    """A callback's URL, read once; `head` is the request up to the number of its length."""

    origin: _Origin
    head: bytes


@asynccontextmanager
async def callbacks(*, keep_alive_seconds: float = KEEP_ALIVE_SECONDS) -> AsyncIterator[Post]:
    """A way to post: connections are used again, there are no cookies, redirects are not followed.

    async with callbacks() as post:
        await Dispatcher(database, clock, post=post).run()
    """
    pool = _Pool(keep_alive_seconds)
    try:
        yield pool.post
    finally:
        await pool.close()


class _Pool:
    """Connections by origin. How many there are at once follows from the dispatcher's slots."""

    def __init__(self, keep_alive_seconds: float) -> None:
        self._keep_alive_seconds = keep_alive_seconds
        self._loop = asyncio.get_running_loop()
        self._addresses = _Addresses()
        self._idle: dict[_Origin, list[Connection]] = {}
        self._sweeping = self._loop.call_later(_SWEEP_SECONDS, self._sweep)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Made when it is first needed: reading the certificates of the system takes a while.
        return ssl.create_default_context()

    async def post(self, url: str, body: bytes) -> Answer:
        """Raises NotAnswered. A post that an old connection did not take is made once more on a new one:
        its server may have closed it meanwhile, and a message may arrive twice."""
        target = _target(url)
        request = b"%b%d\r\n\r\n%b" % (target.head, len(body), body)
        connection = self._take_idle(target.origin)
        if connection is not None:
            with suppress(ClosedUnheard):
                answer = await connection.exchange(request)
                self._keep(target.origin, connection)
                return answer
        connection = await self._connected(target.origin)
        try:
            answer = await connection.exchange(request)
        except ClosedUnheard as error:
            raise NotAnswered(Outcome.BROKEN_OFF) from error
        self._keep(target.origin, connection)
        return answer

    async def close(self) -> None:
        self._sweeping.cancel()
        self._addresses.forget_all()
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
        # A transport that was aborted lets go of its socket in the loop's next turn.
        await asyncio.sleep(0)

    def _keep(self, origin: _Origin, connection: Connection) -> None:
        if connection.usable:
            connection.idle_since = self._loop.time()
            self._idle.setdefault(origin, []).append(connection)
        else:
            connection.close()

    def _take_idle(self, origin: _Origin) -> Connection | None:
        """The one that was used last: the others may then grow old and be closed."""
        connections = self._idle.get(origin)
        while connections:
            connection = connections.pop()
            if connection.usable and self._loop.time() - connection.idle_since < self._keep_alive_seconds:
                return connection
            connection.close()
        return None

    async def _connected(self, origin: _Origin) -> Connection:
        """The connection is made to an address that was looked up before, not to a name."""
        try:
            addresses = await self._addresses.of(origin.host, origin.port)
            dialled = await start_connection(
                addresses, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS, interleave=1, loop=self._loop
            )
            try:
                _, connection = await self._loop.create_connection(
                    Connection,
                    sock=dialled,
                    ssl=self._tls if origin.tls else None,
                    server_hostname=origin.host if origin.tls else None,
                )
            except BaseException:
                dialled.close()
                raise
        except (OSError, UnicodeError) as error:
            raise NotAnswered(Outcome.UNREACHABLE) from error
        return connection

    def _sweep(self) -> None:
        """Close what nobody has used for long; forget what nobody asks for."""
        oldest = self._loop.time() - self._keep_alive_seconds
        for origin, connections in list(self._idle.items()):
            kept = []
            for connection in connections:
                if connection.usable and connection.idle_since > oldest:
                    kept.append(connection)
                else:
                    connection.close()
            if kept:
                self._idle[origin] = kept
            else:
                del self._idle[origin]
        self._addresses.forget_old()
        self._sweeping = self._loop.call_later(_SWEEP_SECONDS, self._sweep)


@dataclass(frozen=True, slots=True)
class _LookUp:
    answer: asyncio.Task[Sequence[AddrInfoType]]
    until: float


class _Addresses:
    """Looks names up; all who ask for one meanwhile, and for half a minute, share the answer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._look_ups: dict[tuple[str, int], _LookUp] = {}

    async def of(self, host: str, port: int) -> Sequence[AddrInfoType]:
        look_up = self._look_ups.get((host, port))
        if look_up is None or look_up.until <= self._loop.time():
            task = self._loop.create_task(self._look_up(host, port))
            look_up = _LookUp(task, self._loop.time() + _LOOKED_UP_SECONDS)
            self._look_ups[host, port] = look_up
        # Who gives up waiting leaves the others waiting.
        return await asyncio.shield(look_up.answer)

    async def _look_up(self, host: str, port: int) -> Sequence[AddrInfoType]:
        try:
            return await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except BaseException:
            # A failure is for those who wait, not for those who ask later.
            self._look_ups.pop((host, port), None)
            raise

    def forget_old(self) -> None:
        now = self._loop.time()
        for key, look_up in list(self._look_ups.items()):
            if look_up.answer.done() and look_up.until <= now:
                del self._look_ups[key]

    def forget_all(self) -> None:
        for look_up in list(self._look_ups.values()):
            look_up.answer.cancel()


@lru_cache(maxsize=4096)
def _target(url: str) -> _Target:
    """Raises NotAnswered for what is not the address of an HTTP server."""
    try:
        parsed = URL(url)
    except ValueError as error:
        raise NotAnswered(Outcome.UNREACHABLE) from error
    host, port = parsed.raw_host, parsed.port
    if parsed.scheme not in ("http", "https") or not host or port is None:
        raise NotAnswered(Outcome.UNREACHABLE)
    lines = [
        f"POST {parsed.raw_path_qs} HTTP/1.1",
        f"Host: {parsed.host_port_subcomponent}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "Content-Type: application/json",
        "User-Agent: Zoco",
    ]
    if parsed.user is not None or parsed.password is not None:
        credentials = f"{parsed.user or ''}:{parsed.password or ''}".encode()
        lines.append(f"Authorization: Basic {b64encode(credentials).decode()}")
    lines.append("Content-Length: ")
    return _Target(_Origin(host, port, tls=parsed.scheme == "https"), "\r\n".join(lines).encode("ascii"))
