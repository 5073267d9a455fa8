"""What a call that was cut off holds: for as long as it may go on, and not longer, whoever says so."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from customers import calls, dispositions
from customers.choices import DispositionKind
from customers.models import Call, CallEvent
from customers.refusals import Refused
from offers import ledger
from offers.choices import BudgetKind
from offers.models import ApprovalRequest, Concession, Hold, Proposal
from tests.builders import desk_now, new_key
from tests.customers.calling import open_call
from tests.database import DeskClock
from tests.offers.desk import Desk, assert_counters_equal_entries, make_desk, used

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(db: None) -> Desk:
    """Ann on a call with money behind her."""
    return make_desk()


def presented(desk: Desk) -> int:
    """Ann presents $96 within her limit."""
    return ledger.act("authorise_proposal", desk.facts())


def approved(desk: Desk, clock: DeskClock) -> int:
    """Sue approves $383.95, and the time to take it back goes by."""
    request = desk.asked()
    ledger.act("decide_approval", desk.decision(request, "APPROVE"))
    clock.advance(timedelta(seconds=6))
    return request.proposal_id


def cut_off(desk: Desk) -> None:
    """The telephone says that the line is down."""
    calls.hang_up(call_id=desk.call.pk, role="TELEPHONE", dropped=True)


def go_on(desk: Desk) -> None:
    """Ann has the customer back."""
    calls.resume(call_id=desk.call.pk, by=desk.ann.pk, role="AGENT")


def state(proposal: int) -> str:
    """Where a proposal stands."""
    return Proposal.objects.get(pk=proposal).state


def test_approval_outlives_the_drop_and_is_used_when_the_call_goes_on(desk: Desk, desk_clock: DeskClock) -> None:
    proposal = approved(desk, desk_clock)
    cut_off(desk)
    dropped_at = desk_now()

    assert (state(proposal), Hold.objects.get().expires_at) == ("AUTHORISED", dropped_at + 10 * MINUTE)
    with pytest.raises(Refused, match="CALL_CLOSED"):
        ledger.act("present_proposal", {"proposal_id": proposal, "agent_id": desk.ann.pk, "role": "AGENT"})

    desk_clock.advance(9 * MINUTE)
    go_on(desk)
    ledger.act("present_proposal", {"proposal_id": proposal, "agent_id": desk.ann.pk, "role": "AGENT"})
    ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED"))

    assert Concession.objects.get().proposal_id == proposal
    assert used(BudgetKind.SITE) == (0, 38_395)
    assert list(CallEvent.objects.filter(kind__in=("ENDED", "RESUMED")).values_list("kind", flat=True)) == [
        "ENDED", "RESUMED",
    ]  # fmt: skip
    assert_counters_equal_entries()


def test_offer_without_an_answer_is_answered_when_the_call_goes_on(desk: Desk) -> None:
    proposal = presented(desk)
    cut_off(desk)

    with pytest.raises(Refused, match="CALL_CLOSED"):
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED"))
    go_on(desk)
    ledger.act("settle_proposal", desk.outcome(proposal, "DECLINED"))

    assert (state(proposal), used(BudgetKind.SITE)) == ("DECLINED", (0, 0))


def test_ten_minutes_later_it_is_released_and_the_call_stays_ended(desk: Desk, desk_clock: DeskClock) -> None:
    proposal = approved(desk, desk_clock)
    cut_off(desk)
    desk_clock.advance(10 * MINUTE)

    with pytest.raises(Refused, match="CALL_CLOSED"):
        go_on(desk)
    assert ledger.expire_due() == {"hold": 1}

    assert (state(proposal), used(BudgetKind.SITE)) == ("LAPSED", (0, 0))
    assert_counters_equal_entries()


def test_call_that_went_on_keeps_it_for_what_is_left_of_the_ten_minutes(desk: Desk, desk_clock: DeskClock) -> None:
    proposal = presented(desk)
    cut_off(desk)
    desk_clock.advance(9 * MINUTE)
    go_on(desk)
    desk_clock.advance(MINUTE)

    with pytest.raises(Refused, match="HOLD_EXPIRED"):
        ledger.act("settle_proposal", desk.outcome(proposal, "ACCEPTED"))


def test_drop_lengthens_no_hold(desk: Desk, desk_clock: DeskClock) -> None:
    presented(desk)
    until = Hold.objects.get().expires_at
    desk_clock.set(until - MINUTE)
    cut_off(desk)

    assert Hold.objects.get().expires_at == until


def test_question_that_is_open_is_nobodys_any_more(desk: Desk) -> None:
    request = desk.asked()
    cut_off(desk)

    assert ApprovalRequest.objects.get(pk=request.pk).state == "WITHDRAWN"
    assert state(request.proposal_id) == "LAPSED"


@pytest.mark.parametrize("end", ["agent", "handed over", "disposition"])
def test_every_other_end_releases_at_once(desk: Desk, end: str) -> None:
    proposal = presented(desk)

    if end == "agent":
        calls.end_call(call_id=desk.call.pk, by=desk.ann.pk, role="AGENT")
    elif end == "handed over":
        calls.hang_up(call_id=desk.call.pk, role="TELEPHONE", dropped=False)
    else:
        cut_off(desk)
        dispositions.close_call(
            call_id=desk.call.pk, kind=DispositionKind.DROPPED, lines=None, by=desk.ann.pk, role="AGENT", key=new_key()
        )

    assert (state(proposal), used(BudgetKind.SITE)) == ("LAPSED", (0, 0))
    with pytest.raises(Refused, match="CALL_CLOSED"):
        go_on(desk)


def test_agent_who_is_in_another_call_by_then_stays_there(desk: Desk) -> None:
    presented(desk)
    cut_off(desk)
    call = Call.objects.get()
    assert call.customer is not None
    other = open_call(desk.ann, call.customer)

    with pytest.raises(Refused, match="CALL_OPEN") as refused:
        go_on(desk)

    assert refused.value.facts == {"call_id": other}
    assert Call.objects.get(pk=call.pk).state == "WRAP_UP"


_OPEN = "UPDATE customers_call SET state = 'OPEN', ended_at = NULL, dropped_at = NULL"


@pytest.mark.parametrize(
    ("dropped", "minutes", "sql"),
    [
        (False, 0, _OPEN),
        (True, 10, _OPEN),
        (False, 0, "UPDATE customers_call SET dropped_at = now()"),
        (True, 0, "UPDATE customers_call SET dropped_at = NULL"),
        (True, 5, "UPDATE customers_call SET dropped_at = now() + interval '1 hour'"),
        (True, 5, "UPDATE customers_call SET ended_at = now()"),
        (True, 0, "UPDATE customers_call SET state = 'OPEN'"),
        (True, 0, "UPDATE customers_call SET state = 'OPEN', ended_at = NULL"),
    ],
)
def test_raw_sql_of_the_serving_role_opens_nothing_and_moves_no_end(
    desk: Desk, desk_clock: DeskClock, dropped: bool, minutes: int, sql: str
) -> None:
    calls.hang_up(call_id=desk.call.pk, role="TELEPHONE", dropped=dropped)
    desk_clock.advance(minutes * MINUTE)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_time_of_a_drop_is_the_databases(desk: Desk, desk_clock: DeskClock) -> None:
    desk_clock.set(desk_now())
    Call.objects.update(state="WRAP_UP", ended_at=desk_now() - MINUTE, dropped_at=desk_now() + 60 * MINUTE)

    call = Call.objects.get()
    assert call.dropped_at == call.ended_at == desk_now()
