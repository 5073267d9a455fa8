"""More than before waits for a second person and an hour; less holds at once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from customers import audit
from customers.keeping import NotValid
from customers.models import AuditEvent
from customers.refusals import KeyReused, NotYours, Refused
from offers import limits, raises
from offers.choices import Grade, LimitMode, OfferKind
from offers.models import LimitRaise, LimitVersion
from tests.audits import Broken, break_audit, last_event
from tests.builders import desk_now, make_agent, make_user, new_key
from tests.database import DeskClock
from tests.offers.builders import make_limit
from tests.offers.in_use import InUse, allowance_of, in_force, make_in_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(db: None) -> InUse:
    return make_in_use()


def confirm(used: InUse, asked: LimitRaise, **other: Any) -> LimitVersion:
    given: dict[str, Any] = {"by": used.max.pk, "role": "MANAGER", "now": desk_now()} | other
    return raises.confirm_raise(raise_id=asked.pk, **given)


# What is more than the agents' 25 % for 12 months, $20 a month, $50 at once, $240 in all, and what is not.
MORE: list[dict[str, Any]] = [
    {"max_percent": 26},
    {"max_months": 13},
    {"max_monthly_minor": 2_001},
    {"max_credit_minor": 5_001},
    {"max_fee_minor": 5_001},
    {"max_cost_minor": 24_001},
    {"max_percent": 5, "max_cost_minor": 24_001},
    {"mode": LimitMode.PACING},
]
LESS: list[dict[str, Any]] = [
    {},
    {"max_percent": 10},
    {"max_cost_minor": 10_000, "max_credit_minor": 1_000, "max_fee_minor": 0},
    {"kinds": (OfferKind.CREDIT,)},
    {"day_count": 4},
    {"week_cost_minor": 90_000},
]


@pytest.mark.parametrize("figures", MORE, ids=str)
def test_more_than_before_waits(used: InUse, figures: dict[str, Any]) -> None:
    before = in_force(used.ann)

    asked = used.raised(figures=figures)

    assert asked.state == "OPEN"
    assert in_force(used.ann) == before
    assert (last_event().act, last_event().object_id) == ("LIMIT_RAISE_ASKED", asked.pk)
    assert audit.verify().is_clean


@pytest.mark.parametrize("figures", LESS, ids=str)
def test_no_more_than_before_holds_at_once(used: InUse, figures: dict[str, Any]) -> None:
    version = used.lowered(figures=figures)

    assert in_force(used.ann) == version.pk
    assert (version.raises, version.confirmed_by_id) == (False, None)


def test_desk_that_is_being_set_up_needs_nobody_else() -> None:
    make_limit(grade=Grade.AGENT)
    ada = make_user("ada")

    found = limits.new_limit_version(
        grade=Grade.AGENT, currency="USD", allowance=allowance_of(Grade.AGENT, max_percent=60), why="First figures",
        by=ada.pk, role="ADMINISTRATOR", now=desk_now(),
    )  # fmt: skip

    assert isinstance(found, LimitVersion)


def test_confirmed_raise_holds_an_hour_later(used: InUse, desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    before = in_force(used.ann)
    version = confirm(used, used.raised(figures={"max_percent": 30}))

    assert version.valid_from == desk_now() + timedelta(hours=1)
    assert (version.raises, version.recorded_by_id, version.confirmed_by_id) == (True, used.ada.pk, used.max.pk)
    desk_clock.advance(timedelta(minutes=59, seconds=59))
    assert in_force(used.ann) == before
    desk_clock.advance(timedelta(seconds=1))
    assert in_force(used.ann) == version.pk


def test_raise_may_begin_later_than_that(used: InUse) -> None:
    friday = desk_now() + timedelta(days=5)

    version = confirm(used, used.raised(valid_from=friday, figures={"max_percent": 30}))

    assert version.valid_from == friday.replace(microsecond=0)


def test_raise_confirmed_after_its_beginning_still_cools_off(used: InUse, desk_clock: DeskClock) -> None:
    asked = used.raised(valid_from=desk_now() + timedelta(hours=3), figures={"max_percent": 30})
    desk_clock.advance(timedelta(hours=5))

    version = confirm(used, asked)

    assert version.valid_from >= desk_now() + timedelta(minutes=59)


def test_both_people_are_in_the_audit(used: InUse) -> None:
    asked = used.raised(figures={"max_percent": 30})
    version = confirm(used, asked)

    told = list(AuditEvent.objects.filter(object_kind__in=["limit", "limit_raise"]).order_by("id"))
    assert [(event.act, event.actor_id) for event in told] == [
        ("LIMIT_RAISE_ASKED", used.ada.pk),
        ("LIMIT_RAISE_CONFIRMED", used.max.pk),
        ("LIMIT_ADDED", used.max.pk),
    ]
    assert told[1].limit_version_id == version.pk
    assert audit.verify().is_clean


def test_nobody_confirms_what_they_asked_for(used: InUse) -> None:
    asked = used.raised(figures={"max_percent": 30})

    for act in (raises.confirm_raise, raises.refuse_raise):
        with pytest.raises(Refused) as refused:
            act(raise_id=asked.pk, by=used.ada.pk, role="ADMINISTRATOR", now=desk_now())
        assert refused.value.code == "RAISE_NEEDS_SECOND"
    assert LimitRaise.objects.get().state == "OPEN"


@pytest.mark.parametrize("whose", ["person", "team", "grade"])
def test_nobody_confirms_more_for_themselves(used: InUse, whose: str) -> None:
    greta = make_agent("greta", grade=Grade.MANAGER)
    scope: dict[str, dict[str, Any]] = {
        "person": {"grade": "", "user_id": greta.pk},
        "team": {"grade": "", "team_id": greta.seat_row.team_id},
        "grade": {"grade": Grade.MANAGER},
    }
    asked = used.raised(**scope[whose], figures={"max_percent": 90})

    with pytest.raises(Refused) as refused:
        confirm(used, asked, by=greta.pk)

    assert refused.value.code == "OWN_LIMIT"
    assert confirm(used, asked).pk


def test_raise_is_decided_once(used: InUse) -> None:
    asked = used.raised(figures={"max_percent": 30})
    confirm(used, asked)

    with pytest.raises(Refused) as refused:
        confirm(used, asked)

    assert refused.value.code == "ALREADY_RESOLVED"
    assert LimitVersion.objects.filter(raised_by=asked).count() == 1
    with pytest.raises(NotYours):
        raises.confirm_raise(raise_id=0, by=used.max.pk, role="MANAGER", now=desk_now())


def test_raise_is_refused_by_another_and_taken_back_by_oneself(used: InUse) -> None:
    said: dict[str, Any] = {"role": "MANAGER", "now": desk_now()}
    first, second = used.raised(figures={"max_percent": 30}), used.raised(figures={"max_percent": 31})

    raises.refuse_raise(raise_id=first.pk, by=used.max.pk, **said)
    with pytest.raises(Refused) as refused:
        raises.withdraw_raise(raise_id=second.pk, by=used.max.pk, **said)
    raises.withdraw_raise(raise_id=second.pk, by=used.ada.pk, **said)

    assert refused.value.code == "NOT_ALLOWED"
    assert [one.state for one in LimitRaise.objects.order_by("id")] == ["REFUSED", "WITHDRAWN"]
    assert not LimitVersion.objects.filter(raises=True).exists()


def test_same_key_asks_once(used: InUse) -> None:
    key = new_key()

    first, again = (used.raised(figures={"max_percent": 30}, key=key) for _ in range(2))

    assert first.pk == again.pk
    with pytest.raises(KeyReused):
        used.ask(figures={"max_percent": 31}, key=key)


def test_raise_without_its_record_is_not_kept(used: InUse, monkeypatch: pytest.MonkeyPatch) -> None:
    break_audit(monkeypatch)

    with pytest.raises(Broken):
        used.ask(figures={"max_percent": 30})

    assert not LimitRaise.objects.exists()


def test_end_of_a_stricter_limit_is_a_raise(used: InUse) -> None:
    version = used.lowered(grade="", user_id=used.ann.pk, figures={"max_percent": 5})
    said: dict[str, Any] = {"why": "Trained", "by": used.ada.pk, "role": "ADMINISTRATOR", "now": desk_now()}

    asked = limits.end_limit(limit_id=version.pk, key=new_key(), **said)

    assert isinstance(asked, LimitRaise)
    assert asked.figures["ends"] is True
    assert confirm(used, asked).ends
    assert in_force(used.ann) == version.pk


def test_end_of_a_grades_own_limit_is_refused(used: InUse) -> None:
    limit = LimitVersion.objects.get(grade=Grade.AGENT)

    with pytest.raises(NotValid):
        limits.end_limit(
            limit_id=limit.pk, why="x", by=used.ada.pk, role="ADMINISTRATOR", now=desk_now(), key=new_key()
        )


RAW_RAISE = """
INSERT INTO offers_limitversion (grade, family, tier, tenure_from_months, ends, valid_from, currency, max_percent,
    max_months, max_monthly_minor, max_credit_minor, max_fee_minor, max_cost_minor, kinds, mode, raises, recorded_by_id,
    confirmed_by_id, raised_by_id, recorded_at, why)
