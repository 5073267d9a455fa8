"""What a desk is set up with: the company, its sites and teams, the price list, the reasons of leaving, the rules.

Each function is one transaction with its audit event and raises `keeping.NotValid` (a field and a sentence), or
`NotYours` for a row that is not there. `by` None is the desk itself, at its first start.
"""

import zoneinfo
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from customers import conduct, keeping
from customers.acts import Act
from customers.keeping import NotValid
from customers.models import Company, ConductPolicy, Product, Reason, Site, Team

# As many as the call screen shows beside each other.
MOST_REASONS = 9


def set_company(*, name: str, currency: str, country: str, by: int | None, role: str) -> Company:
    """Name the one company of this desk, its currency and its country (both ISO codes).

    The currency stays what it is once something has a price in it.
    """
    values = {"name": name, "currency": _currency(currency), "country": _country(country)}
    here = Company.objects.filter(pk=1).first()
    if here is None:
        return keeping.add(Company, {"id": 1} | values, act=Act.ADDED, object_kind="company", by=by, role=role)
    if here.currency != values["currency"] and Product.objects.exists():
        raise NotValid(field="currency", why=_("Prices and budgets are in this currency already. It stays."))
    return keeping.change(Company, 1, values, act=Act.CHANGED, object_kind="company", by=by, role=role)


def add_site(*, name: str, time_zone: str, by: int | None, role: str) -> Site:
    """Add a call centre with its time zone (a name like America/Chicago)."""
    values = {"name": name, "time_zone": _zone(time_zone)}
    return keeping.add(Site, values, act=Act.ADDED, object_kind="site", by=by, role=role)


def change_site(*, site_id: int, name: str, time_zone: str, by: int | None, role: str) -> Site:
    """Rename a site or move its clock; budgets that run keep the days they were opened with."""
    values = {"name": name, "time_zone": _zone(time_zone)}
    return keeping.change(Site, site_id, values, act=Act.CHANGED, object_kind="site", by=by, role=role)


def add_team(*, name: str, site_id: int, by: int | None, role: str) -> Team:
    """Add a team at a site."""
    values = {"name": name, "site_id": site_id}
    return keeping.add(Team, values, act=Act.ADDED, object_kind="team", by=by, role=role)


def change_team(*, team_id: int, name: str, site_id: int, by: int | None, role: str) -> Team:
    """Rename a team or move it to another site; calls keep the place where they were taken."""
    values = {"name": name, "site_id": site_id}
    return keeping.change(Team, team_id, values, act=Act.CHANGED, object_kind="team", by=by, role=role)


def add_product(
    *,
    code: str,
    kind: str,
    name: str,
    list_price_minor: int,
    currency: str,
    margin_percent: int,
    by: int | None,
    role: str,
) -> Product:
    """Add a service to the price list; its code is how files and offers name it and does not change."""
    values = {
        "code": code,
        "kind": kind,
        "name": name,
        "list_price_minor": list_price_minor,
        "currency": _currency(currency),
        "margin_percent": margin_percent,
    }
    return keeping.add(Product, values, act=Act.ADDED, object_kind="product", by=by, role=role)


def change_product(
    *,
    product_id: int,
    kind: str,
    name: str,
    list_price_minor: int,
    margin_percent: int,
    active: bool,
    by: int | None,
    role: str,
) -> Product:
    """Change what a product is called and costs from now on; customers' lines keep what they are charged."""
    values = {
        "kind": kind,
        "name": name,
        "list_price_minor": list_price_minor,
        "margin_percent": margin_percent,
        "active": active,
    }
    return keeping.change(Product, product_id, values, act=Act.CHANGED, object_kind="product", by=by, role=role)


def add_reason(*, code: str, parent_id: int | None, by: int | None, role: str, **rest: Any) -> Reason:
    """Add a reason of leaving, or a detail of one (`parent_id`). `rest` as `change_reason` takes it.

    The code is stored with calls and offers and does not change. There are at most `MOST_REASONS` of the first level.
    """
    if parent_id is not None and Reason.objects.filter(pk=parent_id, parent__isnull=False).exists():
        raise NotValid(field="parent", why=_("A detail has no details of its own. Choose a reason of the first level."))
    values = {"code": code, "parent_id": parent_id} | _reason(**rest)
    if parent_id is None and values["active"]:
        _check_room(field="parent")
    return keeping.add(Reason, values, act=Act.ADDED, object_kind="reason", by=by, role=role)


