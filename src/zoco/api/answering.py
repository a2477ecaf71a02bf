"""From an answer to bytes: field selection, JSONP, compression, headers (contract 1.1)."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

import msgspec
from msgspec import Struct
from starlette.types import Send

from zoco.api.endpoint import Caching
from zoco.api.problems import INVALID_CALLBACK_NAME, TurnedAway
from zoco.resources.codec import encode
from zoco.resources.error import Error
from zoco.web.observed import new_request_id

_JSON = "application/json;charset=UTF-8"
_JAVASCRIPT = "text/javascript;charset=UTF-8"
_CALLBACK_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.]{0,63}")
# Below this, compressing costs more than sending: an order has 2 KB, a page of fifty 100.
_COMPRESS_FROM_BYTES = 8 * 1024

# What may be echoed as the request's id without harm to logs and headers.
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")

_ALWAYS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"X-Request-Id,X-Zoco-World,ETag,Retry-After,Idempotent-Replayed"),
    (b"x-content-type-options", b"nosniff"),
)


class Response(Struct, frozen=True):
    """What is sent: a status, a body (JSON, a file, nothing for 204 and 304), headers by lower-case name."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}
    content_type: str = _JSON

    @property
    def is_json(self) -> bool:
        return self.content_type == _JSON


def of_error(error: Error, headers: Mapping[str, str] | None = None) -> Response:
    return Response(error.status, encode(error), {"cache-control": "no-store", **(headers or {})})


def select(body: bytes, attributes: str) -> bytes:
    """Only the named top-level fields; of each element of an array, and of each `body` of a multiget
    that is not an error.

    select(b'{"id":1,"status":"paid","tags":[]}', "id,status") == b'{"id":1,"status":"paid"}'
    """
    names = frozenset(name.strip() for name in attributes.split(",") if name.strip())
    if not names:
        return body
    return encode(_selected(msgspec.Raw(body), names))


def _selected(value: msgspec.Raw, names: frozenset[str]) -> object:
    opening = bytes(value)[:1]
    if opening == b"[":
        return [_selected(element, names) for element in msgspec.json.decode(value, type=list[msgspec.Raw])]
    if opening != b"{":
        return value
    fields = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
    if fields.keys() == {"code", "body"}:
        found = bytes(fields["code"]) == b"200"
        return fields | {"body": _selected(fields["body"], names)} if found else value
    return {name: inner for name, inner in fields.items() if name in names}


def check_callback_name(name: str) -> None:
    """26.29: nothing but a name may come before the parenthesis."""
    if not _CALLBACK_NAME.fullmatch(name):
        raise TurnedAway(INVALID_CALLBACK_NAME)


def as_jsonp(response: Response, name: str) -> Response:
    """`name([status, headers, body])`: HTTP says 200 always, the real status is inside."""
    headers = encode({"Content-Type": response.content_type, **response.headers})
    # JSON allows these two in a string, older JavaScript does not.
    body = response.body.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
    wrapped = b"%s([%d,%s,%s])" % (name.encode(), response.status, headers, body or b"null")
    return Response(200, wrapped, response.headers, _JAVASCRIPT)


def with_cache_headers(response: Response, caching: Caching, if_none_match: str | None) -> Response:
    """`Cache-Control`, and the ETag of reference data, which is its content."""
    headers = {"cache-control": caching.value, **response.headers}
    if caching is not Caching.PRIVATE:
        headers["vary"] = "Accept,Accept-Encoding"
    if caching is Caching.PUBLIC:
        headers["etag"] = f'"{sha256(response.body).hexdigest()[:16]}"'
    if if_none_match is not None and headers.get("etag") in _tags(if_none_match):
        return Response(304, b"", headers, response.content_type)
    return Response(response.status, response.body, headers, response.content_type)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def request_id(given: str | None) -> str:
    """The caller's own id of this request, when it is one; else one of ours (A-32)."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return new_request_id()


@lru_cache(maxsize=1024)
def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    """A header for the wire; most answers have the same ones."""
    return name.encode(), value.encode("latin-1", "replace")


async def send_response(
    send: Send,
    response: Response,
    *,
    request_id: str,
    world_id: str | None,
    gzip_accepted: bool,
    head: bool,
) -> None:
    """The two messages of an answer."""
    body = response.body
    headers = [
        _encoded("content-type", response.content_type),
        *_ALWAYS,
        (b"x-request-id", request_id.encode()),
    ]
    if world_id is not None:
        headers.append(_encoded("x-zoco-world", world_id))
    for name, value in response.headers.items():
        headers.append(_encoded(name, value))
    if gzip_accepted and len(body) >= _COMPRESS_FROM_BYTES:
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    if response.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
