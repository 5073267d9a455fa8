"""A customer's twelve months are the database's to work out: the same sum as the rules', and no larger for raw SQL."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from customers.refusals import Refused
from customers.value import tenure_months, value_tier
from offers import ledger
from offers.choices import BudgetKind
from offers.models import BudgetAccount, Concession, Hold, LedgerEntry, Proposal
from offers.scheme import customer_year_cap
from offers.standing import read_scheme
from tests.builders import make_customer, make_product, make_subscription
from tests.offers.builders import make_scheme
from tests.offers.desk import Desk

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 20)


def ceiling(customer: int, currency: str = "USD", on: date = TODAY) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_ceiling(%s, %s, %s)", [customer, currency, on])
        found: int | None = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("monthly", [0, 1, 4, 8_999, 9_000, 17_999, 18_000, 123_457])
@pytest.mark.parametrize(
    "since", [date(2026, 11, 20), date(2024, 11, 20), date(2024, 10, 20), date(2024, 2, 29), date(2023, 4, 2), None]
)
def test_ceiling_is_what_the_rules_work_out(monthly: int, since: date | None) -> None:
    """By tier at its edges, bills that do not divide, and each side of the two years."""
    version = make_scheme(long_tenure_extra_percent=33)
    customer = make_customer(customer_since=since)
    if monthly:
        make_subscription(customer, list_price_minor=monthly)

    expected = customer_year_cap(
        read_scheme(
            {name: getattr(version, name) for name in ("customer_year_percents", "long_tenure_months",
             "long_tenure_extra_percent", "short_tenure_months", "cooldown_months", "concessions_a_call",
             "credits_a_year", "goodwill_minor")}
        ),
        tier=value_tier(12 * monthly),
        annual_bill_minor=12 * monthly,
        tenure_months=tenure_months(since, TODAY) if since else 0,
    )  # fmt: skip

    assert ceiling(customer.pk) == expected


def test_ceiling_counts_running_lines_of_this_customer_in_their_currency() -> None:
    make_scheme()
    customer, other = make_customer(customer_since=TODAY), make_customer()
    make_subscription(customer, list_price_minor=10_000, promotion_minor=1_000)
    make_subscription(customer, product=make_product(code="GONE"), list_price_minor=90_000, state="ENDED")
    make_subscription(other, product=make_product(code="THEIRS"), list_price_minor=90_000)

    assert ceiling(customer.pk) == 9_000 * 12 * 15 // 100
    assert ceiling(customer.pk, "EUR") is None


def test_what_the_last_year_gave_is_taken_off(desk: Desk) -> None:
    whole = ceiling(desk.call.customer_id or 0, on=timezone.localdate())
    assert whole is not None
    ledger.act("settle_proposal", desk.outcome(ledger.act("authorise_proposal", desk.facts()), "ACCEPTED"))
    given = Concession.objects.get()

    assert ceiling(desk.call.customer_id or 0, on=given.starts_on + timedelta(days=364)) == whole - given.cost_minor
    assert ceiling(desk.call.customer_id or 0, on=given.starts_on + timedelta(days=365)) == whole


@pytest.mark.parametrize("more", [1, 10**12])
@pytest.mark.parametrize("door", ["authorise_proposal", "decide_approval"])
def test_no_larger_account_is_opened_than_the_ceiling(desk: Desk, door: Any, more: int) -> None:
    """What raw SQL as the serving role claims is held against the customer's own lines."""
    allowed = ceiling(desk.call.customer_id or 0, on=timezone.localdate())
    assert allowed is not None
    facts = desk.facts() if door == "authorise_proposal" else desk.decision(desk.asked(), "APPROVE")
    rows = LedgerEntry.objects.count(), Proposal.objects.count()

    with pytest.raises(Refused) as refused:
        ledger.act(door, facts | {"customer_cap_minor": allowed + more})

    assert refused.value.code == "STALE_LIMIT"
    assert not Hold.objects.exists()
    assert (LedgerEntry.objects.count(), Proposal.objects.count()) == rows
    ledger.act(door, facts | {"customer_cap_minor": allowed})
    assert BudgetAccount.objects.get(kind=BudgetKind.CUSTOMER).limit_minor == allowed


def test_nobody_who_serves_enlarges_a_customers_account(desk: Desk) -> None:
    ledger.act("authorise_proposal", desk.facts())
    account = BudgetAccount.objects.get(kind=BudgetKind.CUSTOMER)

    with pytest.raises(Refused) as refused:
        ledger.set_budget(
            account_id=account.pk, amount_minor=account.limit_minor + 1, by=desk.sue.pk, role="SUPERVISOR", why="More"
        )

    assert refused.value.code == "BOUNDS"
    account.refresh_from_db()
    assert account.limit_minor == account.target_minor == 100_000


def test_a_smaller_one_is_nobodys_wall(desk: Desk) -> None:
    """Less is the application's to say: what was given elsewhere, for one."""
    ledger.act("authorise_proposal", desk.facts(customer_cap_minor=9_600))

    assert BudgetAccount.objects.get(kind=BudgetKind.CUSTOMER).limit_minor == 9_600
