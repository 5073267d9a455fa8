"""Storm reserves: signed by two in advance, used at once, and given back what was not needed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from customers import audit
from customers.keeping import NotValid
from customers.models import AuditEvent
from customers.refusals import NotYours, Refused
from offers import ledger, storms
from offers.choices import BudgetKind, Grade
from offers.models import BudgetAccount, BudgetCounter, LimitVersion, Storm, StormReserve
from tests.builders import desk_now, make_agent, make_site, new_key
from tests.database import DeskClock
from tests.offers.desk import assert_counters_equal_entries
from tests.offers.in_use import InUse, allowance_of, in_force, make_in_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(db: None) -> InUse:
    return make_in_use()


def sign(used: InUse, **other: Any) -> StormReserve:
    """$500 for Fresno, and 40 % for agents."""
    given: dict[str, Any] = {
        "site_id": used.desk.call.site_id,
        "name": "Outage of the ring",
        "currency": "USD",
        "amount_minor": 50_000,
        "limits": {Grade.AGENT: allowance_of(Grade.AGENT, max_percent=40)},
        "by": used.ada.pk,
        "role": "ADMINISTRATOR",
        "now": desk_now(),
        "key": new_key(),
    } | other
    return storms.sign_reserve(**given)


def countersign(used: InUse, reserve: StormReserve, **other: Any) -> None:
    given: dict[str, Any] = {"by": used.max.pk, "role": "MANAGER", "now": desk_now()} | other
    storms.countersign_reserve(reserve_id=reserve.pk, **given)


def start(used: InUse, reserve: StormReserve, **other: Any) -> int:
    given: dict[str, Any] = {"hours": 6, "why": "Ring down", "key": new_key(), "by": used.desk.sue.pk} | other
    return storms.start_storm(reserve_id=reserve.pk, role="SUPERVISOR", **given)


def site_left(used: InUse) -> int:
    of_site = BudgetCounter.objects.filter(account__kind=BudgetKind.SITE, account__owner_id=used.desk.call.site_id)
    sums = of_site.aggregate(c=Sum("ceiling_minor"), h=Sum("held_minor"), s=Sum("spent_minor"))
    return int(sums["c"] - sums["h"] - sums["s"])


def test_signed_limits_hold_at_once_in_a_storm_and_only_then(used: InUse) -> None:
    usual = in_force(used.ann)
    reserve = sign(used)
    countersign(used, reserve)
    assert in_force(used.ann) == usual

    storm = start(used, reserve)

    assert in_force(used.ann) == LimitVersion.objects.get(storm=reserve).pk
    storms.end_storm(storm_id=storm, by=used.desk.sue.pk, role="SUPERVISOR")
    assert in_force(used.ann) == usual
    told = list(AuditEvent.objects.filter(object_kind__startswith="storm").order_by("id").values_list("act", flat=True))
    assert told == ["RESERVE_SIGNED", "RESERVE_COUNTERSIGNED", "STORM_STARTED", "STORM_ENDED"]
    assert audit.verify().is_clean


def test_storm_of_another_site_changes_nothing_here(used: InUse) -> None:
    usual = in_force(used.ann)
    reserve = sign(used, site_id=make_site("Reno").pk)
    countersign(used, reserve)

    start(used, reserve)

    assert in_force(used.ann) == usual


def test_storm_ends_by_itself(used: InUse, desk_clock: DeskClock) -> None:
    usual, reserve = in_force(used.ann), sign(used)
    countersign(used, reserve)
    start(used, reserve, hours=2)

    desk_clock.advance(timedelta(hours=2, seconds=1))

    assert in_force(used.ann) == usual
    ledger.expire_due()
    assert Storm.objects.get().ended_at is not None
    assert AuditEvent.objects.get(act="STORM_ENDED").actor_id is None


def test_reserve_signed_by_one_is_of_no_use(used: InUse) -> None:
    reserve = sign(used)

    with pytest.raises(Refused) as refused:
        start(used, reserve)

    assert refused.value.code == "RAISE_NEEDS_SECOND"
    assert not Storm.objects.exists()


def test_nobody_signs_twice(used: InUse) -> None:
    reserve = sign(used)

    with pytest.raises(Refused) as refused:
        countersign(used, reserve, by=used.ada.pk)
    countersign(used, reserve)
    with pytest.raises(Refused) as again:
        countersign(used, reserve)

    assert (refused.value.code, again.value.code) == ("RAISE_NEEDS_SECOND", "STORM_SIGNED")


def test_money_goes_to_the_site_and_what_is_left_comes_back(used: InUse) -> None:
    before, reserve = site_left(used), sign(used)
    countersign(used, reserve)

    storm = start(used, reserve)
    assert site_left(used) == before + 50_000
    storms.end_storm(storm_id=storm, by=used.desk.sue.pk, role="SUPERVISOR")

    assert site_left(used) == before
    of_reserve = BudgetAccount.objects.get(kind=BudgetKind.STORM, owner_id=reserve.pk)
    assert of_reserve.limit_minor == 50_000
    assert_counters_equal_entries()


def test_one_storm_a_reserve_and_none_of_a_retired_one(used: InUse) -> None:
    reserve = sign(used)
    countersign(used, reserve)
    storm = start(used, reserve)

    with pytest.raises(Refused) as twice:
        start(used, reserve)
    with pytest.raises(Refused) as running:
        storms.retire_reserve(reserve_id=reserve.pk, by=used.ada.pk, role="ADMINISTRATOR", now=desk_now())
    storms.end_storm(storm_id=storm, by=used.desk.sue.pk, role="SUPERVISOR")
    storms.retire_reserve(reserve_id=reserve.pk, by=used.ada.pk, role="ADMINISTRATOR", now=desk_now())
    with pytest.raises(Refused) as retired:
        start(used, reserve)

    codes = [one.value.code for one in (twice, running, retired)]
    assert codes == ["ALREADY_RESOLVED", "STORM_RUNNING", "ALREADY_RESOLVED"]


def test_agents_start_no_storm(used: InUse) -> None:
    reserve = sign(used)
    countersign(used, reserve)

    with pytest.raises(NotYours):
        start(used, reserve, by=used.ann.pk)


def test_same_key_starts_once(used: InUse) -> None:
    reserve, key = sign(used), new_key()
    countersign(used, reserve)

    assert start(used, reserve, key=key) == start(used, reserve, key=key)
    assert Storm.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("site", {"site_id": 0}),
        ("name", {"name": " "}),
        ("amount_minor", {"amount_minor": -1}),
        ("", {"limits": {}}),
        ("", {"limits": {Grade.AGENT: allowance_of(Grade.AGENT, day_count=3)}}),
        ("AGENT-max_percent", {"limits": {Grade.AGENT: allowance_of(Grade.AGENT, max_percent=101)}}),
    ],
)
def test_reserve_that_makes_no_sense_is_refused_at_its_field(used: InUse, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid) as refused:
        sign(used, **wrong)

    assert refused.value.facts["field"] == field
    assert not StormReserve.objects.exists()


@pytest.mark.parametrize(("field", "wrong"), [("hours", {"hours": 73}), ("hours", {"hours": 0}), ("why", {"why": ""})])
def test_storm_has_an_end_and_a_reason(used: InUse, field: str, wrong: dict[str, Any]) -> None:
    reserve = sign(used)
    countersign(used, reserve)

    with pytest.raises(NotValid) as refused:
        start(used, reserve, **wrong)

    assert refused.value.facts["field"] == field


LIMIT_OF_A_STORM = """
INSERT INTO offers_limitversion (grade, family, tier, tenure_from_months, storm_id, ends, valid_from, currency,
    max_percent, max_months, max_monthly_minor, max_credit_minor, max_fee_minor, max_cost_minor, kinds, mode, raises,
    recorded_at, why)
