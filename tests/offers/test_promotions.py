"""More authority for one person waits for a second person and an hour, for raw SQL too; less holds at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from customers import audit
from customers.keeping import NotValid
from customers.models import AuditEvent
from customers.refusals import NotYours, Refused
from offers import ledger, promotions
from offers.choices import Grade, PromotionState
from offers.models import Promotion, Seat
from tests.audits import Broken, break_audit
from tests.builders import desk_now, make_agent, make_team, make_user
from tests.database import DeskClock
from tests.offers.builders import make_limit
from tests.offers.desk import make_desk
from tests.offers.in_use import InUse, in_force, make_in_use

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def used(db: None) -> InUse:
    return make_in_use()


def ask(used: InUse, **other: Any) -> Promotion:
    """Ada asks to make Ann a senior agent."""
    seat = Seat.objects.get(user=used.ann)
    given: dict[str, Any] = {
        "user_id": used.ann.pk, "grade": Grade.SENIOR, "team_id": seat.team_id, "why": "A year of good calls",
        "by": used.ada.pk, "role": "ADMINISTRATOR",
    } | other  # fmt: skip
    return promotions.ask_promotion(**given)


def confirm(used: InUse, asked: Promotion, **other: Any) -> Promotion:
    given: dict[str, Any] = {"by": used.max.pk, "role": "MANAGER"} | other
    return promotions.confirm_promotion(promotion_id=asked.pk, **given)


def grade_of(used: InUse) -> str:
    return Seat.objects.get(user=used.ann).grade


def refusal_of(act: Any) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.code


def test_promotion_holds_an_hour_after_the_second_yes(used: InUse, desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    before = in_force(used.ann)
    asked = confirm(used, ask(used))

    assert asked.begins_at == desk_now() + HOUR
    desk_clock.advance(HOUR - timedelta(seconds=1))
    assert promotions.begin_due() == 0
    assert (grade_of(used), in_force(used.ann)) == (Grade.AGENT, before)
    desk_clock.advance(timedelta(seconds=1))
    assert promotions.begin_due() == 1
    assert promotions.begin_due() == 0
    assert grade_of(used) == Grade.SENIOR
    assert in_force(used.ann) == used.desk.limits[Grade.SENIOR].pk
    assert Promotion.objects.get().state == PromotionState.DONE


def test_everybody_is_in_the_audit(used: InUse, desk_clock: DeskClock) -> None:
    confirm(used, ask(used))
    desk_clock.advance(HOUR)
    promotions.begin_due()

    told = AuditEvent.objects.filter(object_kind="person", object_id=used.ann.pk).order_by("id")

    assert list(told.values_list("act", "actor_id")) == [
        ("PROMOTION_ASKED", used.ada.pk),
        ("PROMOTION_CONFIRMED", used.max.pk),
        ("PROMOTION_DONE", None),
    ]
    assert [(one.before["grade"], one.after["grade"]) for one in told if one.before and one.after] == [
        ("AGENT", "SENIOR")
    ] * 3
    assert audit.verify().is_clean


@pytest.mark.parametrize(
    ("by", "act", "code"),
    [
        ("ada", promotions.confirm_promotion, "RAISE_NEEDS_SECOND"),
        ("ada", promotions.refuse_promotion, "RAISE_NEEDS_SECOND"),
        ("ann", promotions.confirm_promotion, "OWN_LIMIT"),
        ("ann", promotions.refuse_promotion, "OWN_LIMIT"),
        ("ann", promotions.withdraw_promotion, "OWN_LIMIT"),
        ("max", promotions.withdraw_promotion, "NOT_ALLOWED"),
    ],
)
def test_who_may_not_decide(used: InUse, by: str, act: Any, code: str) -> None:
    asked = ask(used)

    assert refusal_of(lambda: act(promotion_id=asked.pk, by=getattr(used, by).pk, role="MANAGER")) == code

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by_id) == ("OPEN", None)


def test_nobody_asks_for_themselves_or_without_words(used: InUse) -> None:
    assert refusal_of(lambda: ask(used, by=used.ann.pk)) == "OWN_LIMIT"
    with pytest.raises(NotValid):
        ask(used, why="  ")
    with pytest.raises(NotYours):
        ask(used, user_id=used.ada.pk, by=used.max.pk)
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("first", [promotions.refuse_promotion, promotions.confirm_promotion])
def test_it_is_answered_once(used: InUse, first: Any) -> None:
    asked = ask(used)
    first(promotion_id=asked.pk, by=used.max.pk, role="MANAGER")

    for act in (promotions.refuse_promotion, promotions.confirm_promotion):
        assert refusal_of(lambda act=act: act(promotion_id=asked.pk, by=used.max.pk, role="M")) == "ALREADY_RESOLVED"


@pytest.mark.parametrize(("by", "after"), [("ada", False), ("ada", True), ("max", True)])
def test_it_can_be_taken_back_until_it_holds(used: InUse, desk_clock: DeskClock, by: str, after: bool) -> None:
    """An open one by whoever asked; a confirmed one by either, and by nobody once its hour is over and it holds."""
    asked = ask(used)
    if after:
        confirm(used, asked)

    promotions.withdraw_promotion(promotion_id=asked.pk, by=getattr(used, by).pk, role="MANAGER")

    desk_clock.advance(2 * HOUR)
    assert promotions.begin_due() == 0
    assert grade_of(used) == Grade.AGENT
    again = confirm(used, ask(used))
    desk_clock.advance(2 * HOUR)
    assert promotions.begin_due() == 1
    late = refusal_of(lambda: promotions.withdraw_promotion(promotion_id=again.pk, by=used.ada.pk, role="MANAGER"))
    assert late == "ALREADY_RESOLVED"


def test_newer_question_takes_the_place_of_the_older(used: InUse) -> None:
    first = ask(used)
    second = ask(used, grade=Grade.SUPERVISOR, by=used.max.pk)
    third = ask(used, grade=Grade.MANAGER, by=used.max.pk)

    states = dict(Promotion.objects.values_list("pk", "state"))
    assert states == {first.pk: "REFUSED", second.pk: "WITHDRAWN", third.pk: "OPEN"}


def test_who_has_moved_meanwhile_is_not_promoted(used: InUse, desk_clock: DeskClock) -> None:
    asked = confirm(used, ask(used))
    Seat.objects.filter(user=used.ann).update(grade=Grade.NEW)
    desk_clock.advance(HOUR)

    assert promotions.begin_due() == 0

    asked.refresh_from_db()
    assert (asked.state, grade_of(used)) == ("TAKEN_BACK", Grade.NEW)


def test_another_team_that_may_give_more_is_more() -> None:
    desk = make_desk()
    ann, here = desk.ann.pk, Seat.objects.get(user=desk.ann).team_id
    rich, poor, same = make_team("Rich"), make_team("Poor"), make_team("Same")
    make_limit(grade=Grade.SUPERVISOR, team=rich, valid_from=desk_now() - HOUR)
    make_limit(grade=Grade.NEW, team=poor, valid_from=desk_now() - HOUR)
    ledger.act("authorise_proposal", desk.facts())

    def needs(**place: Any) -> bool:
        return promotions.needs_second(user_id=ann, **({"grade": Grade.AGENT} | place))

    assert [needs(team_id=one.pk) for one in (rich, poor, same)] == [True, False, False]
    assert [needs(team_id=here, grade=grade) for grade in Grade] == [False, False, True, True, True]
    # A higher grade is more even where the team's limit is the same for all: it may decide for others.
    assert needs(team_id=poor.pk, grade=Grade.SUPERVISOR)


def test_desk_that_is_being_set_up_needs_nobody_else() -> None:
    desk = make_desk()

    assert not promotions.needs_second(user_id=desk.ann.pk, grade=Grade.MANAGER, team_id=None)
    assert Seat.objects.filter(user=desk.ann).update(grade=Grade.MANAGER) == 1


ROW = "INSERT INTO offers_promotion (user_id, from_grade, grade, why, asked_at, state, asked_by_id"
YES = "UPDATE offers_promotion SET state = 'CONFIRMED', decided_by_id = "
DONE = "UPDATE offers_promotion SET state = 'DONE'"
RAW = {
    "the seat itself": "UPDATE offers_seat SET grade = 'SENIOR' WHERE user_id = {ann}",
    "by way of nobody's team": "UPDATE offers_seat SET grade = 'MANAGER', team_id = NULL WHERE user_id = {ann}",
    "while it is switched off": "UPDATE offers_seat SET grade = 'SENIOR', is_active = false WHERE user_id = {ann}",
    "a supervisor's seat": "UPDATE offers_seat SET user_id = {ada} WHERE user_id = {sue}",
    "no seat at all": "DELETE FROM offers_seat WHERE user_id = {ann}",
    "one that is done": ROW + ", decided_by_id, decided_at, begins_at) "
    "VALUES ({ann}, 'AGENT', 'SENIOR', '', now(), 'DONE', {ada}, {max}, now(), now())",
    "a question of whom it is for": ROW + ") VALUES ({ann}, 'AGENT', 'SENIOR', '', now(), 'OPEN', {ann})",
    "a second yes of whoever asked": YES + "{ada} WHERE state = 'OPEN'",
    "a second yes of whom it is for": YES + "{ann} WHERE state = 'OPEN'",
    "another grade than was asked for": "UPDATE offers_promotion SET grade = 'MANAGER'",
    "done without an answer": DONE + ", decided_by_id = {max} WHERE state = 'OPEN'",
    "no hour": DONE + " WHERE state = 'CONFIRMED'",
    "an hour that is over": DONE + ", begins_at = now() - interval '1 hour'",
    "no trace": "DELETE FROM offers_promotion",
}


@pytest.mark.parametrize("statement", RAW.values(), ids=RAW.keys())
@pytest.mark.parametrize("confirmed", [False, True])
def test_raw_sql_of_the_application_gives_nobody_more(used: InUse, statement: str, confirmed: bool) -> None:
    asked = ask(used)
    if confirmed:
        confirm(used, asked)
    people = {"ann": used.ann.pk, "ada": used.ada.pk, "max": used.max.pk, "sue": used.desk.sue.pk}

    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement.format(**people))
                reached = cursor.rowcount
        except DatabaseError:
            reached = 0

    assert not reached
    assert grade_of(used) == Grade.AGENT
    assert Promotion.objects.get().state == ("CONFIRMED" if confirmed else "OPEN")


def test_second_yes_in_raw_sql_still_cools_off_and_is_used_once(used: InUse, desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    ask(used)
    soon = {"decided_at": desk_now() - 3 * HOUR, "begins_at": desk_now() - HOUR}
    Promotion.objects.update(state=PromotionState.CONFIRMED, decided_by_id=used.max.pk, **soon)

    assert Promotion.objects.get().begins_at == desk_now() + HOUR
    desk_clock.advance(HOUR)
    Seat.objects.filter(user=used.ann).update(grade=Grade.SENIOR)
    Seat.objects.filter(user=used.ann).update(grade=Grade.AGENT)

    with pytest.raises(DatabaseError, match="RAISE_NEEDS_SECOND"), transaction.atomic():
        Seat.objects.filter(user=used.ann).update(grade=Grade.SENIOR)


@pytest.mark.parametrize("what", ["ask", "confirm", "refuse", "withdraw", "begin"])
def test_without_its_record_nothing_is_done(
    used: InUse, desk_clock: DeskClock, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    asked = confirm(used, ask(used)) if what == "begin" else ask(used) if what != "ask" else None
    desk_clock.advance(HOUR)
    before = list(Promotion.objects.values_list("pk", "state"))
    number = asked.pk if asked else 0
    acts: dict[str, Callable[[], object]] = {
        "ask": lambda: ask(used),
        "confirm": lambda: promotions.confirm_promotion(promotion_id=number, by=used.max.pk, role="MANAGER"),
        "refuse": lambda: promotions.refuse_promotion(promotion_id=number, by=used.max.pk, role="MANAGER"),
        "withdraw": lambda: promotions.withdraw_promotion(promotion_id=number, by=used.ada.pk, role="MANAGER"),
        "begin": promotions.begin_due,
    }
    break_audit(monkeypatch)

    with pytest.raises(Broken):
        acts[what]()

    assert list(Promotion.objects.values_list("pk", "state")) == before
    assert grade_of(used) == Grade.AGENT


def test_strangers_are_told_of_none(used: InUse) -> None:
    for act in (promotions.confirm_promotion, promotions.refuse_promotion, promotions.withdraw_promotion):
        with pytest.raises(NotYours):
            act(promotion_id=0, by=make_user(act.__name__).pk, role="MANAGER")


def test_several_begin_in_one_tick(used: InUse, desk_clock: DeskClock) -> None:
    ben = make_agent("ben")
    for person in (used.ann, ben):
        confirm(used, ask(used, user_id=person.pk))
    desk_clock.advance(HOUR)

    assert promotions.begin_due() == 2
