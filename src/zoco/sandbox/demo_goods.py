"""What the demo world's sellers have on sale: invented, at plausible prices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Car:
    """A used car; prices in BRL. Without a reservation price of its own the site's rule finds one (A-17)."""

    sku: str
    brand: str
    model: str
    version: str
    year: int
    price: int
    reservation_price: int | None = None

    @property
    def title(self) -> str:
        return f"{self.brand} {self.model} {self.version} {self.year}"


@dataclass(frozen=True, slots=True)
class Good:
    """Something that the shop sells in both of its stores, out of one stock."""

    sku: str
    title: str
    price_ars: int
    price_mxn: int
    stock: int


CARS = (
    Car("CAR-001", "Nissan", "March", "1.0 S Flex", 2014, 35900, 499),
    Car("CAR-002", "Chevrolet", "Onix", "1.0 LT", 2019, 58900),
    Car("CAR-003", "Fiat", "Argo", "Drive 1.0", 2020, 61500),
    Car("CAR-004", "Hyundai", "HB20", "Comfort 1.0", 2018, 54900),
    Car("CAR-005", "Volkswagen", "Polo", "1.6 MSI", 2019, 66900),
    Car("CAR-006", "Renault", "Kwid", "Zen", 2021, 45900, 300),
    Car("CAR-007", "Jeep", "Renegade", "Sport 1.8", 2017, 72900, 1000),
    Car("CAR-008", "Toyota", "Etios", "X 1.3 Hatch", 2016, 47500),
    Car("CAR-009", "Honda", "Fit", "EX 1.5 Automático", 2015, 56000),
    Car("CAR-010", "Ford", "Ka", "SE 1.0", 2019, 47900),
    Car("CAR-011", "Volkswagen", "Saveiro", "Robust 1.6", 2018, 58500, 600),
    Car("CAR-012", "Chevrolet", "Spin", "LTZ 1.8 7 Lugares", 2017, 62900),
    Car("CAR-013", "Peugeot", "208", "Allure 1.6", 2016, 46900),
    Car("CAR-014", "Fiat", "Strada", "Hard Working 1.4", 2020, 68900),
    Car("CAR-015", "Toyota", "Corolla", "XEi 2.0", 2015, 79900, 800),
    Car("CAR-016", "Citroën", "C3", "Tendance 1.5", 2014, 38900),
)

GOODS = (
    Good("CASA-101", "Termo de acero inoxidable 1 litro", 38900, 549, stock=40),
    Good("CASA-102", "Cafetera italiana 6 tazas", 32500, 459, stock=35),
    Good("CASA-103", "Lámpara LED de escritorio plegable", 27900, 389, stock=45),
    Good("CASA-104", "Set de 5 cuchillos con taco de madera", 54900, 799, stock=25),
    Good("CASA-105", "Manta tejida de algodón 130 x 170", 41900, 629, stock=30),
    Good("CASA-106", "Sartén de hierro fundido 26 cm", 46500, 689, stock=28),
    Good("CASA-107", "Organizador de cajones por 6 piezas", 18900, 279, stock=60),
    Good("CASA-108", "Reloj de pared silencioso 30 cm", 22900, 329, stock=36),
    Good("CASA-109", "Balanza digital de cocina hasta 5 kg", 16900, 249, stock=50),
    Good("CASA-110", "Silla plegable de camping", 59900, 899, stock=3),
    Good("CASA-111", "Jarra de vidrio con filtro 1,5 litros", 21500, 309, stock=42),
    Good("CASA-112", "Espejo redondo con marco 60 cm", 74900, 1099, stock=1),
)
