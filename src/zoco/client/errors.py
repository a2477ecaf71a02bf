"""What can go wrong when one calls a marketplace.

    ClientError
    ├── Refused                 the marketplace understood, and says no (4xx)
    │   ├── BadRequest          400
    │   ├── Unauthorized        401  the token is unknown, expired or revoked
    │   ├── Forbidden           403
    │   ├── NotFound            404  missing, or hidden from this user
    │   ├── Conflict            409
    │   ├── PreconditionFailed  412  somebody else changed the item first
    │   └── TooManyRequests     429  `retry_after` in seconds, where the answer says so
    ├── ServerFailed            5xx
    ├── Unreachable             no connection, or it broke
    ├── TimedOut                no complete answer in time
    └── Garbled                 an answer that cannot be read

No error holds a token: not in its text, not in its attributes.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from zoco.resources.codec import Malformed, decode

_TEXT_SHOWN_MAX = 200


class ClientError(Exception):
    """Any failure of a call. `request` says which: `PUT /items/MLB600034093`."""

    def __init__(self, message: str, *, request: str = "") -> None:
        super().__init__(f"{request}: {message}" if request else message)
        self.request = request


class Refused(ClientError):
    """The marketplace says no. `error` is the machine's word for it, `message` a person's.

    A 4xx that has no class of its own below is a plain `Refused`.
    """

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        cause: Sequence[object] = (),
        *,
        request: str = "",
        body: bytes = b"",
    ) -> None:
        super().__init__(f"{status} {error}: {message}", request=request)
        self.status = status
        self.error = error
        self.message = message
        self.cause = list(cause)
        self.body = body


class BadRequest(Refused):
    pass


class Unauthorized(Refused):
    pass


class Forbidden(Refused):
    pass


class NotFound(Refused):
    pass


class Conflict(Refused):
    pass


class PreconditionFailed(Refused):
    pass


class TooManyRequests(Refused):
    """`retry_after` is in seconds, None where the answer does not say."""

    retry_after: float | None = None


class ServerFailed(ClientError):
    """A 5xx. The request may have been carried out or not. `retry_after` as in `TooManyRequests`."""

    def __init__(
        self, status: int, message: str, *, retry_after: float | None, request: str = "", body: bytes = b""
    ) -> None:
        super().__init__(f"{status} {message}", request=request)
        self.status = status
        self.retry_after = retry_after
        self.body = body


class Unreachable(ClientError):
    pass


class TimedOut(ClientError):
    pass


class Garbled(ClientError):
    pass


_BY_STATUS: dict[int, type[Refused]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    429: TooManyRequests,
}


class _Envelope(Struct, frozen=True):
    """The error envelope of contract 2.1 and its recorded variants: `{code, message}` alone, OAuth's text."""

    message: str | None = None
    error: str | None = None
    code: str | None = None
    error_description: str | None = None
    cause: list[object] | None = None


def failure(status: int, body: bytes, *, retry_after: float | None, request: str) -> ClientError:
    """The error for an answer that is not a success."""
    envelope = _read_envelope(body)
    message = envelope.message or envelope.error_description or ""
    if status >= 500:
        return ServerFailed(status, message, retry_after=retry_after, request=request, body=body)
    if status < 400:
        return Garbled(f"unexpected status {status}", request=request)
    refusal = _BY_STATUS.get(status, Refused)(
        status,
        envelope.error or envelope.code or "",
        message,
        envelope.cause or (),
        request=request,
        body=body,
    )
    if isinstance(refusal, TooManyRequests):
        refusal.retry_after = retry_after
    return refusal


def _read_envelope(body: bytes) -> _Envelope:
    # Proxies in front of a marketplace answer in plain text: `local_rate_limited`.
    try:
        return decode(body, _Envelope, strict=False)
    except Malformed:
        return _Envelope(message=body[:_TEXT_SHOWN_MAX].decode(errors="replace"))