VALUES ('AGENT', '', '', 0, false, now() - interval '1 hour', 'USD', 90, 12, 2000, 5000, 5000, 24000, %(kinds)s, 'HARD',
    false, %(by)s, %(second)s, %(raise)s, now() - interval '1 day', 'mine')
"""


def raw(used: InUse, **other: Any) -> None:
    kinds = sorted(allowance_of(Grade.AGENT).kinds)
    given = {"by": used.ada.pk, "second": used.max.pk, "raise": None, "kinds": kinds} | other
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW_RAISE, given)


def test_raw_sql_raises_nothing_without_a_second_person(used: InUse) -> None:
    asked = used.raised(figures={"max_percent": 30})

    for given in ({}, {"second": None}, {"raise": asked.pk}, {"second": used.ada.pk}):
        with pytest.raises(DatabaseError):
            raw(used, **given)

    confirm(used, asked)
    with pytest.raises(DatabaseError):
        raw(used, **{"raise": asked.pk})
    assert not LimitVersion.objects.filter(max_percent=90).exists()


def test_raw_sql_adds_no_kind_that_was_not_confirmed(used: InUse) -> None:
    asked = used.raised(figures={"max_percent": 90, "kinds": (OfferKind.CREDIT,)})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE offers_limitraise SET state = 'CONFIRMED', decided_by_id = %s, decided_at = now()", [used.max.pk]
        )

    with pytest.raises(DatabaseError, match="RAISE_NEEDS_SECOND"):
        raw(used, **{"raise": asked.pk})
    raw(used, **{"raise": asked.pk, "kinds": ["CREDIT"]})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offers_limitraise SET state = 'CONFIRMED', decided_by_id = asked_by_id, decided_at = now()",
        "UPDATE offers_limitraise SET figures = '{}'",
        "UPDATE offers_limitraise SET asked_by_id = %(other)s",
        "DELETE FROM offers_limitraise",
        """INSERT INTO offers_limitraise (figures, state, asked_by_id, asked_at, why, decided_by_id, decided_at)
           VALUES (%(figures)s, 'CONFIRMED', %(other)s, now(), '', %(by)s, now())""",
    ],
)
def test_raw_sql_makes_no_second_person(used: InUse, statement: str) -> None:
    asked = used.raised(figures={"max_percent": 90})

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"other": used.max.pk, "by": used.ada.pk, "figures": json.dumps(asked.figures)})
