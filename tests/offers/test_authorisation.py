"""The list of offers on a call, the preview of terms, and presenting or asking: one set of facts, one set of rules."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import queries as customer_queries
from customers.choices import ProductKind
from customers.models import Call
from customers.refusals import KeyReused, NotYours, Refused
from customers.sheet import CallSheet
from offers import approvals, authorisation, floor, outcomes
from offers.choices import BudgetKind, Duty, Grade, OfferKind, ReasonCode, RulingCode
from offers.models import OfferVersion, Proposal
from offers.ruling import Ruling
from offers.terms import Terms
from retention_desk.people.models import User
from tests.builders import (
    make_agent,
    make_call,
    make_customer,
    make_site,
    make_subscription,
    make_supervisor,
    make_team,
    new_key,
)
from tests.offers.builders import give_budget, make_credit, make_limits, make_offer, make_scheme

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    """The agent."""
    return make_agent("ann")


@pytest.fixture
def sue() -> User:
    """Her supervisor, on duty."""
    return make_supervisor("sue")


@pytest.fixture
def call(ann: User) -> Call:
    """Ann's call with a customer whose identity is checked, paying for internet and TV."""
    make_scheme()
    make_limits()
    customer = make_customer()
    make_subscription(customer, ProductKind.INTERNET)
    make_subscription(customer, ProductKind.TV)
    give_budget(BudgetKind.AGENT, ann.pk, 50_000)
    return make_call(
        ann, customer, identity="CHECKED", identity_at=datetime.now(UTC), recording_told_at=datetime.now(UTC)
    )


@pytest.fixture
def loyalty(call: Call) -> OfferVersion:
    """20 % off internet for 6 months, up to 50 % for 12."""
    return make_offer()


def read(call: Call) -> CallSheet:
    return customer_queries.call_sheet(call_id=call.pk, by=call.agent_id, language="en")


def off(percent: int, months: int) -> Terms:
    return Terms(kind=OfferKind.PERCENT_OFF, currency="USD", percent=percent, months=months)


def given(call: Call, **other: Any) -> dict[str, Any]:
    """What every act is handed."""
    return {"sheet": read(call), "by": call.agent_id, "now": datetime.now(UTC), "language": "en"} | other


def propose(call: Call, version: OfferVersion, terms: Terms, **other: Any) -> authorisation.Proposed:
    return authorisation.propose(
        **given(call, version_id=version.pk, terms=terms, role="AGENT", **({"key": new_key()} | other))
    )


def ask(call: Call, version: OfferVersion, terms: Terms, **other: Any) -> authorisation.Proposed:
    further = {"key": new_key(), "note": "Has a written quote."} | other
    return authorisation.ask(**given(call, version_id=version.pk, terms=terms, role="AGENT", **further))


def test_offers_come_best_first_in_one_statement(call: Call, loyalty: OfferVersion) -> None:
    make_credit(figures={"accept_percent": 5, "stay_percent": 20})
    make_offer("CLOSED", eligibility={"tenure_min_months": 600})
    sheet = read(call)

    with CaptureQueriesContext(
        connection,
    ) as statements:
        found = authorisation.offer_sheet(sheet=sheet, by=call.agent_id, now=datetime.now(UTC), language="en")

    assert len(statements) == 1
    assert [one.entry.code for one in found.offers] == ["LOYALTY20", "CREDIT", "CLOSED"]
    assert [one.place for one in found.offers] == [1, 2, 0]
    assert found.offers[0].ruling.code == RulingCode.WITHIN
    assert [why.code for why in found.offers[2].closed] == [ReasonCode.TENURE_SHORT]
    assert found.wallet is not None
    assert found.wallet.left_minor == 50_000


def test_preview_and_act_say_the_same(call: Call, loyalty: OfferVersion) -> None:
    drawn = authorisation.preview(**given(call, version_id=loyalty.pk, terms=off(20, 6)))
    assert drawn.listed.priced is not None

    proposal = Proposal.objects.get(pk=propose(call, loyalty, off(20, 6)).proposal_id)

    # 20 % of $89.99 for 6 months.
    assert proposal.cost_minor == drawn.listed.priced.cost_minor == 6 * 1_800
    assert proposal.bill_after_minor == drawn.listed.bill_after_minor
    assert (proposal.percent, proposal.months, proposal.position, proposal.state) == (20, 6, 1, "PRESENTED")
    assert (drawn.wallet_before_minor, drawn.wallet_after_minor) == (50_000, 50_000 - 6 * 1_800)


