"""Bytes to resources and back, with amounts exact both ways."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


class Malformed(ValueError):
    """The bytes are not JSON (`field` is empty), or a field is missing or of the wrong type."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


def encode(value: object) -> bytes:
    """JSON as the API prints it: decimals as numbers."""
    return _encoder.encode(value)


def decode(body: bytes, shape: type[T], *, strict: bool = True) -> T:
    """Read a resource. With `strict=False` numbers may come as text (A-01)."""
    decoder = _decoders.get((shape, strict))
    if decoder is None:
        decoder = _decoders[shape, strict] = msgspec.json.Decoder(shape, strict=strict)
    try:
        value: T = decoder.decode(body)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise Malformed(message, field=path.rstrip("`").lstrip(".")) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(str(error), field="") from error
    return value
