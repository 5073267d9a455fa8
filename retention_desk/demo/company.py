"""The company of the demo: its price list, sites, teams and the people who work there."""

from dataclasses import dataclass

from customers.choices import ProductKind
from offers.choices import Duty, Grade
from retention_desk.people import roles

NAME = "Harbor & Vale Cable"
CURRENCY = "USD"
COUNTRY = "US"


@dataclass(frozen=True, slots=True)
class Sold:
    """One product of the price list; prices in cents a month, margin in per cent of the list price."""

    code: str
    kind: ProductKind
    name: str
    price: int
    margin: int


PRODUCTS: tuple[Sold, ...] = (
    Sold("FIBRE-100", ProductKind.INTERNET, "Fibre 100 internet", 4999, 72),
    Sold("FIBRE-300", ProductKind.INTERNET, "Fibre 300 internet", 6499, 74),
    Sold("FIBRE-500", ProductKind.INTERNET, "Fibre 500 internet", 7999, 75),
    Sold("FIBRE-1000", ProductKind.INTERNET, "Fibre 1000 internet", 9499, 76),
    Sold("TV-BASIC", ProductKind.TV, "TV Basic", 2900, 40),
    Sold("TV-SELECT", ProductKind.TV, "TV Select", 4000, 40),
    Sold("TV-SPORTS", ProductKind.TV, "TV Select with Sports", 6800, 38),
    Sold("TV-PREMIER", ProductKind.TV, "TV Premier", 11900, 35),
    Sold("MOBILE-5", ProductKind.MOBILE, "Mobile 5 GB", 1800, 45),
    Sold("MOBILE-20", ProductKind.MOBILE, "Mobile 20 GB", 3100, 48),
    Sold("PHONE-FLAT", ProductKind.PHONE, "Home phone", 1200, 70),
    Sold("CINEMA-PLUS", ProductKind.OTHER, "Cinema Plus channel", 1099, 62),
    Sold("SPEED-1000", ProductKind.OTHER, "Speed upgrade to Fibre 1000", 1500, 93),
)
BY_CODE = {product.code: product for product in PRODUCTS}

SITES = (("Fresno", "America/Los_Angeles"), ("Amarillo", "America/Chicago"))
TEAMS = ("Team Fresno", "Team Amarillo")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works at the desk; `team` is an index of `TEAMS`, None without a seat. `duty` is today's."""

    username: str
    given: str
    family: str
    role: str
    grade: Grade | None = None
    team: int | None = None
    duty: Duty = Duty.OFF


# The first team's people are those of the pictures.
COLLEAGUES: tuple[Colleague, ...] = (
    Colleague("ines", "Ines", "Falk", roles.AGENT, Grade.AGENT, 0, Duty.READY),
    Colleague("samira", "Samira", "Holt", roles.AGENT, Grade.AGENT, 0, Duty.READY),
    Colleague("jun", "Jun", "Abara", roles.AGENT, Grade.NEW, 0, Duty.READY),
    Colleague("nils", "Nils", "Okada", roles.AGENT, Grade.AGENT, 0, Duty.BREAK),
    Colleague("paloma", "Paloma", "Reyes", roles.AGENT, Grade.SENIOR, 0, Duty.READY),
    Colleague("hana", "Hana", "Brandt", roles.AGENT, Grade.AGENT, 0, Duty.AWAY),
    Colleague("leif", "Leif", "Moreau", roles.AGENT, Grade.AGENT, 1, Duty.READY),
    Colleague("ada", "Ada", "Quill", roles.AGENT, Grade.SENIOR, 1, Duty.READY),
    Colleague("bram", "Bram", "Castell", roles.AGENT, Grade.AGENT, 1, Duty.BREAK),
    Colleague("yuki", "Yuki", "Tamm", roles.AGENT, Grade.NEW, 1, Duty.READY),
    Colleague("mara", "Mara", "Ellison", roles.AGENT, Grade.SENIOR, 1, Duty.OFF),
    Colleague("dario", "Dario", "Penn", roles.AGENT, Grade.AGENT, 1, Duty.OFF),
    Colleague("tobias", "Tobias", "Renn", roles.SUPERVISOR, Grade.SUPERVISOR, 0, Duty.READY),
    Colleague("petra", "Petra", "Solano", roles.SUPERVISOR, Grade.SUPERVISOR, 1, Duty.READY),
    Colleague("idris", "Idris", "Vantongeren", roles.SUPERVISOR, Grade.SUPERVISOR, 0, Duty.OFF),
    Colleague("greta", "Greta", "Oyelaran", roles.MANAGER, Grade.MANAGER, 0, Duty.OFF),
    Colleague("admin", "Anselm", "Roth", roles.ADMINISTRATOR),
)
