"""Formats and template tags: one table of cases per kind of value, in all five languages."""

import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from retention_desk import formats

NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
LANGUAGES = ("en", "de", "pt-br", "ru", "th")

# One row per function and arguments: what each of the languages writes, in the order of LANGUAGES.
CASES: list[tuple[str, tuple[object, ...], tuple[str, str, str, str, str]]] = [
    (
        "money",
        (19599, "USD"),
        ("$195.99", f"195,99{NBSP}$", f"US${NBSP}195,99", f"195,99{NBSP}$", "US$195.99"),
    ),
    (
        "money",
        (195990, "THB"),
        (
            "THB1,959.90",
            f"1.959,90{NBSP}฿",
            f"฿{NBSP}1.959,90",
            f"1{NBSP}959,90{NBSP}฿",
            "฿1,959.90",
        ),
    ),
    (
        "money",
        (-1600, "EUR"),
        (
            f"{MINUS}€16.00",
            f"{MINUS}16,00{NBSP}€",
            f"{MINUS}€{NBSP}16,00",
            f"{MINUS}16,00{NBSP}€",
            f"{MINUS}€16.00",
        ),
    ),
    ("money", (500, "JPY"), ("¥500", f"500{NBSP}¥", f"JP¥{NBSP}500", f"500{NBSP}¥", "¥500")),
    (
        "money0",
        (38450, "USD"),
        ("$385", f"385{NBSP}$", f"US${NBSP}385", f"385{NBSP}$", "US$385"),
    ),
    (
        "money0",
        (-49, "USD"),
        ("$0", f"0{NBSP}$", f"US${NBSP}0", f"0{NBSP}$", "US$0"),
    ),
    (
        "money_signed",
        (1600, "USD"),
        ("+$16.00", f"+16,00{NBSP}$", f"+US${NBSP}16,00", f"+16,00{NBSP}$", "+US$16.00"),
    ),
    (
        "money_signed",
        (0, "USD"),
        ("$0.00", f"0,00{NBSP}$", f"US${NBSP}0,00", f"0,00{NBSP}$", "US$0.00"),
    ),
    (
        "money0_signed",
        (-38400, "EUR"),
        (f"{MINUS}€384", f"{MINUS}384{NBSP}€", f"{MINUS}€{NBSP}384", f"{MINUS}384{NBSP}€", f"{MINUS}€384"),
    ),
    (
        "money0_signed",
        (-30, "EUR"),
        ("€0", f"0{NBSP}€", f"€{NBSP}0", f"0{NBSP}€", "€0"),
    ),
    (
        "money_short",
        (61200000, "EUR"),
        (
            "€612k",
            f"612{NBSP}Tsd.{NBSP}€",
            f"€{NBSP}612{NBSP}mil",
            f"612{NBSP}тыс.{NBSP}€",
            "€612K",
        ),
    ),
    (
        "money_short",
        (-99999950, "EUR"),
        (
            f"{MINUS}€1M",
            f"{MINUS}1{NBSP}Mio.{NBSP}€",
            f"{MINUS}€{NBSP}1{NBSP}mi",
            f"{MINUS}1{NBSP}млн{NBSP}€",
            f"{MINUS}€1M",
        ),
    ),
    ("money_short", (99900, "EUR"), ("€999", f"999{NBSP}€", f"€{NBSP}999", f"999{NBSP}€", "€999")),
    ("percent", (0.2,), ("20%", f"20{NBSP}%", "20%", f"20{NBSP}%", "20%")),
    ("percent", (Decimal("0.4385"), 1), ("43.9%", f"43,9{NBSP}%", "43,9%", f"43,9{NBSP}%", "43.9%")),
    ("number", (1894,), ("1,894", "1.894", "1.894", f"1{NBSP}894", "1,894")),
    ("number", (-0.04, 1), ("0.0", "0,0", "0,0", "0,0", "0.0")),
    (
        "long_date",
        (dt.date(2027, 1, 14),),
        ("Jan 14, 2027", "14.01.2027", "14 de jan. de 2027", f"14 янв. 2027{THIN}г.", "14 ม.ค. 2570"),
    ),
    (
        "long_date",
        (dt.date(2024, 2, 29),),
        ("Feb 29, 2024", "29.02.2024", "29 de fev. de 2024", f"29 февр. 2024{THIN}г.", "29 ก.พ. 2567"),
    ),
    ("near_date", (dt.date(2026, 11, 12),), ("Nov 12", "12. Nov.", "12 de nov.", "12 нояб.", "12 พ.ย.")),
    (
        "month_year",
        (dt.date(2020, 9, 14),),
        ("Sep 2020", "Sept. 2020", "set. de 2020", f"сент. 2020{THIN}г.", "ก.ย. 2563"),
    ),
    (
        "weekday_date",
        (dt.date(2026, 11, 19),),
        (
            "Thursday, November 19",
            "Donnerstag, 19. November",
            "quinta-feira, 19 de novembro",
            "четверг, 19 ноября",
            "วันพฤหัสบดีที่ 19 พฤศจิกายน",
        ),
    ),
]


