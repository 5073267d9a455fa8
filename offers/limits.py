"""Who may give how much, from when: new versions of limits and of the desk-wide scheme.

A version is never changed; a newer one of the same scope and case takes its place from its first moment. Every ruling
names the version that it used, so what was decided under an old one stays explained. What would be more than before
does not begin here: it is asked for, and a second person confirms it (`offers.raises`).
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from customers import audit, keeping, keys
from customers.keeping import NotValid
from customers.refusals import NotYours, Refused
from offers.acts import Act
from offers.allowances import Allowance, check_case, would_raise
from offers.choices import Grade, LimitMode
from offers.models import LimitRaise, LimitVersion, SchemeVersion
from offers.versions import first_moment

_FIGURES = (
    *("max_percent", "max_months", "max_monthly_minor", "max_credit_minor", "max_fee_minor", "max_cost_minor", "mode"),
    *("call_count", "call_cost_minor", "day_count", "day_cost_minor"),
    *("week_count", "week_cost_minor", "month_count", "month_cost_minor"),
)
_CASE = ("family", "tier", "tenure_from_months")
_SCOPE = ("grade", "team_id", "user_id")
WAITS = "WAITS"


def new_limit_version(
    *,
    grade: str = "",
    team_id: int | None = None,
    user_id: int | None = None,
    family: str = "",
    tier: str = "",
    tenure_from_months: int = 0,
    valid_from: datetime | None = None,
    currency: str,
    allowance: Allowance,
    why: str,
    by: int,
    role: str,
    now: datetime,
    key: UUID | None = None,
) -> LimitVersion | LimitRaise:
    """Set the limit of one grade, team or person, for everything or one case, from `valid_from` (None: now) on.

    What is no more than before holds from then on, and is the `LimitVersion` returned. More than before, on a desk in
    use, is kept as a `LimitRaise` instead: it holds an hour after a second person has confirmed it. Raises `NotValid`:
    not exactly one scope, a moment that is over, a person's own limit, figures that contradict each other, no reason.
    """
    scope = _scope(grade, team_id, user_id)
    if user_id == by:
        raise NotValid(field="user", why=_("Nobody sets their own limit. Another administrator has to do it."))
    allowance.check()
    case: dict[str, Any] = {"family": family, "tier": tier, "tenure_from_months": tenure_from_months}
    check_case(**case, has_totals=allowance.has_totals)
    columns = scope | case | {"storm_id": None, "ends": False, "currency": currency} | allowance.columns()
    begins = first_moment(valid_from, now=now)
    return _set(columns, begins=begins, later=begins > now, why=why, by=by, role=role, now=now, key=key)


def end_limit(*, limit_id: int, why: str, by: int, role: str, now: datetime, key: UUID) -> LimitVersion | LimitRaise:
    """Take a limit out again, so that the wider one holds: of a grade for one case, of a team, of a person.

    Where the wider one allows more it is a raise. Raises `NotYours`, `NotValid` (a person's own; a grade's own limit,
    which nothing wider would follow), `Refused` ALREADY_RESOLVED when it has been ended or followed by another.
    """
    limit = LimitVersion.objects.filter(pk=limit_id, storm=None).first()
    if limit is None:
        raise NotYours
    if limit.user_id == by:
        raise NotValid(field="user", why=_("Nobody sets their own limit. Another administrator has to do it."))
    scope: dict[str, Any] = {name: getattr(limit, name) for name in (*_SCOPE, *_CASE)}
    if limit.grade and not any(scope[name] for name in _CASE):
        raise NotValid(field="", why=_("A grade keeps a limit. Set a lower one instead."))
    columns = {
        **scope,
        "storm_id": None,
        "ends": True,
        "currency": limit.currency,
        "kinds": sorted(limit.kinds),
        **{name: getattr(limit, name) for name in _FIGURES},
    }
    return _set(columns, begins=now, later=False, why=why, by=by, role=role, now=now, key=key)


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
    draw_seconds: int = 20,
    grant_minutes: int = 30,
    pair_cap: int | None = None,
    second_above_minor: int | None = None,
    by: int,
    role: str,
    now: datetime,
) -> SchemeVersion:
    """Set the desk-wide rules of authority from `valid_from` (None: now) on. Raises `NotValid`.

    `pair_cap`: how often one supervisor may say yes to one agent in a day; over `second_above_minor` a yes needs a
    second one. None: no such rule.
    """
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
    if not 5 <= draw_seconds <= approval_seconds:
        raise NotValid(field="draw_seconds", why=_("From 5 seconds to the time for the answer."))
    if grant_minutes < 1:
        raise NotValid(field="grant_minutes", why=_("What was granted stays open for a minute at least."))
    if pair_cap is not None and pair_cap < 1:
        raise NotValid(field="pair_cap", why=_("Once a day at least, or leave it empty."))
    if second_above_minor is not None and second_above_minor < 0:
        raise NotValid(field="second_above_minor", why=_("This is not negative."))
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
        "draw_seconds": draw_seconds,
        "grant_minutes": grant_minutes,
        "pair_cap": pair_cap,
        "second_above_minor": second_above_minor,
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


def _set(
    columns: dict[str, Any],
    *,
    begins: datetime,
    later: bool,
    why: str,
    by: int,
    role: str,
    now: datetime,
    key: UUID | None,
) -> LimitVersion | LimitRaise:
    """Keep a new version, or the question for it; the same key again is the same row."""
    why = why.strip()
    if not why:
        raise NotValid(field="why", why=_("Say why, in a few words. It is kept with the limit."))
    moment = {"valid_from": begins.astimezone(UTC).replace(microsecond=0).isoformat()} if later else {}
    with transaction.atomic():
        claim = keys.claim(key=key, act=Act.LIMIT_ADDED, by=by, body=columns | moment | {"why": why})
        if claim.answer:
            rows = LimitRaise.objects if claim.answer.code == WAITS else LimitVersion.objects
            return rows.get(pk=claim.answer.object_id)
        last = _in_force(columns, now)
        if columns["ends"] and (last is None or last.ends):
            raise Refused("ALREADY_RESOLVED")
        before = {name: getattr(last, name) for name in ("id", *_FIGURES, "kinds")} if last else None
        if would_raise(columns):
            return _ask(columns | moment, claim, why=why, before=before, by=by, role=role, key=key)
        version = keeping.add(
            LimitVersion,
            columns | {"valid_from": begins, "why": why, "recorded_by_id": by, "recorded_at": now},
            act=Act.LIMIT_ADDED,
            object_kind="limit",
            by=by,
            role=role,
            before=before,
            words=why,
            silent=frozenset({"why", "recorded_by_id", "recorded_at", "storm_id"}),
        )
        claim.settle(object_id=version.pk)
        return version


def _ask(
    figures: dict[str, Any],
    claim: keys.Claim,
    *,
    why: str,
    before: dict[str, Any] | None,
    by: int,
    role: str,
    key: UUID | None,
) -> LimitRaise:
    """Keep a raise for the second person. Its time of asking is the database's."""
    asked = LimitRaise(figures=figures, asked_by_id=by, why=why)
    asked.asked_at = datetime.now(UTC)
    asked.save(force_insert=True)
    audit.append(
        by=by,
        role=role,
        act=Act.LIMIT_RAISE_ASKED,
        object_kind="limit_raise",
        object_id=asked.pk,
        before=before,
        after=figures,
        words=why,
        key=key,
    )
    claim.settle(object_id=asked.pk, code=WAITS)
    return asked


def _scope(grade: str, team_id: int | None, user_id: int | None) -> dict[str, Any]:
    """The three columns of whose limit it is; exactly one is filled."""
    if [bool(grade), team_id is not None, user_id is not None].count(True) != 1:
        raise NotValid(field="grade", why=_("A limit is for one grade, one team or one person: choose exactly one."))
    if grade and grade not in Grade.values:
        raise NotValid(field="grade", why=_("There is no such grade."))
    return {"grade": grade, "team_id": team_id, "user_id": user_id}


def _in_force(columns: dict[str, Any], now: datetime) -> LimitVersion | None:
    """The version of this scope and case that the new one takes the place of."""
    of = {name: columns[name] for name in (*_SCOPE, *_CASE, "currency", "storm_id")}
    return LimitVersion.objects.filter(**of, valid_from__lte=now).first()
