"""Invented people and places: given and family names of several origins, towns, streets, and numbers made for fiction.

Family names are made up or far from anybody known; towns and streets do not exist (Fresno and Clovis, of the design's
pictures, apart). Telephone numbers are 555-0100 to 555-0199 of North American area codes, which nobody is given.
"""

import random
from dataclasses import dataclass

_GIVEN = {
    "en": (
        "Marlene Corvin Odell Petra Albin Renata Anselm Caspian Delphine Brita Sunniva Merrit Tobin Leona Harlan Ida "
        "Wendell Cora Bram Elspeth Rufus Nell Garrick Opal Hollis Vera Percival Mabel Ansel Thea Linus Faye Quentin "
        "Averil Silas Dottie Emmett Willa Barnaby Greer"
    ),
    "es": (
        "Marisol Itzel Joaquina Anselmo Rosaura Evaristo Candela Fermín Graciela Leandro Maravillas Nicanor Ofelia "
        "Perpetua Ramiro Soledad Teodoro Úrsula Valentín Yolanda Abelardo Blasa Casimiro Dionisia Elvira Faustino "
        "Genoveva Hilario Inmaculada Jacinto"
    ),
    "de": (
        "Wiebke Lorenz Swantje Gereon Hedwig Volkmar Annegret Ortwin Gesine Ekkehard Birgit Jörn Friederike Henning "
        "Roswitha Detlef Mechthild Burkhard Sieglinde Torben Liesel Malte Käthe Ruprecht Ottilie Günther Silke Arndt"
    ),
    "pt": (
        "Conceição Adalberto Benedita Cícero Doralice Expedito Florinda Gumercindo Iracema Josué Lindalva Marinalva "
        "Nivaldo Osvaldina Petrônio Quitéria Raimundo Socorro Tarcísio Valdirene Waldomiro Zilda Anésia Belmiro"
    ),
    "ru": (
        "Yaroslava Timofey Glafira Zakhar Lyudmila Prokhor Vasilisa Rodion Agafya Matvey Taisiya Savely Praskovya "
        "Yefim Ulyana Fyodor Zlata Demyan Nonna Arkady Faina Gleb Inessa Kuzma"
    ),
    "th": (
        "Anong Boonsri Chanarong Duangjai Ekachai Fongchan Hathai Itthipol Jintana Kanya Lamai Manop Nittaya Orapin "
        "Pranee Ratana Somsri Thawee Ubon Wanida Yada Araya Chalerm Darunee"
    ),
    "other": (
        "Ngairo Oluwaferan Chidimma Kwabena Aziza Farrukh Parisa Rohan Meenal Jiho Sora Haruki Yuna Minh Thuy Lani "
        "Keoni Amara Tariq Nadia Ilir Dorina Zsófia Béla Aoife Ciarán Eirwen Gwilym Leif Sanna"
    ),
}
_FAMILY = {
    "en": (
        "Haddow Merriwell Ashcombe Pellwright Corbridge Dunmoor Thackery Wexcombe Ollerby Harrowgate Quillby "
        "Stanwick Brackenridge Loxley-Dane Farrowby Penhallam Wickstead Marlowe-Finch Grantley Osmotherly Kettleworth "
        "Tillingham Hartshorne Crowhurst Bellweather Sallowfield Winterbourne Copperthwaite Underhay"
    ),
    "es": (
        "Ruiz-Kehl Montesdeoca Valcárcel Arizmendi Berruguete Cascajosa Echegoyen Fuentidueña Galarreta Hinestrosa "
        "Irigaray Larrazábal Madruga Olazábal Perdigón Quiñonero Rebolledo Sotelino Tordesillas Urquiola Villaverdú "
        "Zubizarra Peñaloza Cienfuegos Abreu-Lanza"
    ),
    "de": (
        "Brandvold Wrangel Ehrlichmann Hagenbusch Kirchgessner Löwenthaler Morgenschein Niedermoser Oberfell Prüßmann "
        "Rautenstrauch Schönleber Tiefenbacher Vogelsanger Wacholder Zieglowski Achterberg Birkenfels Dünnwald "
        "Fischgrund Grünhäuser Heidtmann Mühlenkamp"
    ),
    "pt": (
        "Carvalhosa Figueiral Gonçalvez-Prado Albuquerquinho Bittencastro Cavalcanova Damasceno-Luz Esteveira "
        "Fontourinha Guimarãesa Lacerdinha Magalhosa Nogueirão Oliveirinha Passarinho "
        "Queirozal Saldanhal Tavarone Vasconcelhos"
    ),
    "ru": (
        "Abrikosov Berezkina Vorobyanin Gusev-Lomov Dyatlovich Zhuravina Zimorodok Kalinovich Lebedinets Medovik "
        "Nebesnaya Osinkin Polyanin Ryabinovich Snegirev-Tam Topolev Utkinson Filimonchik Shishkarev Yablonsky-Rey"
    ),
    "th": (
        "Chaiyaporn-Dee Dokmai Euamsuk Intharat Jaidee Khemthong Luangsri Malithong Ngamwong Ornsiri Phetchai "
        "Rungrojana Saengdao Thongdee Udomkit Wattanasri Yimyaem Boonlert Charoenphan Sirimongkol"
    ),
    "other": (
        "Okonedo-Bright Osei-Manu Achterkamp Varga-Toth Marchetta Haddadin Park-Linde Okorie-Hale "
        "Torvaldsen-Ek Rahmonov Shirazian Deshmukhan Kimura-Lee Nguyen-Vale Kealoha-Ray Benali-Roux Hoxhaj Nagyfalvi "
        "O’Callery Maddock-Rhys Sandström-Oy Vanlomm"
    ),
}
_ORIGINS = {"en": 38, "es": 24, "de": 8, "pt": 8, "ru": 7, "th": 6, "other": 9}
_LANGUAGES = {"es": "es", "de": "de", "pt": "pt-br", "ru": "ru", "th": "th"}

