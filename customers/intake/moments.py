"""Dates and times as a mapping declares their form, read in SQL. Forms are Python's: `%d-%m-%Y`, `%I:%M:%S %p`.

A date lies between 1900 and 2100; 0000-00-00 and 9999-12-31 are what systems write for "never" and are no dates.
"""

import re

from customers.intake.sql_text import quoted

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_PARTS = {
    "Y": r"(\d{4})", "y": r"(\d{2})", "m": r"(\d{1,2})", "d": r"(\d{1,2})", "b": r"([[:alpha:]]{3,9})\.?",
    "H": r"(\d{1,2})", "I": r"(\d{1,2})", "M": r"(\d{2})", "S": r"(\d{2})(?:[.,]\d+)?", "p": r"([AaPp])\.?[Mm]\.?",
}  # fmt: skip
_DATE, _CLOCK = frozenset("Yymdb"), frozenset("HIMSp")


class UnknownForm(ValueError):
    """The form has a part that is not known, or lacks one that is needed."""


def _split(form: str) -> tuple[str, str]:
    """The regular expression of a form, and the letters of its groups in order."""
    letters, expression = "", ""
    for part in re.split(r"(%.)", form):
        if part.startswith("%") and len(part) == 2:
            letter = part[1]
            if letter not in _PARTS:
                raise UnknownForm(f"{part} is not known")
            if letter in letters:
                raise UnknownForm(f"{part} is there twice")
            letters += letter
            expression += _PARTS[letter]
        else:
            expression += re.sub(r"([^\w\s])", r"\\\1", part).replace(" ", r"\s+")
    return f"^{expression}$", letters


def check_form(form: str) -> None:
    """Raise UnknownForm for a form that cannot be read."""
    letters = set(_split(form)[1])
    if letters & _DATE:
        if not (letters & {"Y", "y"} and letters & {"m", "b"} and "d" in letters):
            raise UnknownForm("a date needs %Y, %m and %d")
    elif not letters & {"H", "I"}:
        raise UnknownForm("a time needs %H or %I")


# Functions of the session: PostgreSQL 15 has no cast that answers NULL, and an exception per row would be slow.
SESSION_FUNCTIONS = """
CREATE FUNCTION pg_temp.intake_date(y int, m int, d int) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN y BETWEEN 1900 AND 2100 AND m BETWEEN 1 AND 12 AND d BETWEEN 1 AND 31 THEN
        CASE WHEN d <= 28 OR d <= extract(day FROM make_date(y, m, 1) + interval '1 month - 1 day')
             THEN make_date(y, m, d) END END
$$;
CREATE FUNCTION pg_temp.intake_clock(h int, m int, s int, half text) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN m BETWEEN 0 AND 59 AND s BETWEEN 0 AND 59
                 AND CASE WHEN half = '' THEN h BETWEEN 0 AND 23 ELSE h BETWEEN 1 AND 12 END
        THEN make_interval(mins => m, secs => s, hours => CASE WHEN half = '' THEN h
                           ELSE h % 12 + CASE lower(half) WHEN 'p' THEN 12 ELSE 0 END END) END
$$;
CREATE FUNCTION pg_temp.intake_months(since date, upto date) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (date_part('year', age(upto, since)) * 12 + date_part('month', age(upto, since)))::int
$$;
"""


def date_sql(raw: str, forms: tuple[str, ...], *, swapped: bool) -> str:
    """SQL for the date in the text `raw`, NULL where no form fits."""
    readings = [_reading(raw, form, "pg_temp.intake_date({})", swapped=swapped) for form in forms]
    return f"coalesce({', '.join(readings)})" if len(readings) > 1 else readings[0]


def clock_sql(raw: str, forms: tuple[str, ...]) -> str:
    """SQL for the time of day in the text `raw` as an interval, NULL where no form fits."""
    readings = [_clock_reading(raw, form) for form in forms]
    return f"coalesce({', '.join(readings)})" if len(readings) > 1 else readings[0]


def moment_sql(raw: str, forms: tuple[str, ...], *, swapped: bool) -> str:
    """SQL for a timestamp without zone in one text; a form without a time means midnight."""
    readings = []
    for form in forms:
        day = _reading(raw, form, "pg_temp.intake_date({})", swapped=swapped)
        has_clock = set(_split(form)[1]) & _CLOCK
        readings.append(f"({day} + {_clock_reading(raw, form)})" if has_clock else f"{day}::timestamp")
    return f"coalesce({', '.join(readings)})" if len(readings) > 1 else readings[0]


def _reading(raw: str, form: str, call: str, *, swapped: bool) -> str:
    expression, letters = _split(form)
    year = f"found[{letters.index('Y') + 1}]::int" if "Y" in letters else ""
    if not year:
        short = f"found[{letters.index('y') + 1}]::int"
        # As POSIX has it: 69 to 99 are the last century.
        year = f"({short} + CASE WHEN {short} < 69 THEN 2000 ELSE 1900 END)"
    if "m" in letters:
        month = f"found[{letters.index('m') + 1}]::int"
    else:
        name = f"found[{letters.index('b') + 1}]"
        place = f"position(lower(left({name}, 3)) in '{_MONTHS}')"
        month = f"(CASE WHEN {place} % 3 = 1 THEN {place} / 3 + 1 ELSE 0 END)"
    day = f"found[{letters.index('d') + 1}]::int"
    plain = call.format(f"{year}, {month}, {day}")
    if swapped:
        turned = call.format(f"{year}, {day}, {month}")
        plain = f"CASE WHEN {day} <= 12 THEN {turned} ELSE {plain} END"
    return f"(SELECT {plain} FROM (SELECT regexp_match({raw}, {quoted(expression)}) AS found OFFSET 0) AS form)"


def _clock_reading(raw: str, form: str) -> str:
    expression, letters = _split(form)

    def part(letter: str, missing: str = "0") -> str:
        return f"found[{letters.index(letter) + 1}]::int" if letter in letters else missing

    hour = part("H") if "H" in letters else part("I")
    half = f"found[{letters.index('p') + 1}]" if "p" in letters else "''"
    call = f"pg_temp.intake_clock({hour}, {part('M')}, {part('S')}, {half})"
    return f"(SELECT {call} FROM (SELECT regexp_match({raw}, {quoted(expression)}) AS found OFFSET 0) AS form)"
