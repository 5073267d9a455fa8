"""Limits and the scheme: a new version holds from now or later, says why, and names what it replaced."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from customers import audit
from customers.keeping import NotValid
from offers import limits
from offers.allowances import Allowance
from offers.choices import Grade, OfferKind
from offers.models import LimitRaise, LimitVersion, SchemeVersion
from retention_desk.people.models import User
from tests.audits import Broken, break_audit, last_event, typed_with
from tests.builders import desk_now, make_agent, make_team, make_user
from tests.offers.builders import make_limit, make_scheme

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("ada")


def ask_limit(by: User, **other: Any) -> LimitVersion | LimitRaise:
    """The agents' limit of the typical scheme, unless said otherwise."""
    figures: dict[str, Any] = {
        "max_percent": 25,
        "max_months": 12,
        "max_monthly_minor": 2_000,
        "max_credit_minor": 5_000,
        "max_fee_minor": 5_000,
        "max_cost_minor": 24_000,
        "kinds": (OfferKind.PERCENT_OFF, OfferKind.CREDIT),
    }
    named = {field.name for field in fields(Allowance)}
    figures |= {name: other.pop(name) for name in tuple(other) if name in named}
    given: dict[str, Any] = {"grade": Grade.AGENT, "currency": "USD", "why": "Autumn figures"} | other
    return limits.new_limit_version(
        **given, allowance=Allowance(**figures), by=by.pk, role="ADMINISTRATOR", now=desk_now()
    )


def set_limit(by: User, **other: Any) -> LimitVersion:
    """What is in force from now on."""
    found = ask_limit(by, **other)
    assert isinstance(found, LimitVersion)
    return found


def set_scheme(by: User, **other: Any) -> SchemeVersion:
    given: dict[str, Any] = {
        "currency": "USD",
        "customer_year_percents": [10, 15, 25],
        "long_tenure_months": 24,
        "long_tenure_extra_percent": 25,
        "short_tenure_months": 6,
        "cooldown_months": 6,
        "concessions_a_call": 2,
        "credits_a_year": 2,
        "goodwill_minor": 2_000,
        "budget_mode": "HARD",
        "approval_seconds": 60,
        "undo_seconds": 5,
        "hold_minutes": 30,
    }
    return limits.new_scheme_version(**(given | other), by=by.pk, role="ADMINISTRATOR", now=timezone.now())


