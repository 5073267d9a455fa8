"""Template tags and filters of every page: icons, key caps, and values in the user's language.

The library is a builtin (`TEMPLATES["OPTIONS"]["builtins"]`), so no template loads it. Every filter writes an en dash
for `None`. What a value looks like is decided in `retention_desk.formats`.
"""

import datetime as dt
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from retention_desk import formats, meters
from retention_desk.keyboard import own, table
from retention_desk.people.roles import ROLES
from retention_desk.spoken import politely

register = template.Library()

Number = int | float | Decimal


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw an icon of the sprite: `{% icon "lock" "i--sm" %}`. Decoration: the word beside it carries the meaning."""
    return _icon(name, classes)


@functools.lru_cache(maxsize=1024)
def _icon(name: str, classes: str) -> SafeString:
    # A call screen has a hundred icons, and looking up the sprite's address is most of the work.
    sprite = static("vendor/icons.svg")
    every = f"i {classes}" if classes else "i"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', every, sprite, name)


@register.simple_block_tag(takes_context=True)
def spoken(context: template.Context, content: str) -> SafeString:
    """Print a sentence to say aloud; in Thai it ends politely, as the person at the desk speaks."""
    person = context.get("user")
    return SafeString(politely(content, particle=getattr(person, "thai_particle", "")))


@register.simple_tag
def key(cap: str | int) -> SafeString:
    """Print the cap of a key, named as delivered: `{% key "F8" %}`. The element that answers to it carries `data-key`.

    Somebody who has moved the key sees their own.
    """
    moved = own.current().moved
    return _cap(moved.get(_delivered(str(cap)), str(cap)) if moved else str(cap))


def _delivered(cap: str) -> str:
    """How markup has the key of a cap: letters small."""
    return cap.lower() if len(cap) == 1 else cap


@functools.lru_cache(maxsize=256)
def _cap(name: str) -> SafeString:
    return format_html('<kbd class="key">{}</kbd>', name.upper() if len(name) == 1 else name)


@register.simple_tag
def moved_keys() -> str:
    """The keys a person has moved on this screen, from the one delivered to their own, as JSON for the script."""
    moved = own.current().moved
    return json.dumps(dict(moved)) if moved else ""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the help: `keys` as markup has them, `caps` and `until` as they are printed."""

    name: str
    keys: tuple[str, ...]
    caps: tuple[str, ...]
    until: str
    words: str
    always: bool


@register.simple_tag
def screen_keys() -> SafeString:
    """The lines of the help: every key of the screen that is being drawn, as the person has them."""
    standing = own.current()
    return _key_rows(standing.place, tuple(standing.moved.items()), _language())


@functools.lru_cache(maxsize=256)
def _key_rows(place: table.Place, moved: tuple[tuple[str, str], ...], _of_language: str) -> SafeString:
    # On every page, and the same on most of them. The language is the active one.
    keys = dict(moved)
    rows = [
        KeyRow(
            name=action.name,
            keys=action.keys,
            caps=table.caps(keys.get(action.key, action.key)),
            until=action.until,
            words=str(action.words),
            # What the script itself does has no button that could be missing.
            always=action.name in ("field", "commands", "back", "help"),
        )
        for action in table.actions_of(place)
        if action.name != "go"
    ]
    return render_to_string("_parts/key_rows.html", {"rows": rows})


@register.simple_tag
def roles_with(permission: object) -> list[str]:
    """The roles that have a permission, as a person reads them; none for what is no permission of a role."""
    return [gettext(role) for role, codenames in ROLES.items() if str(permission or "") in codenames]


@register.simple_tag
def bar(share: float | None, *, mark: float | None = None, tone: str = "", thick: bool = False) -> SafeString:
    """Draw a part of a whole (0 to 1): `{% bar used mark=plan tone="warn" thick=True %}`. Numbers stand beside it."""
    return meters.bar(share, mark=mark, tone=tone, thick=thick)


@register.simple_tag
def authority_meter(amount: int, own_limit: int, supervisor_limit: int, label: str) -> SafeString:
    """Draw an amount in minor units against both limits: `{% authority_meter cost own supervisor label %}`."""
    return meters.authority_meter(amount, own_limit, supervisor_limit, label=label)


def _language() -> str:
    return get_language() or "en"


