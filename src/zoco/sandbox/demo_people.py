"""Who lives in the demo world: invented people, and how a simulation speaks for them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from msgspec import Struct

from zoco.client.operator import Operator
from zoco.resources.order import Phone
from zoco.resources.user import Address, NewUser

DESK_OWNER = "ana"
DESK_OWNER_NAME = "Ana Quebracho"


class Member(Struct, frozen=True, kw_only=True):
    """A user of the marketplace who belongs to the demo world."""

    id: int
    site_id: str
    nickname: str


class DemoWorld(Struct, frozen=True, kw_only=True):
    """Who was put into a marketplace: what the simulated buyers have to know."""

    sellers: list[Member]
    buyers: list[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Something a visitor may sign in with; `place` is `desk` or `marketplace`."""

    place: str
    name: str
    username: str
    password: str


def _user(
    site_id: str, nickname: str, name: str, phone: str, city: str, state: str, user_type: str = "normal"
) -> NewUser:
    first, _, last = name.partition(" ")
    area_code, _, number = phone.partition(" ")
    return NewUser(
        site_id=site_id,
        nickname=nickname,
        email=f"{nickname.lower().replace('_', '.')}@demo.example",
        first_name=first,
        last_name=last,
        phone=Phone(area_code=area_code, number=number),
        address=Address(city=city, state=state),
        user_type=user_type,
    )


DEALER = _user(
    "MLB", "PATIO_DO_VALE", "Pátio do Vale", "12 5550-0100", "Taubaté", "São Paulo", user_type="car_dealer"
)
SHOPS = (
    _user("MLA", "CASA_QUEBRACHO", "Casa Quebracho", "341 555-0101", "Rosario", "Santa Fe"),
    _user("MLM", "CASA_QUEBRACHO_MX", "Casa Quebracho", "33 5550-0102", "Guadalajara", "Jalisco"),
)
BUYERS = (
    _user("MLB", "LUCI_ARAUCARIA", "Luciana Araucária", "11 5550-0111", "Santos", "São Paulo"),
    _user("MLB", "TIAGO_PEDRA", "Tiago da Pedra", "21 5550-0112", "Niterói", "Rio de Janeiro"),
    _user("MLB", "VAL_CAJUEIRO", "Valquíria Cajueiro", "31 5550-0113", "Betim", "Minas Gerais"),
    _user("MLA", "SOFI_DEL_LITORAL", "Sofía Del Litoral", "11 5550-0121", "Quilmes", "Buenos Aires"),
    _user("MLA", "RAMIRO_CEIBO", "Ramiro Ceibo", "351 555-0122", "Río Cuarto", "Córdoba"),
    _user("MLA", "JULI_JACARANDA", "Julieta Jacarandá", "381 555-0123", "Yerba Buena", "Tucumán"),
    _user("MLM", "PACO_MEZQUITE", "Francisco Mezquite", "81 5550-0131", "Apodaca", "Nuevo León"),
    _user("MLM", "LUPITA_NOPAL", "Guadalupe Nopal", "55 5550-0132", "Coyoacán", "Ciudad de México"),
    _user("MLM", "BETO_AHUEHUETE", "Alberto Ahuehuete", "222 555-0133", "Cholula", "Puebla"),
)


def password_of(operator_key: str, username: str) -> str:
    """The same at every start and another one in every installation, and kept nowhere."""
    digest = hmac.digest(operator_key.encode(), f"demo {username}".encode(), hashlib.sha256)
    letters = base64.b32encode(digest).decode().lower()
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def sign_ins(operator_key: str) -> list[SignIn]:
    """What to print for a visitor: the desk's owner, the sellers, and one buyer of each site."""
    owner = SignIn(
        place="desk",
        name=DESK_OWNER_NAME,
        username=DESK_OWNER,
        password=password_of(operator_key, DESK_OWNER),
    )
    shown = [DEALER, *SHOPS, *BUYERS[::3]]
    nicknames = [(user.nickname or "", f"{user.first_name} {user.last_name}") for user in shown]
    return [
        owner,
        *(
            SignIn(
                place="marketplace",
                name=name,
                username=nickname,
                password=password_of(operator_key, nickname),
            )
            for nickname, name in nicknames
        ),
    ]


class OperatorTokens:
    """A user's token from the operator's hand, and another one when it has run out."""

    def __init__(self, operator: Operator, user_id: int) -> None:
        self._operator = operator
        self._user_id = user_id
        self._token: str | None = None

    async def access_token(self) -> str:
        if self._token is None:
            self._token = (await self._operator.issue_token(self._user_id)).access_token
        return self._token

    async def replace(self, rejected: str) -> str | None:  # noqa: ARG002
        self._token = None
        return await self.access_token()
