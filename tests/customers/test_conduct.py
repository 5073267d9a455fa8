"""What the rules of conduct allow, step by step through a call."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.conduct import (
    DEFAULT,
    STRICT,
    Duty,
    Message,
    Policy,
    SoFar,
    Tone,
    Trigger,
    Verdict,
    read_policy,
    verdict,
    write_rules,
)

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ASKED = START + timedelta(minutes=1)
NOW = ASKED + timedelta(minutes=1)

# The recording was announced and the caller identified; then they asked to cancel.
OPENED = SoFar(recording_told=True, identity_checked=True)
WISH = replace(OPENED, intent_at=ASKED, ask_count=1)

# A place that wants the wish carried out first, then permission, then one offer.
PERMISSION_FIRST = replace(
    DEFAULT,
    code="US-MN",
    offers_allowed=1,
    offer_needs_permission=True,
    cancel_recorded_before_offer=True,
)
READ_FIRST = replace(DEFAULT, code="US-CA", offers_allowed=1, disclosures_before_offer=("CAN_CANCEL_ANY_TIME",))


def after(policy: Policy | None = DEFAULT, so_far: SoFar = WISH, **changes: Any) -> Verdict:
    return verdict(policy, replace(so_far, **changes), now=NOW)


def test_before_the_wish_to_cancel_nothing_is_due_and_offers_are_not_counted() -> None:
    found = after(so_far=OPENED, presented=3)

    assert (found.tone, found.message) == (Tone.NEUTRAL, Message.NOTHING_DUE)
    assert found.may_offer
    assert found.offers_left is None
    assert found.must_complete_at is None
    assert found.done_duties == (Duty.RECORDING_NOTICE, Duty.IDENTITY)


def test_a_duty_left_open_is_told() -> None:
    found = after(so_far=SoFar())

    assert (found.tone, found.message) == (Tone.WARN, Message.DUTIES_OPEN)
    assert found.open_duties == (Duty.RECORDING_NOTICE, Duty.IDENTITY)


def test_no_recording_needs_no_notice() -> None:
    found = after(replace(DEFAULT, recording="NONE"), SoFar(identity_checked=True))

    assert (found.message, found.open_duties) == (Message.NOTHING_DUE, ())


def test_after_the_wish_the_clock_runs_and_offers_are_counted() -> None:
    found = after()

    assert (found.tone, found.message) == (Tone.WARN, Message.MAY_OFFER)
    assert (found.offers_left, found.may_offer, found.must_complete) == (2, True, False)
    assert found.must_complete_at == ASKED + timedelta(minutes=4)
    assert found.seconds_left == 180


@pytest.mark.parametrize(
    ("changes", "trigger"),
    [
        ({"ask_count": 2}, Trigger.SECOND_STATEMENT),
        ({"presented": 2, "refused": 2}, Trigger.REFUSAL_OF_LAST_OFFER),
        ({"said_just_cancel": True}, Trigger.JUST_CANCEL),
        ({"vulnerable": True}, Trigger.VULNERABLE),
        ({"deceased": True}, Trigger.DECEASED),
        ({"fraud_victim": True}, Trigger.FRAUD_VICTIM),
        ({"must_complete_reason": True}, Trigger.REASON),
        ({"intent_at": NOW - timedelta(minutes=4)}, Trigger.MINUTES_EXCEEDED),
    ],
)
def test_what_makes_cancelling_a_must_closes_offers(changes: dict[str, Any], trigger: Trigger) -> None:
    found = after(**changes)

    assert (found.tone, found.message) == (Tone.STOP, Message.CONFIRM_NOW)
    assert found.triggers == (trigger,)
    assert found.must_complete
    assert not found.may_offer
    assert Duty.CONFIRM_CANCEL in found.open_duties


@pytest.mark.parametrize(
    ("changes", "message", "may_offer"),
    [
        ({"presented": 1, "refused": 1}, Message.MAY_OFFER, True),
        # Both are presented, the last one not answered: no third, but no must yet.
        ({"presented": 2, "refused": 1}, Message.NO_OFFERS_LEFT, False),
        ({"complaint_open": True}, Message.MAY_OFFER, True),
        ({"intent_at": NOW - timedelta(minutes=4) + timedelta(seconds=1)}, Message.MAY_OFFER, True),
        ({"offers_closed": True}, Message.OFFERS_CLOSED, False),
        ({"no_offers_reason": True}, Message.OFFERS_CLOSED, False),
    ],
)
def test_what_is_short_of_a_must(changes: dict[str, Any], message: Message, may_offer: object) -> None:
    found = after(**changes)

    assert (found.message, found.may_offer, found.must_complete) == (message, may_offer, False)


def test_an_open_complaint_is_a_must_where_the_policy_says_so() -> None:
    policy = replace(DEFAULT, must_complete_on=DEFAULT.must_complete_on | {Trigger.COMPLAINT_OPEN})

    assert after(policy, complaint_open=True).triggers == (Trigger.COMPLAINT_OPEN,)
    assert not after(policy, OPENED, complaint_open=True).triggers


@pytest.mark.parametrize("changes", [{"vulnerable": True}, {"deceased": True}, {"fraud_victim": True}])
def test_a_caller_in_need_is_offered_nothing_even_before_asking(changes: dict[str, Any]) -> None:
    found = after(so_far=OPENED, **changes)

    assert (found.message, found.may_offer, found.must_complete) == (Message.OFFERS_CLOSED, False, False)


@pytest.mark.parametrize("changes", [{"offers_closed": True}, {"no_offers_reason": True}])
def test_offers_can_be_closed_before_the_wish(changes: dict[str, Any]) -> None:
    found = after(so_far=OPENED, **changes)

    assert (found.message, found.may_offer) == (Message.OFFERS_CLOSED, False)


def test_a_customer_who_stays_stops_the_clock_but_not_the_count() -> None:
    found = after(presented=1, settled=True)

    assert (found.tone, found.message) == (Tone.OK, Message.STAYS)
    assert (found.must_complete, found.must_complete_at, found.seconds_left) == (False, None, None)
    assert (found.offers_left, found.may_offer) == (1, True)


def test_long_after_a_customer_agreed_to_stay_nothing_is_a_must() -> None:
    found = verdict(DEFAULT, replace(WISH, presented=1, settled=True), now=ASKED + timedelta(hours=1))

    assert not found.triggers


def test_once_cancelled_offers_are_over_and_the_confirmation_is_due() -> None:
    found = after(cancel_recorded=True)

    assert (found.tone, found.message) == (Tone.WARN, Message.CANCELLED_DUTIES_OPEN)
    assert found.open_duties == (Duty.SEND_CONFIRMATION,)
    assert Duty.CONFIRM_CANCEL in found.done_duties
    assert not found.may_offer
    assert not found.must_complete


def test_cancelled_and_confirmed_is_all_done() -> None:
    found = after(cancel_recorded=True, confirmation_sent=True, ask_count=3)

    assert (found.tone, found.message, found.open_duties) == (Tone.OK, Message.CANCELLED, ())


@pytest.mark.parametrize(
    ("changes", "message", "may_offer"),
    [
        ({}, Message.RECORD_CANCEL_FIRST, False),
        ({"permission_given": True}, Message.RECORD_CANCEL_FIRST, False),
        ({"cancel_recorded": True, "confirmation_sent": True}, Message.CANCELLED, False),
        ({"cancel_recorded": True, "confirmation_sent": True, "permission_given": True}, Message.CANCELLED, True),
        # The clock asked only for what has been done meanwhile; a refusal asked for an end of offers.
        (
            {
                "cancel_recorded": True,
                "confirmation_sent": True,
                "permission_given": True,
                "intent_at": START - timedelta(hours=1),
            },
            Message.CANCELLED,
            True,
        ),
        (
            {"cancel_recorded": True, "confirmation_sent": True, "permission_given": True, "said_just_cancel": True},
            Message.CANCELLED,
            False,
        ),
    ],
)
def test_where_cancelling_comes_first_an_offer_needs_leave_afterwards(
    changes: dict[str, Any], message: Message, may_offer: object
) -> None:
    found = after(PERMISSION_FIRST, **changes)

    assert (found.message, found.may_offer) == (message, may_offer)


def test_what_has_to_be_done_first_is_listed_first() -> None:
    assert after(PERMISSION_FIRST).open_duties == (Duty.RECORD_CANCEL, Duty.PERMISSION)


def test_permission_is_asked_where_it_is_needed() -> None:
    policy = replace(DEFAULT, offer_needs_permission=True)

    assert after(policy).message == Message.ASK_PERMISSION
    assert not after(policy).may_offer
    assert after(policy, permission_given=True).may_offer


def test_a_disclosure_comes_before_the_offer() -> None:
    unread, read = after(READ_FIRST), after(READ_FIRST, told=frozenset({"CAN_CANCEL_ANY_TIME", "PRICE_NOW"}))

    assert (unread.message, unread.may_offer) == (Message.READ_BEFORE_OFFER, False)
    assert unread.open_duties == ("CAN_CANCEL_ANY_TIME",)
    assert (read.message, read.may_offer) == (Message.MAY_OFFER, True)
    assert "CAN_CANCEL_ANY_TIME" in read.done_duties


def test_an_unknown_policy_is_the_strictest() -> None:
    found = after(None)

    assert found == after(STRICT)
    assert (found.tone, found.must_complete, found.may_offer, found.offers_left) == (Tone.STOP, True, False, 0)
    assert found.must_complete_at == ASKED
    assert found.seconds_left == 0


def test_a_policy_without_a_clock_has_no_deadline() -> None:
    found = after(replace(DEFAULT, must_complete_on=frozenset({Trigger.SECOND_STATEMENT})))

    assert (found.must_complete_at, found.seconds_left) == (None, None)


def test_no_policy_is_stricter_than_strict() -> None:
    for policy in (DEFAULT, PERMISSION_FIRST, READ_FIRST):
        assert policy.offers_allowed >= STRICT.offers_allowed
        assert policy.minutes_after_intent >= STRICT.minutes_after_intent
        assert policy.must_complete_on <= STRICT.must_complete_on
        assert policy.offer_needs_permission <= STRICT.offer_needs_permission
        assert policy.cancel_recorded_before_offer <= STRICT.cancel_recorded_before_offer


POLICIES = st.builds(
    replace,
    st.just(DEFAULT),
    offers_allowed=st.integers(0, 3),
    must_complete_on=st.frozensets(st.sampled_from(Trigger)),
    offer_needs_permission=st.booleans(),
    cancel_recorded_before_offer=st.booleans(),
    disclosures_before_offer=st.sampled_from([(), ("CAN_CANCEL_ANY_TIME",)]),
)
CALLS = st.builds(
    SoFar,
    intent_at=st.sampled_from([None, ASKED, START - timedelta(hours=1)]),
    ask_count=st.integers(0, 3),
    presented=st.integers(0, 4),
    refused=st.integers(0, 4),
    settled=st.booleans(),
    cancel_recorded=st.booleans(),
    confirmation_sent=st.booleans(),
    permission_given=st.booleans(),
    said_just_cancel=st.booleans(),
    vulnerable=st.booleans(),
    deceased=st.booleans(),
    complaint_open=st.booleans(),
    no_offers_reason=st.booleans(),
    must_complete_reason=st.booleans(),
    offers_closed=st.booleans(),
    told=st.sampled_from([frozenset(), frozenset({"CAN_CANCEL_ANY_TIME"})]),
)


@given(policy=POLICIES, so_far=CALLS)
def test_what_holds_on_every_call_under_every_policy(policy: Policy, so_far: SoFar) -> None:
    found = verdict(policy, so_far, now=NOW)

    assert not (found.must_complete and found.may_offer)
    assert found.must_complete == (found.tone == Tone.STOP)
    assert not (found.may_offer and found.offers_left == 0)
    assert not (found.may_offer and (so_far.offers_closed or so_far.vulnerable) and not policy_allows_need(policy))
    assert not set(found.open_duties) & set(found.done_duties)
    assert not (so_far.cancel_recorded and found.must_complete)
    if so_far.presented >= policy.offers_allowed and so_far.intent_at is not None:
        assert not found.may_offer


def policy_allows_need(policy: Policy) -> bool:
    """Whether a policy says nothing of people in need."""
    return Trigger.VULNERABLE not in policy.must_complete_on


@pytest.mark.parametrize("policy", [DEFAULT, STRICT, PERMISSION_FIRST], ids=lambda policy: policy.code)
def test_a_policy_comes_back_as_it_was_written(policy: Policy) -> None:
    assert read(policy, write_rules(policy)) == policy


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({}, "recording"),
        ({"must_complete_on": ["SECOND_STATEMENT", "A NEW ONE"]}, "must_complete_on"),
        ({"must_complete_on": []}, "must_complete_on"),
        ({"must_complete_on": "SECOND_STATEMENT"}, "must_complete_on"),
        ({"offer_needs_permission": 0}, "offer_needs_permission"),
        ({"confirmation_within_minutes": True}, "confirmation_within_minutes"),
        ({"disclosures_before_offer": None}, "disclosures_before_offer"),
        ({"recording": 1}, "recording"),
    ],
)
def test_a_rule_that_cannot_be_read_is_the_strictest(rules: dict[str, Any], field: str) -> None:
    assert getattr(read(DEFAULT, rules), field) == getattr(STRICT, field)


def test_a_stored_rule_cannot_take_the_place_of_a_column() -> None:
    assert read(DEFAULT, {"offers_allowed": 99}).offers_allowed == DEFAULT.offers_allowed


def read(policy: Policy, rules: dict[str, Any]) -> Policy:
    """The policy with these rules as they would be stored."""
    return read_policy(
        code=policy.code,
        version=policy.version,
        valid_from=date(2026, 1, 1),
        valid_until=None,
        offers_allowed=policy.offers_allowed,
        minutes_after_intent=policy.minutes_after_intent,
        rules=rules,
    )