GIVEN = {origin: tuple(names.split()) for origin, names in _GIVEN.items()}
FAMILY = {origin: tuple(names.split()) for origin, names in _FAMILY.items()}

_STREETS = (
    *("Orchard Lane", "Copper Mill Road", "Saltbush Way", "Larkrise Avenue", "Quarry Court", "Old Ferry Street"),
    *("Juniper Row", "Tannery Lane", "Kestrel Drive", "Windmill Close", "Paloverde Street", "Brickfield Road"),
    *("Heron Walk", "Lantern Street", "Olive Press Way", "Signal Hill Road", "Cotton Gin Avenue", "Mesa Linda Drive"),
    *("Harvest Loop", "Fig Tree Court", "Camino del Alba", "Calle Tres Pinos", "Weaver Street", "Granite Steps"),
    *("Sparrow Lane", "Depot Street", "Almond Circle", "Rancho Sereno Way", "Beacon Rise", "Millrace Path"),
)
_BUSINESSES = (
    *("Bakery", "Auto Repair", "Dental Studio", "Print Works", "Garden Center", "Books", "Hardware", "Laundry"),
    *("Cycle Shop", "Tax Office", "Florist", "Upholstery", "Pet Clinic", "Music School", "Tile & Stone"),
)


@dataclass(frozen=True, slots=True)
class Town:
    """An invented town: its state, jurisdiction, postcodes from `postcode` on, area code, and the site that answers."""

    name: str
    region: str
    jurisdiction: str
    postcode: int
    area: str
    site: int
    weight: int


TOWNS: tuple[Town, ...] = (
    Town("Fresno", "CA", "US-CA", 93700, "559", 0, 8),
    Town("Clovis", "CA", "US-CA", 93611, "559", 0, 4),
    Town("Cardenal", "CA", "US-CA", 93650, "559", 0, 5),
    Town("Alder Flat", "CA", "US-CA", 93655, "559", 0, 4),
    Town("Mirador", "CA", "US-CA", 93658, "559", 0, 4),
    Town("San Telmo", "CA", "US-CA", 93240, "661", 0, 6),
    Town("Quailbrook", "CA", "US-CA", 95340, "209", 0, 6),
    Town("Port Lorne", "CA", "US-CA", 94510, "707", 0, 5),
    Town("Vista Serena", "CA", "US-CA", 92590, "951", 0, 5),
    Town("Hollow Oak", "CA", "US-CA", 95630, "916", 0, 5),
    Town("Cinder Ridge", "NV", "US-NV", 89410, "775", 0, 4),
    Town("Amaranth", "TX", "US-TX", 79110, "806", 1, 7),
    Town("Kettle Bend", "TX", "US-TX", 79410, "806", 1, 6),
    Town("Dry Fork", "TX", "US-TX", 76310, "940", 1, 5),
    Town("Santa Brígida", "TX", "US-TX", 79930, "915", 1, 6),
    Town("Lone Cedar", "OK", "US-OK", 73510, "580", 1, 5),
    Town("Sandhill", "OK", "US-OK", 73810, "580", 1, 4),
    Town("Mesa Clara", "NM", "US-NM", 88110, "575", 1, 5),
    Town("Wheatland Falls", "KS", "US-KS", 67810, "620", 1, 5),
    Town("Prosper Creek", "KS", "US-KS", 67880, "620", 1, 3),
)

