"""Standing in: until a set end, never for oneself, and only where the grades allow it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from customers import audit
from customers.keeping import NotValid
from customers.refusals import NotYours, Refused
from offers import delegations, ledger
from offers.choices import Duty, Grade
from offers.models import ApprovalRequest, Delegation, Seat
from retention_desk.people.models import User
from tests.audits import last_event
from tests.builders import desk_now, make_agent, make_supervisor, make_user, new_key
from tests.database import DeskClock
from tests.offers.desk import Desk

pytestmark = pytest.mark.django_db


def give(of: User, to: User, **other: Any) -> Delegation:
    """For two days from now, by the one who goes away."""
    given: dict[str, Any] = {
        "starts_at": desk_now(),
        "ends_at": desk_now() + timedelta(days=2),
        "why": "Holiday",
        "by": of.pk,
        "role": "SUPERVISOR",
        "now": desk_now(),
        "key": new_key(),
    } | other
    return delegations.give_delegation(of_id=of.pk, to_id=to.pk, **given)


def authority_of(user: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT authority_of(%s)", [user.pk])
        found: int = cursor.fetchone()[0]
    return found


@pytest.fixture
def sue(db: None) -> User:
    return make_supervisor("sue")


@pytest.fixture
def sam(db: None) -> User:
    return make_agent("sam", grade=Grade.SENIOR)


def test_authority_is_lent_until_its_end(sue: User, sam: User, desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    give(sue, sam, starts_at=desk_now() + timedelta(hours=1))

    assert authority_of(sam) == sam.pk
    desk_clock.advance(timedelta(hours=1))
    assert authority_of(sam) == sue.pk
    desk_clock.advance(timedelta(days=2))
    assert authority_of(sam) == sam.pk


def test_authority_comes_back_at_once(sue: User, sam: User) -> None:
    given = give(sue, sam)
    assert authority_of(sam) == sue.pk

    delegations.end_delegation(delegation_id=given.pk, by=sue.pk, role="SUPERVISOR")

    assert authority_of(sam) == sam.pk
    assert (last_event().act, last_event().object_id) == ("DELEGATION_ENDED", given.pk)
    with pytest.raises(Refused) as refused:
        delegations.end_delegation(delegation_id=given.pk, by=sue.pk, role="SUPERVISOR")
    assert refused.value.code == "ALREADY_RESOLVED"
    assert audit.verify().is_clean


def test_who_left_the_desk_lends_nothing(sue: User, sam: User) -> None:
    give(sue, sam)

    Seat.objects.filter(user=sue).update(is_active=False)

    assert authority_of(sam) == sam.pk


def test_more_of_ones_own_is_kept(sue: User) -> None:
    greta = make_agent("greta", grade=Grade.MANAGER)

    give(sue, greta)

    assert authority_of(greta) == greta.pk


def test_absent_supervisors_question_goes_to_whoever_stands_in(desk: Desk) -> None:
    sam = make_agent("sam", grade=Grade.SENIOR, team=desk.ann.seat_row.team)
    give(desk.sue, sam)
    Seat.objects.filter(user=desk.sue).update(duty=Duty.AWAY)

    request = desk.asked()

    assert request.drawn_to_id == sam.pk
    ledger.act("decide_approval", desk.decision(request, "APPROVE", approver_id=sam.pk))
    assert ApprovalRequest.objects.get().state == "APPROVED"
    event = last_event()
    assert event.after is not None
    assert (event.actor_id, event.after["authority_of"]) == (sam.pk, desk.sue.pk)


def test_without_anybody_standing_in_there_is_nobody_to_ask(desk: Desk) -> None:
    Seat.objects.filter(user=desk.sue).update(duty=Duty.AWAY)

    with pytest.raises(Refused) as refused:
        desk.asked()

    assert refused.value.code == "NO_SUPERVISOR"


@pytest.mark.parametrize(
    ("of", "to"),
    [
        (Grade.AGENT, Grade.SENIOR),
        (Grade.SENIOR, Grade.SUPERVISOR),
        (Grade.SUPERVISOR, Grade.AGENT),
        (Grade.MANAGER, Grade.NEW),
    ],
)
def test_grades_that_lend_and_borrow(of: Grade, to: Grade) -> None:
    with pytest.raises(Refused) as refused:
        give(make_agent("one", grade=of), make_agent("two", grade=to))

    assert refused.value.code == "NOT_DELEGABLE"
    assert not Delegation.objects.exists()


def test_nobody_takes_authority_for_themselves(sue: User, sam: User) -> None:
    with pytest.raises(Refused) as refused:
        give(sue, sam, by=sam.pk)

    assert refused.value.code == "OWN_LIMIT"


def test_dates_and_words_are_asked_for(sue: User, sam: User) -> None:
    now = desk_now()
    for wrong, field in (
        ({"ends_at": now - timedelta(minutes=1)}, "ends_at"),
        ({"starts_at": now + timedelta(days=3)}, "ends_at"),
        ({"why": " "}, "why"),
    ):
        with pytest.raises(NotValid) as refused:
            give(sue, sam, **wrong)
        assert refused.value.facts["field"] == field
    with pytest.raises(NotValid):
        give(sue, sue)
    with pytest.raises(Refused) as too_long:
        give(sue, sam, ends_at=now + timedelta(days=32))
    assert too_long.value.code == "NOT_DELEGABLE"


def test_same_key_gives_once(sue: User, sam: User) -> None:
    ends_at, starts_at, key = desk_now() + timedelta(days=1), desk_now(), new_key()

    first, again = (give(sue, sam, starts_at=starts_at, ends_at=ends_at, key=key) for _ in range(2))

    assert first.pk == again.pk
    assert Delegation.objects.count() == 1


def test_what_is_not_there_cannot_be_ended(db: None) -> None:
    with pytest.raises(NotYours):
        delegations.end_delegation(delegation_id=0, by=make_user().pk, role="MANAGER")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offers_delegation SET ends_at = ends_at + interval '1 year'",
        "UPDATE offers_delegation SET to_id = of_id",
        "DELETE FROM offers_delegation",
        """INSERT INTO offers_delegation (of_id, to_id, starts_at, ends_at, why, given_by_id, recorded_at)
           SELECT of_id, to_id, now(), now() + interval '60 days', '', given_by_id, now() FROM offers_delegation""",
        """INSERT INTO offers_delegation (of_id, to_id, starts_at, ends_at, why, given_by_id, recorded_at)
           SELECT of_id, to_id, now(), now() + interval '1 day', '', to_id, now() FROM offers_delegation""",
    ],
)
def test_raw_sql_lends_nothing_longer_or_to_oneself(sue: User, sam: User, statement: str) -> None:
    give(sue, sam)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