def _money(write: Callable[..., str], minor: int | None, currency: str) -> str:
    return formats.EMPTY if minor is None else write(minor, currency, language=_language())


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Write minor units with cents: `{{ offer.cost_minor|money:offer.currency }}` is `$195.99`."""
    return _money(formats.money, minor, currency)


@register.filter
def money0(minor: int | None, currency: str) -> str:
    """Write minor units rounded to whole units: `$384`."""
    return _money(formats.money0, minor, currency)


@register.filter
def money_signed(minor: int | None, currency: str) -> str:
    """Write a difference with its sign and cents: `+$16.00`."""
    return _money(formats.money_signed, minor, currency)


@register.filter
def money0_signed(minor: int | None, currency: str) -> str:
    """Write a difference with its sign in whole units: `+$384`."""
    return _money(formats.money0_signed, minor, currency)


@register.filter
def money_short(minor: int | None, currency: str) -> str:
    """Write a large amount short: `$612k`."""
    return _money(formats.money_short, minor, currency)


@register.filter
def number(value: Number | None, digits: int = 0) -> str:
    """Write a number with grouping: `{{ calls|number }}` is `1,894`, `{{ x|number:1 }}` has one decimal."""
    return formats.EMPTY if value is None else formats.number(value, digits, language=_language())


@register.filter
def percent(fraction: Number | None, digits: int = 0) -> str:
    """Write a fraction from 0 to 1 as per cent: `{{ rate|percent:1 }}` is `43.8%`."""
    return formats.EMPTY if fraction is None else formats.percent(fraction, digits, language=_language())


@register.filter
def whole_percent(number: int | None) -> str:
    """Write a whole number of per cent as the language does: `{{ 15|whole_percent }}` is `15%`, in German `15 %`."""
    return percent(None if number is None else number / 100)


@register.filter
def percent_number(fraction: Number | None, digits: int = 0) -> str:
    """Write a fraction as per cent without the sign, for the first end of a range: `42.4` of `42.4 to 45.2%`."""
    if fraction is None:
        return formats.EMPTY
    return formats.number(Decimal(str(fraction)) * 100, digits, language=_language())


@register.filter
def points(fraction: Number | None, digits: int = 1) -> str:
    """Write the difference of two fractions in percentage points: `+2.1 pt`."""
    return formats.EMPTY if fraction is None else formats.points(fraction, digits, language=_language())


@register.filter
def clock(seconds: Number | dt.timedelta | None) -> str:
    """Write seconds (or a timedelta) as a running time: `04:37`, `1:02:03`."""
    return formats.EMPTY if seconds is None else formats.clock(_seconds(seconds))


@register.filter
def duration(seconds: Number | dt.timedelta | None) -> str:
    """Write seconds (or a timedelta) in words: `2 h 40 min`."""
    return formats.EMPTY if seconds is None else formats.duration(_seconds(seconds), language=_language())


def _seconds(value: Number | dt.timedelta) -> float:
    return value.total_seconds() if isinstance(value, dt.timedelta) else float(value)


@register.filter
def tenure(months: int | None) -> str:
    """Write a number of months as `6 yr 2 mo`."""
    return formats.EMPTY if months is None else formats.tenure(months, language=_language())


def _day(value: dt.date) -> dt.date:
    """Take the calendar day of a moment where the site is; a plain date is already one."""
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


@register.filter
def long_date(value: dt.date | None) -> str:
    """Write a date or moment with its year: `Jan 14, 2027`."""
    return formats.EMPTY if value is None else formats.long_date(_day(value), language=_language())


@register.filter
def near_date(value: dt.date | None) -> str:
    """Write a date or moment near today without its year: `Nov 12`."""
    return formats.EMPTY if value is None else formats.near_date(_day(value), language=_language())


@register.filter
def month_year(value: dt.date | None) -> str:
    """Write the month of a date or moment: `Sep 2020`."""
    return formats.EMPTY if value is None else formats.month_year(_day(value), language=_language())


@register.filter
def weekday_date(value: dt.date | None) -> str:
    """Write a date or moment with its weekday: `Thursday, November 19`."""
    return formats.EMPTY if value is None else formats.weekday_date(_day(value), language=_language())


@register.filter
def time_of_day(value: dt.datetime | None, precision: str = "") -> str:
    """Write a moment's time where the site is: `10:47`, or `10:47:58` with `time_of_day:"seconds"`."""
    if value is None:
        return formats.EMPTY
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return formats.time_of_day(local, seconds=precision == "seconds")


@register.filter
def epoch(value: dt.datetime | None) -> str:
    """Write an aware moment as Unix seconds for `data-since` and `data-until`; empty for `None`."""
    return "" if value is None else f"{value.timestamp():.0f}"


@register.filter
def phone(e164: str | None) -> SafeString | str:
    """Write a telephone number internationally, left to right in any script: `+1 559 555 0142`."""
    return _left_to_right(formats.phone(e164)) if e164 else formats.EMPTY


@register.filter
def account_number(value: str | None) -> SafeString | str:
    """Write an account number left to right in any script."""
    return _left_to_right(value) if value else formats.EMPTY


@register.filter
def account_end(value: str | None) -> SafeString | str:
    """Write only the last six characters of an account number: `•••• 0926-3`."""
    return _left_to_right(f"•••• {value[-6:]}") if value else formats.EMPTY


@register.filter
def initials(name: str) -> str:
    """Shorten a person's name to the first letters of its first and last word: `Ines Falk` is `IF`."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _left_to_right(text: str) -> SafeString:
    return format_html('<bdi dir="ltr" class="n">{}</bdi>', text)