@pytest.mark.parametrize(
    ("function", "arguments", "language", "written"),
    [
        pytest.param(function, arguments, language, text, id=f"{function}-{arguments[0]}-{language}")
        for function, arguments, texts in CASES
        for language, text in zip(LANGUAGES, texts, strict=True)
    ],
)
def test_values_are_written_as_the_language_does(
    function: str, arguments: tuple[object, ...], language: str, written: str
) -> None:
    assert getattr(formats, function)(*arguments, language=language) == written


@pytest.mark.parametrize(
    ("months", "written"),
    [(0, "0 mo"), (1, "1 mo"), (5, "5 mo"), (12, "1 yr"), (24, "2 yr"), (74, "6 yr 2 mo"), (-3, "0 mo")],
)
def test_tenure(months: int, written: str) -> None:
    assert formats.tenure(months, language="en") == written


@pytest.mark.parametrize(
    ("seconds", "running", "words"),
    [
        (0, "00:00", "0 s"),
        (48.9, "00:48", "48 s"),
        (277, "04:37", "4 min"),
        (3600, "1:00:00", "1 h"),
        (3723, "1:02:03", "1 h 2 min"),
        (9600, "2:40:00", "2 h 40 min"),
        (-5, "00:00", "0 s"),
    ],
)
def test_clock_and_duration(seconds: float, running: str, words: str) -> None:
    assert formats.clock(seconds) == running
    assert formats.duration(seconds, language="en") == words


@pytest.mark.parametrize(
    ("fraction", "written"), [(0.021, "+2.1 pt"), (-0.008, f"{MINUS}0.8 pt"), (0, "0.0 pt"), (0.0004, "0.0 pt")]
)
def test_points_carry_their_sign(fraction: float, written: str) -> None:
    assert formats.points(fraction, language="en") == written


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("+12125550142", "+1 212 555 0142"),
        ("+4930901820", "+49 30 901820"),
        ("+5511961234567", "+55 11 96123 4567"),
        ("•••• 0142", "•••• 0142"),
        ("", ""),
    ],
)
def test_phone_is_international_with_spaces(stored: str, written: str) -> None:
    assert formats.phone(stored) == written


def drawn(source: str, **context: object) -> str:
    """Render a template as a page would: the library is a builtin."""
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    "expression",
    [
        "value|money:'USD'",
        "value|money0:'USD'",
        "value|money_signed:'USD'",
        "value|money0_signed:'USD'",
        "value|money_short:'USD'",
        "value|number",
        "value|percent",
        "value|percent_number",
        "value|points",
        "value|clock",
        "value|duration",
        "value|tenure",
        "value|long_date",
        "value|near_date",
        "value|month_year",
        "value|weekday_date",
        "value|time_of_day",
        "value|phone",
        "value|account_number",
        "value|account_end",
    ],
)
def test_every_filter_writes_a_dash_for_nothing(expression: str) -> None:
    assert drawn("{{ " + expression + " }}", value=None) == "\N{EN DASH}"


def test_filters_follow_the_active_language() -> None:
    with translation.override("de"):
        assert drawn("{{ v|money:'EUR' }}", v=19599) == f"195,99{NBSP}€"
        assert drawn("{{ v|percent_number:1 }}", v=0.424) == "42,4"


def test_moments_are_shown_where_the_site_is() -> None:
    moment = dt.datetime(2026, 11, 20, 6, 47, 58, tzinfo=dt.UTC)

    with timezone.override("America/Los_Angeles"):
        assert drawn("{{ v|time_of_day }}", v=moment) == "22:47"
        assert drawn("{{ v|time_of_day:'seconds' }}", v=moment) == "22:47:58"
        assert drawn("{{ v|near_date }}", v=moment) == "Nov 19"
    assert drawn("{{ v|epoch }}", v=moment) == "1795157278"
    assert drawn("{{ v|epoch }}", v=None) == ""


def test_durations_come_as_timedelta_too() -> None:
    assert drawn("{{ v|clock }} {{ v|duration }}", v=dt.timedelta(minutes=4, seconds=37)) == "04:37 4 min"


def test_numbers_that_read_left_to_right_are_isolated_and_escaped() -> None:
    assert drawn("{{ v|phone }}", v="+12125550142") == '<bdi dir="ltr" class="n">+1 212 555 0142</bdi>'
    assert drawn("{{ v|account_end }}", v="4471-0926-3") == '<bdi dir="ltr" class="n">•••• 0926-3</bdi>'
    assert drawn("{{ v|account_number }}", v="<b>") == '<bdi dir="ltr" class="n">&lt;b&gt;</bdi>'


def test_icon_is_decoration_from_our_own_origin() -> None:
    svg = drawn('{% icon "lock" "i--sm" %}')

    assert svg.startswith('<svg class="i i--sm" aria-hidden="true"><use href="/static/vendor/icons')
    assert svg.endswith('#lock"/></svg>')
    assert drawn('{% icon "lock" %}').startswith('<svg class="i" ')


def test_key_cap_is_escaped() -> None:
    assert drawn('{% key "F8" %}') == '<kbd class="key">F8</kbd>'
    assert drawn("{% key cap %}", cap="<") == '<kbd class="key">&lt;</kbd>'


@pytest.mark.parametrize(
    ("name", "letters"), [("Ines Falk", "IF"), ("Ana de la Cruz", "AC"), ("pat", "P"), ("", ""), ("มาริสา ธารทอง", "มธ")]
)
def test_initials(name: str, letters: str) -> None:
    assert drawn("{{ v|initials }}", v=name) == letters