def test_preview_writes_nothing(call: Call, loyalty: OfferVersion) -> None:
    authorisation.preview(**given(call, version_id=loyalty.pk, terms=None))

    assert not Proposal.objects.exists()


def test_repeated_post_is_answered_by_the_first(call: Call, loyalty: OfferVersion) -> None:
    key = new_key()

    first, second = propose(call, loyalty, off(20, 6), key=key), propose(call, loyalty, off(20, 6), key=key)

    assert first.proposal_id == second.proposal_id
    with pytest.raises(KeyReused):
        propose(call, loyalty, off(10, 6), key=key)
    with pytest.raises(KeyReused):
        ask(call, loyalty, off(20, 6), key=key)


def test_question_repeated_with_another_note_is_another_question(call: Call, loyalty: OfferVersion, sue: User) -> None:
    key = new_key()

    first, second = (ask(call, loyalty, off(40, 9), key=key) for _ in range(2))

    assert first.proposal_id == second.proposal_id
    with pytest.raises(KeyReused):
        ask(call, loyalty, off(40, 9), key=key, note="Will sign for two years.")


@pytest.mark.parametrize(("told", "kept"), [(2, 2), (0, 0), (99, 1), (-1, 1), (None, 1)])
def test_place_is_the_one_that_was_on_the_screen(
    call: Call, loyalty: OfferVersion, told: int | None, kept: int
) -> None:
    make_credit(figures={"accept_percent": 5, "stay_percent": 20})

    made = propose(call, loyalty, off(20, 6), place=told)

    assert Proposal.objects.get(pk=made.proposal_id).position == kept


def test_what_was_just_read_is_read_again_only_when_the_limit_has_changed(call: Call, loyalty: OfferVersion) -> None:
    here = authorisation.offer_sheet(**given(call))

    with CaptureQueriesContext(connection) as once:
        propose(call, loyalty, off(10, 3), offers=here)
    outcomes.withdraw(proposal_id=Proposal.objects.get().pk, by=call.agent_id, role="AGENT", key=new_key())
    make_limits()
    with CaptureQueriesContext(connection) as twice:
        propose(call, loyalty, off(10, 3), offers=here)

    sheet, act, taken_back, offers = 1, 3, 4, 1
    assert len(once) == sheet + act
    assert len(twice) == sheet + taken_back + offers + act


def test_over_the_own_limit_is_refused_with_the_nearest_that_passes(call: Call, loyalty: OfferVersion) -> None:
    with pytest.raises(Refused) as refused:
        propose(call, loyalty, off(40, 9))

    ruling = cast("Ruling", refused.value.facts["ruling"])
    assert ruling.code == RulingCode.NEEDS_APPROVAL
    assert ruling.who_can_lift in {Grade.SENIOR, Grade.SUPERVISOR}
    assert ruling.nearest_own is not None
    assert propose(call, loyalty, ruling.nearest_own).proposal_id


