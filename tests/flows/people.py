"""The parties of the documents' examples, with the data printed there."""

from __future__ import annotations

from zoco.resources.order import Phone
from zoco.resources.user import Identification, NewUser

RESERVATION_BUYER = NewUser(
    site_id="MLB",
    nickname="COMPRADORTESTE",
    email="b@b.com",
    first_name="Comprador de testes",
    last_name="da Silva",
    phone=Phone(area_code="11", number="12345678"),
    identification=Identification(type="CPF", number="12345678910"),
)
RESERVATION_SELLER = NewUser(
    site_id="MLB",
    nickname="VENDEDORTESTES",
    email="a@a.com",
    first_name="Vendedor de Testes",
    last_name="testes de documentacao",
    phone=Phone(number="11 12345678", extension="11"),
)
TWO_CARDS_BUYER = NewUser(
    site_id="MLB",
    nickname="TETE2022123",
    email="test_user_21963158@testuser.com",
    first_name="Test",
    last_name="Test",
    phone=Phone(area_code="01", number="1111-1111"),
    identification=Identification(type="CPF", number="67045427794"),
)
TWO_CARDS_SELLER = NewUser(
    site_id="MLB",
    nickname="TETE6072468",
    email="test_user_70385259@testuser.com",
    first_name="Test",
    last_name="Test",
    phone=Phone(area_code="01", number="1111-1111"),
)
