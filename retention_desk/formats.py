"""How numbers, money, dates and times are written for people (CLDR data through Babel).

Everything here is a function of its arguments: the language is a Django code (`"pt-br"`), amounts are integers in
minor units, moments are already in the time zone they shall be shown in. Words ("yr", "pt") come from the gettext
catalogue of that language. The filters in `templatetags/desk.py` add the active language and the current time zone.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_skeleton, parse_pattern
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)
from django.utils import translation
from django.utils.translation import gettext, ngettext, to_locale

EMPTY = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NO-BREAK SPACE}"

BUDDHIST_OFFSET = 543
"""Thai people count years from the Buddha: 2027 is 2570."""

_THOUSANDS = {"en": "{symbol}{number}k", "de": "{number}" + NARROW + "Tsd." + NARROW + "{symbol}"}
"""Short thousands where CLDR has none (German) or shouts (English `K`)."""


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def _true_minus(text: str) -> str:
    """Replace the ASCII hyphen that CLDR uses for a minus in most languages."""
    return text.replace("-", MINUS)


def _half_up(value: Decimal, digits: int = 0) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-get_currency_precision(currency))


@lru_cache(maxsize=8192)
def money(minor: int, currency: str, *, language: str) -> str:
    """Write an amount in minor units with its cents: 19599 USD is `$195.99`, in German `195,99 $`."""
    return _true_minus(format_currency(_major(minor, currency), currency, locale=_locale(language)))


@lru_cache(maxsize=8192)
def money0(minor: int, currency: str, *, language: str) -> str:
    """Write an amount in minor units rounded half up to whole units: 38449 USD is `$384`."""
    locale = _locale(language)
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    whole = _half_up(_major(minor, currency))
    return _true_minus(format_currency(whole + 0, currency, pattern, locale=locale, currency_digits=False))


def money_signed(minor: int, currency: str, *, language: str) -> str:
    """Write a difference with cents and its sign in front: `+$16.00`, a true minus, or none for `$0.00`."""
    return _sign(minor) + money(abs(minor), currency, language=language)


def money0_signed(minor: int, currency: str, *, language: str) -> str:
    """Write a difference in whole units with its sign in front: `+$384`; what rounds to zero has no sign."""
    whole = _half_up(_major(abs(minor), currency))
    return (_sign(minor) if whole else "") + money0(abs(minor), currency, language=language)


@lru_cache(maxsize=1024)
def money_short(minor: int, currency: str, *, language: str) -> str:
    """Write a large amount short: 61200000 USD is `$612k`, in German `612 Tsd. $`; below 1,000 as `money0`."""
    locale = _locale(language)
    value = _major(abs(minor), currency)
    thousands = _half_up(value / 1000)
    if value < 1000:
        return money0(minor, currency, language=language)
    if thousands >= 1000:
        text = format_compact_currency(max(value, Decimal(1_000_000)), currency, locale=locale, fraction_digits=1)
    elif locale.language in _THOUSANDS:
        number = format_decimal(thousands, locale=locale)
        symbol = get_currency_symbol(currency, locale)
        text = _THOUSANDS[locale.language].format(number=number, symbol=symbol)
    else:
        text = format_compact_currency(value, currency, locale=locale)
    return _true_minus(f"{MINUS if minor < 0 else ''}{text}")


def _sign(value: float | Decimal) -> str:
    return "+" if value > 0 else MINUS if value < 0 else ""


def number(value: float | Decimal, digits: int = 0, *, language: str) -> str:
    """Write a plain number with grouping and exactly `digits` decimals: 1894 is `1,894`."""
    rounded = _half_up(Decimal(str(value)), digits)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _true_minus(format_decimal(rounded + 0, pattern, locale=_locale(language)))


@lru_cache(maxsize=4096)
def percent(fraction: float | Decimal, digits: int = 0, *, language: str) -> str:
    """Write a fraction (0 to 1) as per cent: 0.438 with one digit is `43.8%`, in German `43,8 %`."""
    locale = _locale(language)
    rounded = _half_up(Decimal(str(fraction)), digits + 2)
    pattern = locale.percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("0", "0." + "0" * digits) if "." not in pattern else pattern
    return _true_minus(format_percent(rounded + 0, pattern, locale=locale))


def points(fraction: float | Decimal, digits: int = 1, *, language: str) -> str:
    """Write a difference of two fractions in percentage points, signed: 0.021 is `+2.1 pt`."""
    value = _half_up(Decimal(str(fraction)) * 100, digits)
    text = number(abs(value), digits, language=language)
    with translation.override(language):
        # Translators: difference in percentage points, for example "+2.1 pt".
        return gettext("%(number)s pt") % {"number": f"{_sign(value)}{text}"}


def clock(seconds: float) -> str:
    """Write a running time: 277 is `04:37`, 3723 is `1:02:03`; what is negative counts as 0."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes:02}:{secs:02}"


