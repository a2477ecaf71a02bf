"""What an application asks of a person's browser: the query of `GET /authorization` (contract 13.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from zoco.domain.applications import SCOPES
from zoco.domain.refusals import Reason, Refused

_METHODS = ("S256", "plain")
_LENGTH_MAX = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRequest:
    """`wrong` is the error that goes back to the application when the rest of its request is not right."""

    client_id: int
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    code_challenge: str | None
    code_challenge_method: str | None
    wrong: str | None

    @property
    def origin(self) -> str:
        """Where the browser ends after the consent: `https://desk.example`."""
        parts = urlsplit(self.redirect_uri)
        return f"{parts.scheme}://{parts.netloc}"

    def back_with(self, **answer: str) -> str:
        """The redirect URI with the answer, and with the state that the application gave."""
        if self.state is not None:
            answer["state"] = self.state
        joint = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{joint}{urlencode(answer)}"


def parse(query: Mapping[str, str]) -> ConsentRequest:
    """The request; refused outright when it does not say who asks and where to go back to."""
    for name, value in query.items():
        if "\0" in value or len(value) > _LENGTH_MAX:
            raise Refused(Reason.INVALID_FIELD, field=name[:64])
    client_id = query.get("client_id", "")
    if not (client_id.isascii() and client_id.isdigit() and len(client_id) <= 18):
        raise Refused(Reason.INVALID_CLIENT, field="client_id", detail=client_id)
    scopes = tuple(query.get("scope", "").replace(",", " ").split()) or SCOPES
    return ConsentRequest(
        client_id=int(client_id),
        redirect_uri=query.get("redirect_uri", ""),
        state=query.get("state"),
        scopes=scopes,
        code_challenge=query.get("code_challenge") or None,
        code_challenge_method=query.get("code_challenge_method") or None,
        wrong=_wrong(query, scopes),
    )


def _wrong(query: Mapping[str, str], scopes: tuple[str, ...]) -> str | None:
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if not set(scopes) <= set(SCOPES):
        return "invalid_scope"
    if query.get("code_challenge_method", "plain") not in _METHODS:
        return "invalid_request"
    return None