# Where a town's own hundred fictional numbers are given out: other area codes (not those with a double digit, as 411).
_AREAS = tuple(
    area
    for first in range(2, 10)
    for rest in range(1, 98)
    if rest % 11 and (area := f"{first}{rest:02d}") not in {town.area for town in TOWNS}
)


# Of the customers of the pictures: account numbers, and the ends of their numbers of area 559.
TAKEN_ACCOUNTS = frozenset({"4471-0926-3", "2206-1180-7", "9914-0045-1", "1052-7731-0", "7340-2291-4", "3388-6502-9"})
TAKEN_PHONES = frozenset({17, 31, 42, 43, 55, 63, 78})


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is: names, the languages they speak, and a mail address of a domain that nobody owns."""

    given: str
    family: str
    languages: tuple[str, ...]


class Registry:
    """Hands out people, addresses and numbers, each number and mail address once (telephones while the stock lasts)."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._origins = tuple(_ORIGINS)
        self._weights = tuple(_ORIGINS.values())
        self._given_out: dict[str, int] = {}
        self._further = 0
        self._accounts = 0

    def person(self) -> Person:
        """Somebody new; every fourth given name comes from another origin than the family name."""
        rng = self._rng
        origin = rng.choices(self._origins, self._weights)[0]
        other = rng.choices(self._origins, self._weights)[0] if rng.random() < 0.25 else origin
        languages = ["en"]
        if (spoken := _LANGUAGES.get(origin)) and rng.random() < 0.8:
            languages.insert(0 if rng.random() < 0.35 else 1, spoken)
        return Person(rng.choice(GIVEN[other]), rng.choice(FAMILY[origin]), tuple(languages))

    def business(self, owner: Person) -> str:
        """The whole name of somebody's business."""
        return f"{owner.family} {self._rng.choice(_BUSINESSES)}"

    def town(self) -> Town:
        """A town, by its size."""
        return self._rng.choices(TOWNS, [town.weight for town in TOWNS])[0]

    def street(self) -> str:
        """A street and house number."""
        return f"{self._rng.randint(2, 1990)} {self._rng.choice(_STREETS)}"

    def postcode(self, town: Town) -> str:
        """One of the town's postcodes."""
        return f"{town.postcode + self._rng.randint(0, 9):05d}"

    def phone(self, town: Town) -> str:
        """A number of a fictional range: the town's own area code first, then the next ones."""
        taken = self._given_out.get(town.area, 0)
        self._given_out[town.area] = taken + 1
        area, number = town.area, taken * 37 % 100
        if taken >= 100:
            area, number = _AREAS[self._further // 100 % len(_AREAS)], self._further * 37 % 100
            self._further += 1
        if area == "559" and number in TAKEN_PHONES:
            return self.phone(town)
        return f"+1{area}555{100 + number:04d}"

    def mail(self, person: Person, number: int) -> str:
        """A mail address that nobody has."""
        plain = f"{person.given}.{person.family}".lower().replace("’", "").replace("-", "")
        folded = plain.translate(_FOLD)
        return f"{folded}{number}@example.{self._rng.choice(('com', 'net', 'org'))}"

    def account_number(self) -> str:
        """The next account number, in the form 4471-0926-3: no two alike, and not one after the other."""
        self._accounts += 1
        middle = (self._accounts * 6_180_339 + 10_926_017) % 100_000_000
        digits = f"{middle:08d}"
        check = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(digits)) % 10
        number = f"{digits[:4]}-{digits[4:]}-{check}"
        return self.account_number() if number in TAKEN_ACCOUNTS else number


_FOLD = str.maketrans("áàâãäåéèêëíìîïóòôõöúùûüçñß", "aaaaaaeeeeiiiiooooouuuucns")