def in_force(user: User) -> int | None:
    """The limit that the ledger would use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT limit_in_force(%s, 'USD')", [user.pk])
        found: int | None = cursor.fetchone()[0]
    return found


def test_new_limit_holds_at_once_and_the_old_one_stays_as_it_was(ada: User) -> None:
    ann = make_agent("ann")
    old = make_limit(grade=Grade.AGENT, max_percent=20)

    new = set_limit(ada, max_percent=30)

    assert in_force(ann) == new.pk
    old.refresh_from_db()
    assert old.max_percent == 20


def test_limit_of_a_person_holds_before_team_and_grade(ada: User) -> None:
    ann, ben = make_agent("ann"), make_agent("ben")
    of_grade = set_limit(ada)
    of_ann = set_limit(ada, grade="", user_id=ann.pk, max_percent=5)

    assert (in_force(ann), in_force(ben)) == (of_ann.pk, of_grade.pk)


def test_limit_is_recorded_with_what_it_replaced_and_why(ada: User) -> None:
    old = set_limit(ada, max_percent=20)

    new = set_limit(ada, max_percent=30, why="More room in winter")

    event = last_event()
    assert (event.act, event.object_kind, event.object_id) == ("LIMIT_ADDED", "limit", new.pk)
    assert event.before is not None
    assert event.after is not None
    assert (event.before["id"], event.before["max_percent"], event.after["max_percent"]) == (old.pk, 20, 30)
    assert typed_with(event) == "More room in winter"
    assert (new.recorded_by_id, new.why) == (ada.pk, "More room in winter")
    assert audit.verify().is_clean


def test_limit_may_begin_later(ada: User) -> None:
    ann = make_agent("ann")
    now_holds = set_limit(ada)

    set_limit(ada, valid_from=timezone.now() + timedelta(days=3), max_percent=50)

    assert in_force(ann) == now_holds.pk


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("grade", {"grade": ""}),
        ("grade", {"grade": "KING"}),
        ("kinds", {"kinds": ()}),
        ("kinds", {"kinds": ("MIRACLE",)}),
        ("mode", {"mode": "SOFT"}),
        ("day_count", {"day_count": -1}),
        ("week_cost_minor", {"day_cost_minor": 20_000, "week_cost_minor": 10_000}),
        ("month_count", {"call_count": 5, "month_count": 4}),
        ("family", {"family": "TOYS"}),
        ("tier", {"tier": "GOLD"}),
        ("tenure_from_months", {"tenure_from_months": -1}),
        ("family", {"family": "CREDIT", "day_count": 5}),
        ("max_percent", {"max_percent": 101}),
        ("max_months", {"max_months": 61}),
        ("max_credit_minor", {"max_credit_minor": 25_000}),
        ("max_fee_minor", {"max_fee_minor": 24_001}),
        ("why", {"why": "  "}),
        ("valid_from", {"valid_from": timezone.now() - timedelta(days=1)}),
    ],
)
def test_limit_that_makes_no_sense_is_refused_at_its_field(ada: User, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid) as refused:
        set_limit(ada, **wrong)

    assert refused.value.facts["field"] == field
    assert not LimitVersion.objects.exists()


def test_limit_has_one_scope(ada: User) -> None:
    with pytest.raises(NotValid):
        set_limit(ada, grade=Grade.AGENT, team_id=make_team().pk)


def test_nobody_sets_their_own_limit() -> None:
    ann = make_agent("ann")

    with pytest.raises(NotValid) as refused:
        set_limit(ann, grade="", user_id=ann.pk)

    assert refused.value.facts["field"] == "user"


def test_limit_without_its_record_is_not_saved(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    break_audit(monkeypatch)

    with pytest.raises(Broken):
        set_limit(ada)

    assert not LimitVersion.objects.exists()


def test_new_scheme_is_recorded_with_the_old(ada: User) -> None:
    make_scheme(cooldown_months=3)

    new = set_scheme(ada, cooldown_months=9)

    event = last_event()
    assert (event.act, event.object_id) == ("SCHEME_ADDED", new.pk)
    assert event.before is not None
    assert event.after is not None
    assert (event.before["cooldown_months"], event.after["cooldown_months"]) == (3, 9)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("customer_year_percents", {"customer_year_percents": [10, 15]}),
        ("customer_year_percents", {"customer_year_percents": [10, 15, 101]}),
        ("customer_year_percents", {"customer_year_percents": [25, 15, 10]}),
        ("short_tenure_months", {"short_tenure_months": 24}),
        ("approval_seconds", {"approval_seconds": 14}),
        ("undo_seconds", {"undo_seconds": 60}),
        ("hold_minutes", {"hold_minutes": 0}),
        ("draw_seconds", {"draw_seconds": 61}),
        ("grant_minutes", {"grant_minutes": 0}),
        ("pair_cap", {"pair_cap": 0}),
        ("second_above_minor", {"second_above_minor": -1}),
        ("budget_mode", {"budget_mode": "SOFT"}),
        ("valid_from", {"valid_from": timezone.now() - timedelta(days=1)}),
    ],
)
def test_scheme_that_contradicts_itself_is_refused_at_its_field(ada: User, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid) as refused:
        set_scheme(ada, **wrong)

    assert refused.value.facts["field"] == field


def test_scheme_without_its_record_is_not_saved(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    break_audit(monkeypatch)

    with pytest.raises(Broken):
        set_scheme(ada)

    assert not SchemeVersion.objects.exists()
