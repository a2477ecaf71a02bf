"""One HTTP/1.1 connection to a callback: a request out, its answer back, then the next."""

from __future__ import annotations

import asyncio
from typing import cast

import httptools

from zoco.notifications.delivery import ANSWER_BYTES_MAX, Answer, NotAnswered, Outcome

# Of a status line and headers that have not ended yet: no honest ones come near it.
HEAD_BYTES_MAX = 32_768

_LENGTH_HEADERS = (b"content-length", b"transfer-encoding")


class ClosedUnheard(Exception):
    """The other side closed the connection before the first byte of an answer."""


class Connection(asyncio.Protocol):
    """Carries one exchange at a time; `usable` says whether it may carry another.

    The parser calls the methods that begin with `on_` from within `data_received`.
    """

    def __init__(self) -> None:
        self.usable = True
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._heard = False
        self._begin_answer()

    def _begin_answer(self) -> None:
        self._head_whole = False
        self._head_bytes = 0
        self._length_told = False
        self._body = b""

    async def exchange(self, request: bytes) -> Answer:
        """Raises NotAnswered when the answer breaks off, ClosedUnheard when it does not even begin."""
        if not self.usable:
            raise ClosedUnheard
        self._heard = False
        self._begin_answer()
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._answer = answer
        self._transport.write(request)
        try:
            return await answer
        except BaseException:
            # What may still come must not be taken for the answer to another request.
            self.close()
            raise
        finally:
            self._answer = None

    def close(self) -> None:
        self.usable = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's in everything but their class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            # Nobody has asked.
            self.close()
            return
        self._heard = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.usable = False
        except httptools.HttpParserError:
            self._break_off()
        if not self._head_whole:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._break_off()

    def eof_received(self) -> None:
        self.usable = False

    def connection_lost(self, error: Exception | None) -> None:
        self.usable = False
        if self._answer is None or self._answer.done():
            return
        if not self._heard:
            self._answer.set_exception(ClosedUnheard())
        elif self._head_whole and not self._length_told and error is None:
            # HTTP/1.0: the end of the connection is the end of the body.
            self._answered()
        else:
            self._break_off()

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():
            # A second answer to one request.
            self.usable = False

    def on_header(self, name: bytes, value: bytes) -> None:  # noqa: ARG002 - the parser's shape
        if name.lower() in _LENGTH_HEADERS:
            self._length_told = True

    def on_headers_complete(self) -> None:
        self._head_whole = True

    def on_body(self, part: bytes) -> None:
        room = ANSWER_BYTES_MAX - len(self._body)
        self._body += part[:room]
        if len(part) > room:
            # The rest is not wanted; a connection that still holds it cannot be used again.
            self.usable = False
            self._answered()

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200 and not self._parser.should_upgrade():
            # "100 Continue" and its like announce the answer.
            self._begin_answer()
            return
        if not self._parser.should_keep_alive():
            self.usable = False
        self._answered()

    def _answered(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(self._parser.get_status_code(), self._body))

    def _break_off(self) -> None:
        self.usable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NotAnswered(Outcome.BROKEN_OFF))