SELECT 'AGENT', '', '', 0, id, false, now(), 'USD', %s, 12, 2000, 5000, 5000, 24000, '{CREDIT}', 'HARD', false,
    now(), ''
FROM offers_stormreserve
"""


@pytest.mark.parametrize("percent", [90, 1])
def test_raw_sql_adds_no_limit_to_what_two_have_signed(used: InUse, percent: int) -> None:
    countersign(used, sign(used))

    with pytest.raises(DatabaseError, match="STORM_SIGNED"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LIMIT_OF_A_STORM, [percent])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offers_stormreserve SET countersigned_by_id = signed_by_id, countersigned_at = now()",
        "UPDATE offers_stormreserve SET amount_minor = 99999999",
        "DELETE FROM offers_stormreserve",
        """INSERT INTO offers_storm (reserve_id, started_by_id, started_at, ends_at, why)
           SELECT id, signed_by_id, now(), now() + interval '1 day', 'x' FROM offers_stormreserve""",
    ],
)
def test_raw_sql_signs_and_starts_nothing(used: InUse, statement: str) -> None:
    sign(used)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_manager_starts_one_too(used: InUse) -> None:
    reserve = sign(used)
    countersign(used, reserve)

    assert start(used, reserve, by=make_agent("greta", grade=Grade.MANAGER).pk)
