"""A caller who was handed over is one case, whichever of the two agents the telephone system tells of first."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import calls, dispositions, on_call, queries
from customers.choices import CallEventKind, DispositionKind, ReasonSource
from customers.choices import TelephoneEventKind as Kind
from customers.models import AuditEvent, Call, Customer, TelephoneLeg
from customers.telephone.told import Told
from retention_desk.people.models import User
from tests import builders
from tests.customers.calling import open_call
from tests.customers.telephone.telephoning import Telephone, make_extension

pytestmark = pytest.mark.django_db
CARRIED = ("identity", "identity_checks", "reason_id", "rival", "ask_count", "asked_at", "must_complete_by")


def worked_on(ann: User, customer: Customer) -> Call:
    """Ann has opened the call by hand, knows who it is, has heard why, was asked to cancel and has shown one offer."""
    builders.make_reason("PRICE")
    call_id = open_call(ann, customer)
    calls.check_identity(call_id=call_id, checks=["PIN", "BIRTH_DATE"], passed=True, by=ann.pk, role="AGENT")
    calls.set_reason(
        call_id=call_id, reason="PRICE", detail="", rival="Orbit", rival_price_minor=4_000, rival_product="",
        source=ReasonSource.STATED, by=ann.pk, role="AGENT",
    )  # fmt: skip
    calls.ask_to_cancel(call_id=call_id, by=ann.pk, role="AGENT")
    on_call.add_event(call_id, CallEventKind.PRESENTED, by=ann.pk, detail={"proposal": 1})
    return Call.objects.get(pk=call_id)


def of(call: Call) -> dict[str, Any]:
    """What travels, as it stands on a call."""
    return {name: getattr(call, name) for name in CARRIED}


def acts(act: str) -> list[tuple[int | None, str]]:
    """The entries of an act: on which call, and why."""
    return list(AuditEvent.objects.filter(act=act).order_by("pk").values_list("call_id", "reason"))


def handed_over(telephone: Telephone) -> list[Told]:
    """Ann has the caller, and Bob has them from her."""
    return [
        telephone.told(Kind.RINGING, 0, agent="ann"),
        telephone.told(Kind.ANSWERED, 4, agent="ann"),
        telephone.told(Kind.TRANSFERRED, 90, agent="bob"),
        telephone.told(Kind.ANSWERED, 95, agent="bob"),
    ]


def test_whoever_had_the_caller_before_is_told_late_and_everything_travels(
    telephone: Telephone, ann: User, bob: User, customer: Customer
) -> None:
    first = worked_on(ann, customer)
    telephone.tell(Kind.ANSWERED, 95, agent="bob")
    second = Call.objects.get(agent=bob)
    assert (second.transferred_from_id, second.identity, second.ask_count) == (None, "NOT_CHECKED", 0)

    telephone.tell(Kind.ANSWERED, 4, agent="ann")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.transferred_from_id, of(second)) == (first.pk, of(first))
    assert second.offers_allowed == first.offers_allowed - 1
    assert (first.state, first.dropped_at, second.state) == ("WRAP_UP", None, "OPEN")
    assert acts("CALL_LINKED") == [(second.pk, "")]
    earlier = queries.call_sheet(call_id=second.pk, by=bob.pk, language="en").call.earlier_leg
    assert earlier is not None
    assert (earlier.call_id, earlier.presented) == (first.pk, 1)


def test_what_was_found_out_meanwhile_stays_and_the_stricter_clock_holds(
    telephone: Telephone, ann: User, bob: User, customer: Customer
) -> None:
    first = worked_on(ann, customer)
    builders.make_reason("MOVING")
    telephone.tell(Kind.ANSWERED, 95, agent="bob")
    second = Call.objects.get(agent=bob)
    calls.check_identity(call_id=second.pk, checks=["ACCOUNT_NUMBER"], passed=True, by=bob.pk, role="AGENT")
    calls.set_reason(
        call_id=second.pk, reason="MOVING", detail="", rival="", rival_price_minor=None, rival_product="",
        source=ReasonSource.STATED, by=bob.pk, role="AGENT",
    )  # fmt: skip
    calls.ask_to_cancel(call_id=second.pk, by=bob.pk, role="AGENT")

    telephone.tell(Kind.ANSWERED, 4, agent="ann")

    second.refresh_from_db()
    assert second.identity_checks == ["ACCOUNT_NUMBER"]
    assert second.reason is not None
    assert second.reason.code == "MOVING"
    assert (second.ask_count, second.asked_at, second.must_complete_by) == (2, first.asked_at, first.must_complete_by)


@settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(4)), by_hand=st.booleans(), at=st.integers(0, 4))
def test_in_any_order_the_two_calls_end_linked(
    telephone: Telephone, ann: User, bob: User, customer: Customer, order: list[int], by_hand: bool, at: int
) -> None:
    """Whether Ann's call opens by itself, or by hand before whichever of the events; hers is carried over to Bob's."""
    Call.objects.filter(state="OPEN").update(state="WRAP_UP", ended_at=builders.desk_now())
    one = Telephone(telephone.connection, facts=telephone.facts)
    events, first = handed_over(one), None
    for place, number in enumerate(order):
        if by_hand and place == at and queries.open_call_of(by=ann.pk) is None:
            known = TelephoneLeg.objects.filter(telephone_call__provider_call_id=one.call_id, agent=ann).exists()
            first = None if known else worked_on(ann, customer)
        one.send(events[number])

    legs = {leg.agent_id: leg.call for leg in TelephoneLeg.objects.filter(telephone_call__provider_call_id=one.call_id)}
    assert legs.keys() == {ann.pk, bob.pk}
    assert legs[bob.pk].transferred_from_id == legs[ann.pk].pk
    if first is not None:
        first.refresh_from_db()
        assert legs[ann.pk] == first
        assert of(legs[bob.pk]) == of(first)


def test_call_that_has_its_disposition_stays_as_it_is_and_the_audit_says_why(
    telephone: Telephone, ann: User, bob: User, customer: Customer
) -> None:
    first = worked_on(ann, customer)
    telephone.tell(Kind.ANSWERED, 95, agent="bob")
    second = Call.objects.get(agent=bob)
    calls.end_call(call_id=second.pk, by=bob.pk, role="AGENT")
    dispositions.close_call(
        call_id=second.pk, kind=DispositionKind.SAVED_WITHOUT, lines=None, by=bob.pk, role="AGENT",
        key=builders.new_key(),
    )  # fmt: skip

    telephone.tell(Kind.ANSWERED, 4, agent="ann")
    telephone.tell(Kind.HELD, 5, agent="ann")

    second.refresh_from_db()
    assert second.transferred_from_id is None
    assert acts("CALL_NOT_LINKED") == [(second.pk, "CALL_CLOSED")]
    assert TelephoneLeg.objects.get(agent=ann).call == first


def test_call_that_somebody_else_goes_on_with_is_not_carried_twice(
    telephone: Telephone, ann: User, bob: User, customer: Customer
) -> None:
    first = worked_on(ann, customer)
    open_call(builders.make_agent("cleo"), customer, transferred_from=first.pk)
    telephone.tell(Kind.ANSWERED, 95, agent="bob")

    telephone.tell(Kind.ANSWERED, 4, agent="ann")

    second = Call.objects.get(agent=bob)
    assert second.transferred_from_id is None
    assert acts("CALL_NOT_LINKED") == [(second.pk, "TRANSFER_NOT_FITTING")]


def test_call_with_another_customer_is_not_the_callers(telephone: Telephone, ann: User, bob: User) -> None:
    other = worked_on(ann, builders.make_customer())

    telephone.tell(Kind.ANSWERED, 95, agent="bob")
    telephone.tell(Kind.ANSWERED, 4, agent="ann")

    assert Call.objects.get(agent=bob).transferred_from_id is None
    assert Call.objects.get(pk=other.pk).state == "OPEN"
    assert not TelephoneLeg.objects.filter(agent=ann).exists()


def test_three_agents_are_one_chain_in_the_wrong_order(telephone: Telephone, ann: User, bob: User) -> None:
    cleo = builders.make_agent("cleo")
    make_extension(telephone.connection, cleo)
    for second, agent in ((60, "cleo"), (30, "bob"), (4, "ann")):
        telephone.tell(Kind.ANSWERED, second, agent=agent)

    chain = {call.agent_id: call for call in Call.objects.all()}
    assert chain[cleo.pk].transferred_from_id == chain[bob.pk].pk
    assert chain[bob.pk].transferred_from_id == chain[ann.pk].pk
    assert [chain[who.pk].state for who in (ann, bob, cleo)] == ["WRAP_UP", "WRAP_UP", "OPEN"]


@pytest.mark.parametrize(
    "change",
    [
        "transferred_from_id = %(stranger)s",
        "transferred_from_id = %(second)s",
        "transferred_from_id = %(first)s, offers_allowed = 9",
        "transferred_from_id = %(first)s, opened_at = opened_at - interval '1 day'",
    ],
)
def test_raw_sql_of_the_serving_role_links_nothing_that_does_not_fit(
    ann: User, bob: User, customer: Customer, change: str
) -> None:
    first = worked_on(ann, customer)
    second = open_call(bob, customer)
    stranger = open_call(builders.make_agent("cleo"), builders.make_customer())
    ids = {"first": first.pk, "second": second, "stranger": stranger}

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE customers_call SET {change} WHERE id = %(second)s", ids)


def test_raw_sql_of_the_serving_role_loosens_nothing_by_a_link(ann: User, bob: User, customer: Customer) -> None:
    """What travels is the database's to say, whatever the update says of it; and a link is made once."""
    first = worked_on(ann, customer)
    second = open_call(bob, customer)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_call SET transferred_from_id = %s WHERE id = %s", [first.pk, second])
    linked = Call.objects.get(pk=second)

    assert (linked.ask_count, linked.asked_at, linked.must_complete_by) == (1, first.asked_at, first.must_complete_by)
    assert linked.offers_allowed == first.offers_allowed - 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Call.objects.filter(pk=second).update(transferred_from=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Call.objects.filter(pk=first.pk).update(transferred_from_id=second)
