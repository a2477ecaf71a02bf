"""The way to post, against servers that keep HTTP's rules and servers that do not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.notifications.raw_server import (
    OK,
    RawServer,
    Script,
    raw_server,
    resets,
    says,
    says_and_closes,
)
from tests.notifications.receiver import Receiver
from zoco.notifications.callbacks import callbacks
from zoco.notifications.connection import HEAD_BYTES_MAX, ClosedUnheard, Connection
from zoco.notifications.delivery import ANSWER_BYTES_MAX, Answer, NotAnswered, Outcome, Post

BROKEN_OFF = Outcome.BROKEN_OFF


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with raw_server() as one:
        yield one


async def result(post: Post, url: str) -> Answer | Outcome:
    try:
        async with asyncio.timeout(10):
            return await post(url, b"{}")
    except NotAnswered as failure:
        return failure.outcome


async def test_a_request_says_what_is_needed_and_no_more(server: RawServer, post: Post) -> None:
    await post(server.url + "?shop=7&q=a%20b#here", b'{"_id": "1"}')

    ((_, request),) = server.heard
    port = server.url.split(":")[2].split("/")[0]
    assert request.decode().split("\r\n") == [
        "POST /callback?shop=7&q=a%20b HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "Content-Type: application/json",
        "User-Agent: Zoco",
        "Content-Length: 12",
        "",
        '{"_id": "1"}',
    ]


async def test_a_password_in_the_address_is_sent_as_basic_credentials(server: RawServer, post: Post) -> None:
    await post(server.url.replace("http://", "http://ana:open%20sesame@"), b"{}")

    ((_, request),) = server.heard
    assert b"\r\nAuthorization: Basic YW5hOm9wZW4gc2VzYW1l\r\n" in request


async def test_nothing_in_an_address_becomes_a_header(server: RawServer, post: Post) -> None:
    await post(server.url + "\r\nX-Forged: 1\r\n\r\nñ y", b"{}")

    ((_, request),) = server.heard
    assert request.startswith(b"POST /callbackX-Forged:%201%C3%B1%20y HTTP/1.1\r\nHost: ")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (says(OK), Answer(200)),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntha", b"nks"), Answer(200, b"thanks")),
        (says(b"HTTP/1.1 200\r\ncontent-length:0\r\n\r\n"), Answer(200)),
        (says(b"HTTP/1.1 204 No Content\r\n\r\n"), Answer(204)),
        (says(b"HTTP/1.1 304 Not Modified\r\n\r\n"), Answer(304)),
        # In pieces of unknown number.
        (
            says(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\ntha\r\n3\r\nnks\r\n0\r\n\r\n"
            ),
            Answer(200, b"thanks"),
        ),
        (
            says(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n", b"x" * 2000 + b"\r\n"),
            Answer(500, b"x" * ANSWER_BYTES_MAX),
        ),
        (
            says_and_closes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntha\r\n"),
            BROKEN_OFF,
        ),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), BROKEN_OFF),
        # The end of the connection ends the body, where no length is told.
        (says_and_closes(b"HTTP/1.0 200 OK\r\n\r\nthanks"), Answer(200, b"thanks")),
        (says_and_closes(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nno"), Answer(404, b"no")),
        (says_and_closes(b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\ntha"), BROKEN_OFF),
        # News before the answer.
        (says(b"HTTP/1.1 100 Continue\r\n\r\n", OK), Answer(200)),
        (says(b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" + OK), Answer(200)),
        (says_and_closes(b"HTTP/1.1 100 Continue\r\n\r\n"), BROKEN_OFF),
        (says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), Answer(101)),
        # Not HTTP.
        (says(b"220 mail.example ESMTP\r\n\r\n"), BROKEN_OFF),
        (says(b"HTTP/1.1 2x0 OK\r\n\r\n"), BROKEN_OFF),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"), BROKEN_OFF),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), BROKEN_OFF),
        (says(b"\x16\x03\x01\x00\xa5\x01\x00"), BROKEN_OFF),
        # Too much of it.
        (says(b"HTTP/1.1 200 OK\r\n", b"X-Filler: x\r\n" * HEAD_BYTES_MAX), BROKEN_OFF),
        (says(b"HTTP/1.1 200 OK\r\nX-Filler: ", b"x" * 5 * HEAD_BYTES_MAX), BROKEN_OFF),
        # Broken off.
        (says_and_closes(b""), BROKEN_OFF),
        (says_and_closes(b"HTTP/1.1 200 O"), BROKEN_OFF),
        (says_and_closes(b"HTTP/1.1 200 OK\r\nContent-Le"), BROKEN_OFF),
        (says_and_closes(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntha"), BROKEN_OFF),
        (resets, BROKEN_OFF),
    ],
)
async def test_what_is_an_answer_and_what_is_none(
    server: RawServer, post: Post, script: Script, expected: Answer | Outcome
) -> None:
    server.scripts.append(script)

    assert await result(post, server.url) == expected
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("first", "connections"),
    [
        (says(OK), [1, 1]),
        (says(b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"), [1, 1]),
        (says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), [1, 1]),
        (says(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"), [1, 1]),
        (says(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), [1, 2]),
        (says(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), [1, 2]),
        # What was not read to its end, or was more than asked for, is not used again.
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000), [1, 2]),
        (says(OK + OK), [1, 2]),
        (says(OK + b"HTTP/1.1 200 O"), [1, 2]),
        (says(OK + b"more"), [1, 2]),
    ],
)
async def test_a_connection_is_used_again_if_nothing_is_left_on_it(
    server: RawServer, post: Post, first: Script, connections: list[int]
) -> None:
    server.scripts.append(first)
    await result(post, server.url)

    assert await result(post, server.url) == Answer(200)
    assert server.used_connections == connections


@pytest.mark.parametrize(
    ("second", "third", "expected", "connections"),
    [
        # Closed, as it may be after a while of silence: once more, on a new connection.
        (says_and_closes(), says(OK), Answer(200), [1, 1, 2]),
        (resets, says(OK), Answer(200), [1, 1, 2]),
        (resets, says(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), Answer(500), [1, 1, 2]),
        # But once only, and not when an answer has begun.
        (resets, resets, BROKEN_OFF, [1, 1, 2]),
        (says_and_closes(b"H"), says(OK), BROKEN_OFF, [1, 1]),
    ],
)
async def test_a_post_that_an_old_connection_did_not_take_is_made_once_more(
    server: RawServer,
    post: Post,
    second: Script,
    third: Script,
    expected: Answer | Outcome,
    connections: list[int],
) -> None:
    server.scripts.extend([says(OK), second, third])
    await result(post, server.url)

    assert await result(post, server.url) == expected
    assert server.used_connections == connections


async def test_connections_are_not_used_again_when_they_are_old(server: RawServer) -> None:
    async with callbacks(keep_alive_seconds=0.0) as post:
        await post(server.url, b"{}")
        await post(server.url, b"{}")

    assert server.used_connections == [1, 2]


@pytest.mark.parametrize("greeting", [b"", b"220 mail.example ESMTP\r\n"])
async def test_who_speaks_or_hangs_up_before_he_is_asked_has_not_answered(
    post: Post, greeting: bytes
) -> None:
    def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await result(post, f"http://127.0.0.1:{port}/") == BROKEN_OFF


async def test_a_connection_that_was_lost_before_it_was_asked_says_so() -> None:
    lost = asyncio.Event()

    class Watched(Connection):
        def connection_lost(self, error: Exception | None) -> None:
            super().connection_lost(error)
            lost.set()

    ours, theirs = socket.socketpair()
    _, connection = await asyncio.get_running_loop().create_connection(Watched, sock=ours)
    theirs.close()
    await lost.wait()

    with pytest.raises(ClosedUnheard):
        async with asyncio.timeout(10):
            await connection.exchange(b"POST / HTTP/1.1\r\n\r\n")


async def test_who_stops_waiting_hangs_up(server: RawServer, post: Post) -> None:
    said_half = asyncio.Event()

    def half(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntha")
        said_half.set()

    server.scripts.append(half)
    task = asyncio.create_task(result(post, server.url))
    await said_half.wait()
    task.cancel()

    async with asyncio.timeout(10):
        await server.hung_up.wait()
    assert await result(post, server.url) == Answer(200)
    assert server.used_connections == [1, 2]


async def test_who_is_not_posted_to_is_hung_up_on(server: RawServer) -> None:
    async with callbacks(keep_alive_seconds=0.0) as post:
        await post(server.url, b"{}")

        async with asyncio.timeout(10):
            await server.hung_up.wait()


async def test_the_end_hangs_up(server: RawServer) -> None:
    async with callbacks() as post:
        await post(server.url, b"{}")

    async with asyncio.timeout(10):
        await server.hung_up.wait()


async def test_a_name_with_several_addresses_is_reached_at_the_one_that_answers(post: Post) -> None:
    async with raw_server(host="localhost") as server:
        assert await result(post, server.url) == Answer(200)


async def test_posts_at_once_have_connections_of_their_own(server: RawServer, post: Post) -> None:
    answers = await asyncio.gather(*(result(post, server.url) for _ in range(10)))

    assert answers == [Answer(200)] * 10
    assert sorted(server.used_connections) == list(range(1, 11))


@pytest.mark.parametrize(
    ("trusted", "named", "expected"),
    [
        (True, "localhost", Answer(200)),
        (False, "localhost", Outcome.UNREACHABLE),
        (True, "elsewhere.example", Outcome.UNREACHABLE),
    ],
)
async def test_a_certificate_must_be_trusted_and_bear_the_hosts_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
    named: str,
    expected: Answer | Outcome,
) -> None:
    certificate = certify(tmp_path, named)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    async with raw_server(tls=tls, host="localhost") as server, callbacks() as post:
        assert await result(post, server.url) == expected
        # Twice, because a connection with TLS is kept as well.
        assert await result(post, server.url) == expected
        assert server.used_connections == ([1, 1] if expected == Answer(200) else [])


async def test_a_server_without_tls_is_not_reached_with_it(receiver: Receiver, post: Post) -> None:
    assert await result(post, receiver.url.replace("http:", "https:")) == Outcome.UNREACHABLE
    assert receiver.heard == []


def certify(folder: Path, name: str) -> Path:
    """A key and its own certificate for `name`, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