@pytest.mark.parametrize(("percent", "months", "code"), [(22, 6, "STEP"), (55, 6, "BOUNDS"), (20, 24, "BOUNDS")])
def test_terms_nobody_could_book_are_refused(
    call: Call, loyalty: OfferVersion, percent: int, months: int, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        propose(call, loyalty, off(percent, months))

    assert refused.value.code == code
    assert not Proposal.objects.exists()


def test_asking_for_what_is_within_needs_nobody(call: Call, loyalty: OfferVersion) -> None:
    with pytest.raises(Refused) as refused:
        ask(call, loyalty, off(20, 6))

    assert refused.value.code == RulingCode.WITHIN


def test_stranger_has_no_such_call(call: Call, loyalty: OfferVersion) -> None:
    sid = make_agent("sid", team=make_team("Retention West"))
    sheet = read(call)

    with pytest.raises(NotYours):
        authorisation.offer_sheet(sheet=sheet, by=sid.pk, now=datetime.now(UTC), language="en")


def test_supervisor_sees_the_whole_case_and_answers(call: Call, loyalty: OfferVersion, sue: User) -> None:
    proposed = ask(call, loyalty, off(40, 9))
    waiting = floor.queue(by=sue.pk, language="en").waiting
    assert [(one.percent, one.months, one.agent) for one in waiting] == [(40, 9, "Ann Holt")]

    case = approvals.case(request_id=waiting[0].id, by=sue.pk, now=datetime.now(UTC), language="en")

    assert case.may_approve
    assert case.asked.terms == off(40, 9)
    assert case.best_counter is not None
    assert case.best_counter.priced is not None
    assert case.asked.priced is not None
    assert case.best_counter.priced.cost_minor < case.asked.priced.cost_minor
    assert case.agents_own is not None
    assert case.agents_own.ruling.code == RulingCode.WITHIN
    assert case.note == "Has a written quote."
    decided = approvals.approve(request_id=case.request_id, by=sue.pk, role="SUPERVISOR", key=new_key())
    assert decided == proposed.proposal_id
    seen = authorisation.offer_sheet(sheet=read(call), by=call.agent_id, now=datetime.now(UTC), language="en")
    assert seen.awaiting is not None, "the agent sees the decision only when the undo has run out"
    assert seen.granted is None


def test_counter_becomes_the_agents_offer(call: Call, loyalty: OfferVersion, sue: User) -> None:
    ask(call, loyalty, off(40, 9))
    request = floor.queue(by=sue.pk, language="en").waiting[0].id

    granted = approvals.counter(
        request_id=request,
        terms=off(30, 6),
        note="Half a year.",
        by=sue.pk,
        role="SUPERVISOR",
        now=datetime.now(UTC),
        language="en",
        key=new_key(),
    )

    proposal = Proposal.objects.get(pk=granted)
    assert (proposal.percent, proposal.months, proposal.state) == (30, 6, "AUTHORISED")
    assert proposal.counter_of is not None
    assert proposal.counter_of.state == "COUNTERED"


def test_other_site_does_not_see_the_request(call: Call, loyalty: OfferVersion, sue: User) -> None:
    sid = make_supervisor("sid", team=make_team("Retention Coast", make_site("Savannah", "America/New_York")))
    proposed = ask(call, loyalty, off(40, 9))
    request = Proposal.objects.get(pk=proposed.proposal_id).approval.pk

    assert [one.id for one in floor.queue(by=sue.pk, language="en").waiting] == [request]
    assert floor.queue(by=sid.pk, language="en").waiting == ()
    with pytest.raises(NotYours):
        approvals.case(request_id=request, by=sid.pk, now=datetime.now(UTC), language="en")
    with pytest.raises(NotYours):
        approvals.approve(request_id=request, by=sid.pk, role="SUPERVISOR", key=new_key())
    with pytest.raises(NotYours):
        approvals.decline(request_id=request, reason="BUDGET", note="", by=sid.pk, role="SUPERVISOR", key=new_key())


def test_agent_has_no_queue(call: Call, ann: User) -> None:
    with pytest.raises(NotYours):
        floor.queue(by=ann.pk, language="en")


def test_floor_tells_what_everybody_does(call: Call, loyalty: OfferVersion, sue: User) -> None:
    make_agent("ivo", duty=Duty.BREAK)
    assert [(one.name, one.status) for one in floor.floor(by=sue.pk)] == [
        ("Ann Holt", "ON_CALL"),
        ("Ivo Holt", "BREAK"),
    ]

    ask(call, loyalty, off(40, 9))

    assert floor.floor(by=sue.pk)[0].status == "WAITING"


def test_no_supervisor_on_duty_is_known_before_asking(call: Call, loyalty: OfferVersion) -> None:
    make_supervisor("sue", duty=Duty.AWAY)

    found = authorisation.offer_sheet(sheet=read(call), by=call.agent_id, now=datetime.now(UTC), language="en")

    assert found.standing.supervisors == 0


def test_accepted_offer_runs_and_closes_its_family(call: Call, loyalty: OfferVersion) -> None:
    proposed = propose(call, loyalty, off(20, 6))
    outcomes.accept(
        proposal_id=proposed.proposal_id,
        disclosures=call.policy.rules["disclosures_before_accept"],
        by=call.agent_id,
        role="AGENT",
        key=new_key(),
    )

    found = authorisation.offer_sheet(sheet=read(call), by=call.agent_id, now=datetime.now(UTC), language="en")

    assert [one.id for one in found.accepted] == [proposed.proposal_id]
    assert ReasonCode.FAMILY_RUNNING in [why.code for why in found.offers[0].closed]