def duration(seconds: float, *, language: str) -> str:
    """Write a span in words: 9600 is `2 h 40 min`, 2520 is `42 min`, 48 is `48 s`."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    with translation.override(language):
        if whole < 60:
            return gettext("%(seconds)s s") % {"seconds": whole}
        if not hours:
            return gettext("%(minutes)s min") % {"minutes": minutes}
        if not minutes:
            return gettext("%(hours)s h") % {"hours": hours}
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


def tenure(months: int, *, language: str) -> str:
    """Write how long someone has been a customer: 74 is `6 yr 2 mo`, 5 is `5 mo`, 24 is `2 yr`."""
    years, rest = divmod(max(0, months), 12)
    parts = []
    with translation.override(language):
        if years:
            parts.append(ngettext("%(count)s yr", "%(count)s yr", years) % {"count": years})
        if rest or not years:
            parts.append(ngettext("%(count)s mo", "%(count)s mo", rest) % {"count": rest})
    return " ".join(parts)


@lru_cache(maxsize=4096)
def long_date(day: dt.date, *, language: str) -> str:
    """Write a date with its year: `Jan 14, 2027`, `14.01.2027`, `14 ม.ค. 2570`."""
    return _with_era(day, _locale(language).date_formats["medium"].pattern, language)


@lru_cache(maxsize=4096)
def near_date(day: dt.date, *, language: str) -> str:
    """Write a date of this or the next months without its year: `Nov 12`, `12. Nov.`."""
    return format_skeleton("MMMd", day, locale=_locale(language))


def month_year(day: dt.date, *, language: str) -> str:
    """Write a month: `Sep 2020`, `Sept. 2020`, `ก.ย. 2563`."""
    return _with_era(day, _locale(language).datetime_skeletons["yMMM"].pattern, language)


def weekday_date(day: dt.date, *, language: str) -> str:
    """Write a day of this year with its weekday in full: `Thursday, November 19`."""
    locale = _locale(language)
    one = locale.datetime_skeletons.get("MMMMEEEEd")
    if one is not None:
        return format_date(day, one.pattern, locale=locale)
    return f"{format_date(day, 'EEEE', locale=locale)}, {format_skeleton('MMMMd', day, locale=locale)}"


def time_of_day(moment: dt.datetime | dt.time, *, seconds: bool = False) -> str:
    """Write a time in 24 hours, as this desk does in all languages: `10:47` or `10:47:58`."""
    return f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"


def _with_era(day: dt.date, pattern: str, language: str) -> str:
    locale = _locale(language)
    if locale.language == "th":
        pattern = re.sub("y+", f"'{day.year + BUDDHIST_OFFSET}'", pattern)
    return parse_pattern(pattern).apply(day, locale)


@lru_cache(maxsize=4096)
def phone(e164: str) -> str:
    """Write a stored number internationally with spaces (ITU E.123): `+1 559 555 0142`.

    What is not a number in E.164 form comes back unchanged, so that a masked or broken number still shows.
    """
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return re.sub(r"[\s()-]+", " ", text).strip()
