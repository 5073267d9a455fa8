"""Bad facts handed to the ledger's doors as raw SQL would: a code, or the type that cannot hold them, and no row."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from customers.models import Call
from customers.refusals import Refused
from offers import ledger
from offers.choices import BudgetKind, Grade
from offers.models import BudgetAccount
from tests.builders import desk_now, make_agent, new_key
from tests.database import DeskClock
from tests.offers.desk import Desk
from tests.written import nothing_written

pytestmark = pytest.mark.django_db

# Refused by a column's type or constraint, so without a code of the ledger's: nothing on the desk hands these over.
UNREADABLE = "a type or constraint"


def refusal_of(door: ledger.Door, facts: dict[str, Any]) -> str:
    try:
        with transaction.atomic():
            ledger.act(door, facts)
    except Refused as refused:
        return refused.code
    except DatabaseError:
        return UNREADABLE
    return "done"


AMOUNTS: list[tuple[str, Any, str]] = [
    ("cost_minor", -1, "BOUNDS"),
    ("cost_minor", 24_001, "OVER_COST"),
    ("cost_minor", 2**62, "OVER_COST"),
    ("cost_minor", 10**30, UNREADABLE),
    ("cost_minor", 9_600.5, UNREADABLE),
    ("cost_minor", "9600.00", UNREADABLE),
    ("cost_minor", "NaN", UNREADABLE),
    ("percent", -5, "BOUNDS"),
    ("percent", 101, "OVER_PERCENT"),
    ("percent", 20.5, UNREADABLE),
    ("months", -1, "BOUNDS"),
    ("months", 10**6, "OVER_MONTHS"),
    ("monthly_minor", -1, "BOUNDS"),
    ("monthly_minor", 10**12, "OVER_MONTHLY"),
    ("bill_after_minor", -1, "BOUNDS"),
    ("customer_cap_minor", 10**15, "STALE_LIMIT"),
    ("customer_cap_minor", -1, UNREADABLE),
    ("offer_version_id", 0, "NOT_IN_FORCE"),
    ("offer_version_id", 10**18, "NOT_IN_FORCE"),
    ("limit_version_id", 0, "STALE_LIMIT"),
    ("scheme_id", 0, "STALE_LIMIT"),
    ("call_id", 0, "NOT_YOURS"),
    ("agent_id", 0, "NOT_YOURS"),
    ("key", "", UNREADABLE),
    ("key", None, UNREADABLE),
    ("starts_on", "2026-02-30", UNREADABLE),
]


@pytest.mark.parametrize("door", ["authorise_proposal", "ask_approval"])
def test_facts_that_cannot_be_true(desk: Desk, door: ledger.Door) -> None:
    """Asking is for what is over the limit, and opens no account; of everything else it says the same."""
    for name, value, wanted in AMOUNTS:
        if door == "ask_approval" and (wanted.startswith("OVER_") or name in ("customer_cap_minor", "scheme_id")):
            continue
        with nothing_written():
            found = refusal_of(door, desk.facts(reasons=["OVER_COST"], **{name: value}))

        assert found == wanted, (name, value)


def closed(desk: Desk) -> None:
    Call.objects.filter(pk=desk.call.pk).update(state="WRAP_UP", ended_at=desk_now())


def asked_to_cancel(desk: Desk) -> None:
    Call.objects.filter(pk=desk.call.pk).update(offers_closed_at=desk_now())


def out_of_force(desk: Desk) -> None:
    desk.offer.offer.active = False
    desk.offer.offer.save()


@pytest.mark.parametrize(
    ("happened", "code"), [(closed, "CALL_CLOSED"), (asked_to_cancel, "CONDUCT_CLOSED"), (out_of_force, "NOT_IN_FORCE")]
)
def test_what_is_over(desk: Desk, happened: Callable[[Desk], None], code: str) -> None:
    happened(desk)

    for door in ("authorise_proposal", "ask_approval"):
        with nothing_written():
            assert refusal_of(door, desk.facts(reasons=["OVER_COST"])) == code


def test_somebody_elses_call_and_proposal(desk: Desk) -> None:
    proposal, ben = ledger.act("authorise_proposal", desk.facts()), make_agent("ben")

    acts: dict[ledger.Door, dict[str, Any]] = {
        "authorise_proposal": desk.facts(agent_id=ben.pk),
        "ask_approval": desk.facts(agent_id=ben.pk, reasons=["OVER_COST"]),
        "settle_proposal": desk.outcome(proposal, "ACCEPTED", agent_id=ben.pk),
        "present_proposal": {"proposal_id": proposal, "agent_id": ben.pk, "role": "AGENT"},
    }
    for door, facts in acts.items():
        with nothing_written():
            assert refusal_of(door, facts) == "NOT_YOURS", door


def test_grant_that_has_expired(desk: Desk, desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    request = desk.asked()
    ledger.act("decide_approval", desk.decision(request, "APPROVE"))
    desk_clock.advance(timedelta(minutes=31))

    with nothing_written():
        found = refusal_of(
            "present_proposal", {"proposal_id": request.proposal_id, "agent_id": desk.ann.pk, "role": "AGENT"}
        )

    assert found in {"GRANT_ENDED", "HOLD_EXPIRED"}


def test_answers_that_cannot_be(desk: Desk, desk_clock: DeskClock) -> None:
    desk_clock.advance(timedelta())
    proposal = ledger.act("authorise_proposal", desk.facts())

    for said, wanted in (
        ({"posted_minor": 9_601}, "BOUNDS"),
        ({"posted_minor": -1}, UNREADABLE),
        ({"posted_minor": 1.5}, UNREADABLE),
        ({"posted_minor": 10**30}, UNREADABLE),
        ({"disclosures": []}, "DISCLOSURE_MISSING"),
        ({"proposal_id": 0}, "NOT_YOURS"),
        ({"outcome": "PERHAPS"}, "BOUNDS"),
    ):
        with nothing_written():
            assert refusal_of("settle_proposal", desk.outcome(proposal, "ACCEPTED") | said) == wanted, said
    desk_clock.advance(timedelta(minutes=31))
    with nothing_written():
        assert refusal_of("settle_proposal", desk.outcome(proposal, "ACCEPTED")) == "HOLD_EXPIRED"


def test_replayed_facts(desk: Desk) -> None:
    facts = desk.facts()
    ledger.act("authorise_proposal", facts)

    with nothing_written():
        assert refusal_of("authorise_proposal", facts) == "done"
        assert refusal_of("authorise_proposal", facts | {"percent": 10}) == "KEY_REUSED"
        assert refusal_of("authorise_proposal", desk.facts()) == "ANSWER_FIRST"


def test_budgets_moved_by_what_is_no_amount(desk: Desk) -> None:
    ledger.act("authorise_proposal", desk.facts())
    team, site = (BudgetAccount.objects.get(kind=kind).pk for kind in (BudgetKind.TEAM, BudgetKind.SITE))
    given = {"by": desk.sue.pk, "role": "MANAGER", "why": "Storm"}

    for amount, wanted in ((0, "BOUNDS"), (-1, "BOUNDS"), (0.5, UNREADABLE), (10**30, UNREADABLE), ("x", UNREADABLE)):
        said = given | {"amount_minor": amount, "key": str(new_key())}
        with nothing_written():
            assert refusal_of("top_up_budget", said | {"account_id": team}) == wanted, amount
            assert refusal_of("transfer_budget", said | {"from_id": team, "to_id": site}) == wanted, amount
    too_much = given | {"amount_minor": 10**15, "key": str(new_key()), "from_id": team, "to_id": site}
    with nothing_written():
        assert refusal_of("transfer_budget", too_much) == "TRANSFER_TOO_MUCH"


def test_offer_of_another_currency(desk: Desk) -> None:
    """There is no limit in it, so there is nothing to give."""
    version = type(desk.offer).objects.get(pk=desk.offer.pk)
    version.pk, version.version, version.currency = None, 2, "EUR"
    version.save(force_insert=True)

    with nothing_written():
        found = refusal_of("authorise_proposal", desk.facts(offer_version_id=version.pk))

    assert found in {"STALE_LIMIT", "CURRENCY"}
    assert desk.limits[Grade.AGENT].currency == "USD"
