"""The end of a shift and the words to the floor: hand-over by name, leaving, silent notes, news."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from customers.keeping import NotValid
from customers.models import AuditEvent
from customers.refusals import NotYours, Refused
from offers import duty, news, notes, shift
from offers.choices import BudgetKind, Duty, Grade
from offers.models import ApprovalRequest, News, OwnLine, Seat, SilentNote, SilentNoteSeen
from retention_desk.people.models import User
from tests.builders import (
    desk_now,
    make_agent,
    make_call,
    make_customer,
    make_site,
    make_supervisor,
    make_team,
    new_key,
)
from tests.offers.builders import give_budget, make_limit
from tests.offers.desk import Desk

pytestmark = pytest.mark.django_db


def turns(request: ApprovalRequest) -> list[tuple[int, str]]:
    return list(request.draws.order_by("pk").values_list("user_id", "ended_as"))


def give(desk: Desk, request: ApprovalRequest, to: User) -> duty.Moved:
    return duty.hand_over(request_ids=[request.pk], to=to.pk, by=desk.sue.pk, role="SUPERVISOR")


def send(desk: Desk, text: str = "Offer the fix first", **other: Any) -> int:
    given: dict[str, Any] = {"agent_id": desk.ann.pk, "by": desk.sue.pk, "role": "SUPERVISOR", "key": new_key()}
    return notes.send_note(**(given | {"text": text} | other))


def post(by: User, title: str = "Outage in the north", **other: Any) -> int:
    now = desk_now()
    given: dict[str, Any] = {
        "title": title, "text": "Until noon", "ends_at": now + timedelta(hours=3), "by": by.pk, "role": "SUPERVISOR",
        "now": now, "key": new_key(),
    }  # fmt: skip
    return news.post_news(**(given | other))


# Handing over


def test_hand_over_gives_the_question_to_a_colleague_by_name(desk: Desk) -> None:
    request = desk.asked()
    tom = make_supervisor("tom")

    moved = give(desk, request, tom)

    request.refresh_from_db()
    assert (moved.done, moved.left) == (1, 0)
    assert (request.drawn_to, request.read_by, request.state) == (tom, None, "OPEN")
    assert turns(request) == [(desk.sue.pk, "HANDED_OVER"), (tom.pk, "")]
    event = AuditEvent.objects.get(act="HANDED_OVER")
    assert (event.actor_id, event.after) == (desk.sue.pk, {"to": tom.pk, "request": request.pk})


def away(desk: Desk, tom: User) -> None:
    Seat.objects.filter(user=tom).update(duty=Duty.AWAY)


def elsewhere(desk: Desk, tom: User) -> None:
    Seat.objects.filter(user=tom).update(team=make_team("West", make_site("Reno")))


def too_low(desk: Desk, tom: User) -> None:
    make_limit(user=tom, grade=Grade.SUPERVISOR, max_percent=20)


def too_poor(desk: Desk, tom: User) -> None:
    give_budget(BudgetKind.APPROVER, tom.pk, 1_000)


def an_agent(desk: Desk, tom: User) -> None:
    Seat.objects.filter(user=tom).update(grade=Grade.AGENT)


def a_customer_of_theirs(desk: Desk, tom: User) -> None:
    assert desk.call.customer is not None
    OwnLine.objects.create(user=tom, customer=desk.call.customer, declared_by=tom, declared_at=desk_now())


def has_had_it(desk: Desk, tom: User) -> None:
    give(desk, ApprovalRequest.objects.get(), tom)
    duty.hand_over(
        request_ids=[ApprovalRequest.objects.get().pk], to=make_supervisor("una").pk, by=tom.pk, role="SUPERVISOR"
    )


@pytest.mark.parametrize(
    ("arrange", "code"),
    [
        (away, "NOT_ON_DUTY"),
        (elsewhere, "NOT_ON_DUTY"),
        (an_agent, "NOT_ON_DUTY"),
        (too_low, "OVER_SUPERVISOR"),
        (too_poor, "OVER_SUPERVISOR"),
        (a_customer_of_theirs, "CONFLICT_OF_INTEREST"),
        (has_had_it, "NOT_DRAWN"),
    ],
)
def test_hand_over_keeps_to_the_rules_of_the_draw(desk: Desk, arrange: Any, code: str) -> None:
    request = desk.asked()
    tom = make_supervisor("tom")
    arrange(desk, tom)
    before = turns(request)

    moved = give(desk, request, tom)

    assert (moved.done, dict(moved.kept or {})) == (0, {request.pk: code})
    assert turns(request) == before


def test_who_has_had_their_turn_does_not_get_it_back(desk: Desk) -> None:
    request = desk.asked()
    tom = make_supervisor("tom")
    give(desk, request, tom)

    back = duty.hand_over(request_ids=[request.pk], to=desk.sue.pk, by=tom.pk, role="SUPERVISOR")

    assert back.kept == {request.pk: "HAD_THEIR_TURN"}


def test_agent_is_handed_nothing_of_their_own(desk: Desk) -> None:
    request = desk.asked()
    Seat.objects.filter(user=desk.ann).update(grade=Grade.SUPERVISOR)

    assert give(desk, request, desk.ann).kept == {request.pk: "OWN_PROPOSAL"}


def test_stranger_hands_over_nothing_of_mine(desk: Desk) -> None:
    request = desk.asked()
    tom = make_supervisor("tom")

    moved = duty.hand_over(request_ids=[request.pk], to=tom.pk, by=tom.pk, role="SUPERVISOR")

    assert moved.kept == {request.pk: "NOT_DRAWN"}
    request.refresh_from_db()
    assert request.drawn_to == desk.sue


# Leaving


@pytest.mark.parametrize("how", [Duty.AWAY, Duty.BREAK, Duty.OFF])
def test_leaving_passes_open_questions_on(desk: Desk, how: Duty) -> None:
    request = desk.asked()
    tom = make_supervisor("tom")

    moved = duty.set_duty(by=desk.sue.pk, role="SUPERVISOR", duty=how)

    assert (moved.done, moved.left) == (1, 0)
    assert turns(request) == [(desk.sue.pk, "PASSED_ON"), (tom.pk, "")]
    assert Seat.objects.get(user=desk.sue).duty == how


def test_leaving_alone_keeps_the_question(desk: Desk) -> None:
    request = desk.asked()

    moved = duty.set_duty(by=desk.sue.pk, role="SUPERVISOR", duty=Duty.AWAY)

    assert (moved.done, dict(moved.kept or {})) == (0, {request.pk: "NO_SUPERVISOR"})
    request.refresh_from_db()
    assert (request.state, request.drawn_to) == ("OPEN", desk.sue)


def test_duty_is_stamped_by_the_clock_of_the_database(desk: Desk) -> None:
    before = desk_now()
    duty.set_duty(by=desk.ann.pk, role="AGENT", duty=Duty.BREAK)

    since = Seat.objects.get(user=desk.ann).duty_since
    assert isinstance(since, datetime)
    assert before <= since <= desk_now()


# Who decides next


def test_roster_is_in_the_order_of_the_draw_and_knows_who_may_have_what(desk: Desk) -> None:
    request = desk.asked()
    tom = make_supervisor("tom", first_name="Tom", last_name="Vega")
    una = make_supervisor("una", duty=Duty.AWAY)
    max_ = make_supervisor("max", grade=Grade.MANAGER)

    found = shift.roster(by=desk.sue.pk, language="en")

    assert [one.user_id for one in found.people] == [tom.pk, desk.sue.pk, max_.pk, una.pk]
    assert [one.id for one in found.mine] == [request.pk]
    assert {one.user_id: dict(one.why_not) for one in found.people} == {
        desk.sue.pk: {}, tom.pk: {request.pk: ""}, max_.pk: {request.pk: ""}, una.pk: {request.pk: "NOT_ON_DUTY"},
    }  # fmt: skip
    assert found.people[0].may_have == 1
    with pytest.raises(NotYours):
        shift.roster(by=desk.ann.pk, language="en")


def test_desk_draws_next_whom_the_roster_names(desk: Desk) -> None:
    desk.asked()
    make_supervisor("tom")
    first = next(one.user_id for one in shift.roster(by=desk.sue.pk, language="en").people if one.on_duty)
    ben = make_agent("ben")
    Seat.objects.filter(user=ben).update(team=Seat.objects.get(user=desk.ann).team)
    other = make_call(ben, make_customer())
    again = Desk(ben, desk.sue, other, desk.offer, desk.scheme, desk.limits).asked()

    assert again.drawn_to_id == first


# Silent notes


def test_note_stands_on_the_call_until_it_is_seen(desk: Desk) -> None:
    first, second = send(desk), send(desk, "And mention the outage")

    assert shift.word(call_id=desk.call.pk, by=desk.ann.pk).note_id == first
    for _ in range(2):
        notes.see_note(note_id=first, by=desk.ann.pk, role="AGENT")
    word = shift.word(call_id=desk.call.pk, by=desk.ann.pk)

    assert (word.note_id, word.text, word.by) == (second, "And mention the outage", desk.sue.display_name)
    assert SilentNoteSeen.objects.count() == 1
    assert AuditEvent.objects.filter(act="NOTE_SEEN").count() == 1
    sent = shift.roster(by=desk.sue.pk, language="en").notes
    assert [(one.text, one.seen_at is not None) for one in sent] == [
        ("And mention the outage", False),
        ("Offer the fix first", True),
    ]


def test_audit_knows_of_a_note_but_not_what_it_says(desk: Desk) -> None:
    note = send(desk, "Marlene's son rings too")

    event = AuditEvent.objects.get(act="NOTE_SENT")
    assert (event.object_id, event.call_id, event.after) == (note, desk.call.pk, {"to": desk.ann.pk})
    assert "Marlene" not in str(event.__dict__)


def test_note_goes_to_an_agent_of_the_site_whose_customer_is_on_the_line(desk: Desk) -> None:
    ben = make_agent("ben")
    olga = make_supervisor("olga", team=make_team("West", make_site("Reno")))

    for refused, change in (
        ("NO_CALL", {"agent_id": ben.pk}),
        ("OWN_NOTE", {"agent_id": desk.sue.pk}),
        ("WHY_MISSING", {"text": "  "}),
    ):
        with pytest.raises(Refused) as caught:
            send(desk, **change)
        assert caught.value.code == refused
    with pytest.raises(NotYours):
        send(desk, by=olga.pk)
    with pytest.raises(NotYours):
        notes.see_note(note_id=send(desk), by=ben.pk, role="AGENT")
    with pytest.raises(NotYours):
        shift.word(call_id=desk.call.pk, by=ben.pk)
    assert SilentNote.objects.count() == 1


def test_note_is_one_with_its_record(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("customers.audit.append", broken)

    acts: tuple[Callable[[], int], ...] = (lambda: send(desk), lambda: post(desk.sue))
    for act in acts:
        with pytest.raises(RuntimeError), transaction.atomic():
            act()
    assert (SilentNote.objects.count(), News.objects.count()) == (0, 0)


@pytest.mark.parametrize("table", ["silentnote", "silentnoteseen", "news", "newsend"])
def test_what_was_said_is_not_unsaid(desk: Desk, table: str) -> None:
    notes.see_note(note_id=send(desk), by=desk.ann.pk, role="AGENT")
    news.take_back(news_id=post(desk.sue), by=desk.sue.pk, role="SUPERVISOR")

    for statement in (f"DELETE FROM offers_{table}", f"UPDATE offers_{table} SET recorded_at = now()"):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)


# News


def test_news_is_at_the_next_call_and_never_within_one(desk: Desk) -> None:
    posted = post(desk.sue)

    assert [one.id for one in shift.news(by=desk.ann.pk)] == [posted]
    assert shift.word(call_id=desk.call.pk, by=desk.ann.pk).news == ()
    ben = make_agent("ben")
    first = make_call(ben, make_customer())
    assert [one.id for one in shift.word(call_id=first.pk, by=ben.pk).news] == [posted]
    end(first)
    second = make_call(ben, make_customer())
    assert shift.word(call_id=second.pk, by=ben.pk).news == ()


def end(call: Any) -> None:
    """Over, so that the agent may take another."""
    type(call).objects.filter(pk=call.pk).update(state="WRAP_UP", ended_at=desk_now())


def test_news_ends_by_itself_or_is_taken_back_by_its_site_only(desk: Desk) -> None:
    posted = post(desk.sue)
    olga = make_supervisor("olga", team=make_team("West", make_site("Reno")))

    assert shift.news(by=olga.pk) == ()
    with pytest.raises(NotYours):
        news.take_back(news_id=posted, by=olga.pk, role="SUPERVISOR")
    for _ in range(2):
        news.take_back(news_id=posted, by=desk.sue.pk, role="SUPERVISOR")
    assert shift.news(by=desk.ann.pk) == ()
    assert AuditEvent.objects.filter(act="NEWS_TAKEN_BACK").count() == 1


@pytest.mark.parametrize("minutes", [-1, 40 * 24 * 60])
def test_news_has_an_end_that_is_near(desk: Desk, minutes: int) -> None:
    with pytest.raises(NotValid) as refused:
        post(desk.sue, ends_at=desk_now() + timedelta(minutes=minutes))

    assert refused.value.facts["field"] == "ends_at"


def test_news_has_words(desk: Desk) -> None:
    with pytest.raises(NotValid) as refused:
        post(desk.sue, " ")

    assert refused.value.facts["field"] == "title"


def test_audit_of_news_has_no_words_that_somebody_typed(desk: Desk) -> None:
    post(desk.sue, "Marlene is back")

    assert "Marlene" not in str(AuditEvent.objects.get(act="NEWS_POSTED").__dict__)
