"""Who may give how much, from when: new versions of limits and of the desk-wide scheme.

A version is never changed; a newer one of the same scope takes its place from its first moment. Every ruling names
the version that it used, so what was decided under an old one stays explained.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from customers import keeping
from customers.keeping import NotValid
from offers.acts import Act
from offers.choices import Grade, LimitMode, OfferKind
from offers.models import LimitVersion, SchemeVersion
from offers.versions import first_moment

LONGEST_MONTHS = 60

_FIGURES = ("max_percent", "max_months", "max_monthly_minor", "max_credit_minor", "max_fee_minor", "max_cost_minor")


def new_limit_version(
    *,
    grade: str = "",
    team_id: int | None = None,
    user_id: int | None = None,
    valid_from: datetime | None = None,
    currency: str,
    max_percent: int,
    max_months: int,
    max_monthly_minor: int,
    max_credit_minor: int,
    max_fee_minor: int,
    max_cost_minor: int,
    kinds: list[str],
    why: str,
    by: int,
    role: str,
    now: datetime,
) -> LimitVersion:
    """Set the limit of one grade, one team or one person, from `valid_from` (None: now) on.

    Amounts in minor units of `currency`. Raises `NotValid`: not exactly one scope, a moment that is over, a person's
    own limit, an unknown kind, figures that contradict each other, no reason given.
    """
    scope = _scope(grade, team_id, user_id)
    if user_id == by:
        raise NotValid(field="user", why=_("Nobody sets their own limit. Another administrator has to do it."))
    _check_kinds(kinds)
    if max_percent > 100:
        raise NotValid(field="max_percent", why=_("More than 100 percent cannot be given."))
    if max_months > LONGEST_MONTHS:
        raise NotValid(
            field="max_months", why=_("At most %(months)d months can be promised.") % {"months": LONGEST_MONTHS}
        )
    for field, amount in (("max_credit_minor", max_credit_minor), ("max_fee_minor", max_fee_minor)):
        if amount > max_cost_minor:
            raise NotValid(
                field=field, why=_("This is more than the cost of one proposal may be, so it could never be given.")
            )
    if not why.strip():
        raise NotValid(field="why", why=_("Say why, in a few words. It is kept with the limit."))
    last = _in_force(scope, currency, now)
    values = scope | {
        "valid_from": first_moment(valid_from, now=now),
        "currency": currency,
        "max_percent": max_percent,
        "max_months": max_months,
        "max_monthly_minor": max_monthly_minor,
        "max_credit_minor": max_credit_minor,
        "max_fee_minor": max_fee_minor,
        "max_cost_minor": max_cost_minor,
        "kinds": sorted(kinds),
        "why": why,
        "recorded_by_id": by,
        "recorded_at": now,
    }
    return keeping.add(
        LimitVersion,
        values,
        act=Act.LIMIT_ADDED,
        object_kind="limit",
        by=by,
        role=role,
        before={name: getattr(last, name) for name in ("id", *_FIGURES, "kinds")} if last else None,
        reason=why,
        silent=frozenset({"why", "recorded_by_id", "recorded_at"}),
    )


def new_scheme_version(
    *,
    valid_from: datetime | None = None,
    currency: str,
    customer_year_percents: list[int],
    long_tenure_months: int,
    long_tenure_extra_percent: int,
    short_tenure_months: int,
    cooldown_months: int,
    concessions_a_call: int,
    credits_a_year: int,
    goodwill_minor: int,
    budget_mode: str,
    approval_seconds: int,
    undo_seconds: int,
    hold_minutes: int,
    by: int,
    role: str,
    now: datetime,
) -> SchemeVersion:
    """Set the desk-wide rules of authority from `valid_from` (None: now) on. Raises `NotValid`."""
    if len(customer_year_percents) != 3 or not all(0 <= percent <= 100 for percent in customer_year_percents):
        raise NotValid(
            field="customer_year_percents", why=_("Three numbers from 0 to 100, for low, middle and high value.")
        )
    if list(customer_year_percents) != sorted(customer_year_percents):
        raise NotValid(
            field="customer_year_percents",
            why=_("A customer of higher value cannot be allowed less than one of lower."),
        )
    if short_tenure_months >= long_tenure_months:
        raise NotValid(field="short_tenure_months", why=_("New customers would count as long-standing ones."))
    if approval_seconds < 15:
        raise NotValid(field="approval_seconds", why=_("A supervisor needs 15 seconds at least."))
    if undo_seconds >= approval_seconds:
        raise NotValid(field="undo_seconds", why=_("Undo has to be shorter than the time for the answer."))
    if hold_minutes < 1:
        raise NotValid(field="hold_minutes", why=_("Money is kept for a minute at least."))
    if budget_mode not in LimitMode.values:
        raise NotValid(field="budget_mode", why=_("A budget refuses or warns."))
    last = SchemeVersion.objects.filter(valid_from__lte=now).first()
    values: dict[str, Any] = {
        "valid_from": first_moment(valid_from, now=now),
        "currency": currency,
        "customer_year_percents": list(customer_year_percents),
        "long_tenure_months": long_tenure_months,
        "long_tenure_extra_percent": long_tenure_extra_percent,
        "short_tenure_months": short_tenure_months,
        "cooldown_months": cooldown_months,
        "concessions_a_call": concessions_a_call,
        "credits_a_year": credits_a_year,
        "goodwill_minor": goodwill_minor,
        "budget_mode": budget_mode,
        "approval_seconds": approval_seconds,
        "undo_seconds": undo_seconds,
        "hold_minutes": hold_minutes,
        "recorded_by_id": by,
        "recorded_at": now,
    }
    unsaid = frozenset({"recorded_by_id", "recorded_at"})
    return keeping.add(
        SchemeVersion,
        values,
        act=Act.SCHEME_ADDED,
        object_kind="scheme",
        by=by,
        role=role,
        before={"id": last.pk} | {name: getattr(last, name) for name in values if name not in unsaid} if last else None,
        silent=unsaid,
    )


def _scope(grade: str, team_id: int | None, user_id: int | None) -> dict[str, Any]:
    """The three columns of whose limit it is; exactly one is filled."""
    if [bool(grade), team_id is not None, user_id is not None].count(True) != 1:
        raise NotValid(field="grade", why=_("A limit is for one grade, one team or one person: choose exactly one."))
    if grade and grade not in Grade.values:
        raise NotValid(field="grade", why=_("There is no such grade."))
    return {"grade": grade, "team_id": team_id, "user_id": user_id}


def _check_kinds(kinds: list[str]) -> None:
    if not kinds:
        raise NotValid(field="kinds", why=_("Choose at least one kind of offer, or nothing could be given."))
    if unknown := sorted(set(kinds) - set(OfferKind.values)):
        raise NotValid(field="kinds", why=_("%(kind)s is not a kind of offer.") % {"kind": unknown[0]})


def _in_force(scope: dict[str, Any], currency: str, now: datetime) -> LimitVersion | None:
    """The version of this scope that the new one takes the place of."""
    return LimitVersion.objects.filter(**scope, currency=currency, valid_from__lte=now).first()
