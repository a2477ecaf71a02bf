"""Applications and tokens over HTTP (contract 13)."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType


class Application(Struct, frozen=True, kw_only=True):
    """The owner also sees `secret_key`, scopes and the notification settings."""

    id: int
    site_id: str | None = None
    name: str
    short_name: str | None = None
    description: str | None = None
    thumbnail: str | None = None
    owner_id: int | None = None
    need_authorization: bool = True
    url: str | None = None
    callback_url: str | None = None
    sandbox_mode: bool = False
    project_id: int | None = None
    active: bool = True
    is_public: bool = True
    certification_status: str = "not_certified"
    max_requests_per_hour: int = 18000
    secret_key: str | UnsetType = UNSET
    scopes: list[str] | UnsetType = UNSET
    notifications_callback_url: str | UnsetType | None = UNSET
    notifications_topics: list[str] | UnsetType = UNSET

    def __repr__(self) -> str:
        # Without the secret key: reprs end up in logs.
        return f"Application(id={self.id}, name={self.name!r})"


class NewApplication(Struct, frozen=True, kw_only=True):
    """Body of `POST /applications`. `callback_url` is the redirect URI, matched exactly (13.2)."""

    name: str
    callback_url: str
    short_name: str | None = None
    description: str | None = None
    url: str | None = None
    site_id: str | None = None
    scopes: tuple[str, ...] = ("read", "write", "offline_access")
    notifications_callback_url: str | None = None
    notifications_topics: list[str] | str = []


class ApplicationChange(Struct, frozen=True, kw_only=True):
    """Body of `PUT /applications/{id}`: partial (26.19)."""

    name: str | UnsetType = UNSET
    callback_url: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    url: str | UnsetType | None = UNSET
    scopes: list[str] | UnsetType = UNSET
    notifications_callback_url: str | UnsetType | None = UNSET
    notifications_topics: list[str] | str | UnsetType = UNSET
    max_requests_per_hour: int | UnsetType = UNSET


class Token(Struct, frozen=True, kw_only=True):
    """The answer of `/oauth/token` (13.3); `expires_in` in seconds."""

    access_token: str
    token_type: str = "bearer"
    expires_in: int
    scope: str
    user_id: int
    refresh_token: str | UnsetType = UNSET

    def __repr__(self) -> str:
        # Without the tokens: reprs end up in logs.
        return f"Token(user_id={self.user_id}, scope={self.scope!r}, expires_in={self.expires_in})"


class TokenRequest(Struct, frozen=True, kw_only=True):
    """The parameters of `POST /oauth/token`, from a form, JSON or the query (13.3, 25.1)."""

    grant_type: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    code: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    refresh_token: str | None = None

    def __repr__(self) -> str:
        # Without the secrets: reprs end up in logs.
        return f"TokenRequest(grant_type={self.grant_type!r}, client_id={self.client_id!r})"


class NewToken(Struct, frozen=True, kw_only=True):
    """Body of `POST /operator/tokens` (26.8)."""

    user_id: int
    app_id: int | None = None
    scopes: tuple[str, ...] = ("read", "write", "offline_access")


class Revocation(Struct, frozen=True, kw_only=True):
    user_id: int
    app_id: int
    msg: str = "Autorización eliminada"