def change_reason(*, reason_id: int, by: int | None, role: str, **rest: Any) -> Reason:
    """Change words, icon, place and flags of a reason; its code and where it hangs stay."""
    values = _reason(**rest)
    if values["active"] and Reason.objects.filter(pk=reason_id, parent=None, active=False).exists():
        _check_room(field="active")
    return keeping.change(Reason, reason_id, values, act=Act.CHANGED, object_kind="reason", by=by, role=role)


def new_policy_version(
    *,
    code: str,
    valid_from: date,
    valid_until: date | None,
    offers_allowed: int,
    minutes_after_intent: int,
    rules: Mapping[str, Any],
    today: date,
    by: int | None,
    role: str,
) -> ConductPolicy:
    """Add the next version of the rules of conduct of `code`, from a day on that is not over.

    Calls keep the version they were opened under. Every rule has to be there and be known: what could not be read
    would silently be the strictest.
    """
    if valid_from < today:
        raise NotValid(field="valid_from", why=_("What has been in force cannot be changed. Choose today or later."))
    _check_rules(rules)
    last = ConductPolicy.objects.filter(code=code).order_by("-version").first()
    values = {
        "code": code,
        "version": last.version + 1 if last else 1,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "offers_allowed": offers_allowed,
        "minutes_after_intent": minutes_after_intent,
        "rules": dict(rules),
    }
    before = {name: getattr(last, name) for name in values} if last else None
    return keeping.add(
        ConductPolicy, values, act=Act.VERSION_ADDED, object_kind="conduct_policy", by=by, role=role, before=before
    )


def _reason(
    *,
    words: Mapping[str, str],
    icon: str,
    position: int,
    offers_allowed: bool,
    must_complete: bool,
    controllable: bool,
    active: bool,
) -> dict[str, Any]:
    """The columns of a reason that may change."""
    _check_words(words)
    if must_complete and offers_allowed:
        raise NotValid(
            field="offers_allowed", why=_("A reason that must be cancelled at once cannot allow offers as well.")
        )
    return {
        "words": dict(words),
        "icon": icon,
        "position": position,
        "offers_allowed": offers_allowed,
        "must_complete": must_complete,
        "controllable": controllable,
        "active": active,
    }


def _check_room(*, field: str) -> None:
    """Everything that an agent chooses from is seen at once; what is finer is a detail."""
    if Reason.objects.filter(parent=None, active=True).count() >= MOST_REASONS:
        why = _(
            "The call screen has room for %(most)d reasons. Make this one a detail of another, or retire one first."
        )
        raise NotValid(field=field, why=why % {"most": MOST_REASONS})


def _check_words(words: Mapping[str, str]) -> None:
    """English has to be there, and each language has to be one of the desk's."""
    known = dict(settings.LANGUAGES)
    for language, text in words.items():
        if language not in known:
            raise NotValid(
                field="words",
                why=_("%(language)s is not a language of the desk. Known: %(known)s.")
                % {"language": language, "known": ", ".join(known)},
            )
        if not isinstance(text, str) or not text.strip():
            raise NotValid(field="words", why=_("%(language)s: the words are missing.") % {"language": language})
    if "en" not in words:
        raise NotValid(field="words", why=_("The English words are missing: every other language falls back to them."))


def _check_rules(rules: Mapping[str, Any]) -> None:
    """The names of STRICT's rules, each of its type, with triggers that exist."""
    strict = conduct.write_rules(conduct.STRICT)
    for name in sorted(rules.keys() | strict.keys()):
        if name not in strict:
            raise NotValid(field="rules", why=_("rules.%(name)s is not a rule.") % {"name": name})
        if name not in rules:
            raise NotValid(field="rules", why=_("rules.%(name)s is missing.") % {"name": name})
        if type(rules[name]) is not type(strict[name]):
            wanted = type(strict[name]).__name__
            raise NotValid(
                field="rules", why=_("rules.%(name)s is not of the type %(type)s.") % {"name": name, "type": wanted}
            )
    known = {str(trigger) for trigger in conduct.Trigger}
    for trigger in rules["must_complete_on"]:
        if trigger not in known:
            raise NotValid(
                field="rules",
                why=_("rules.must_complete_on: %(trigger)s is not known. Known: %(known)s.")
                % {"trigger": trigger, "known": ", ".join(sorted(known))},
            )


def _zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        why = _("%(name)s is not a time zone. Write it like America/Chicago.") % {"name": name}
        raise NotValid(field="time_zone", why=why) from error
    return name


def _currency(code: str) -> str:
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise NotValid(field="currency", why=_("A currency has three letters, like USD."))
    return code.upper()


def _country(code: str) -> str:
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise NotValid(field="country", why=_("A country has two letters, like US."))
    return code.upper()
