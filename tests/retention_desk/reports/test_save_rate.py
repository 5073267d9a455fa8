"""The report's figures against a count by hand, over every filter, from one statement."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from customers.choices import DispositionKind
from customers.models import Disposition
from retention_desk.reports.figures import Tally
from retention_desk.reports.filters import Filters, compared, span, usual_since
from retention_desk.reports.intervals import stays_at
from retention_desk.reports.queries import save_rate_counts
from retention_desk.reports.save_rate import SaveRate, assemble
from tests.retention_desk.reports.log import COST, TODAY, Log

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/Los_Angeles")
OCTOBER = span(date(2026, 10, 1), date(2026, 10, 31))
SEPTEMBER = span(date(2026, 9, 1), date(2026, 9, 30))


def report(**asked: object) -> SaveRate:
    filters = Filters(**({"now": OCTOBER, "before": SEPTEMBER} | asked))  # type: ignore[arg-type]
    return assemble(save_rate_counts(filters, zone=ZONE, today=TODAY))


def test_report_counts_episodes_as_a_person_would(log: Log) -> None:
    found = report().total.now

    assert found.tally == Tally(a=2, k=3, p=1, d=1, x=4, u=1)
    assert found.uncontrollable == Tally(x=1)
    assert (found.save.numerator, found.save.denominator) == (6, 12)
    assert (found.strict.numerator, found.strict.denominator) == (2, 12)
    assert (found.controllable.numerator, found.controllable.denominator) == (6, 11)
    assert (found.excluded.numerator, found.excluded.denominator) == (1, 12)
    assert (found.deflection.numerator, found.deflection.denominator) == (8, 12)


def test_report_compares_with_the_period_before(log: Log) -> None:
    assert report().total.before.tally == Tally(x=1)
    assert report(before=None).total.before.tally == Tally()


def test_cost_of_the_lost_is_carried_by_the_saves(log: Log) -> None:
    cost = report().total.now.cost_per_save

    assert cost.value_minor == 3 * COST // 6
    assert cost.n == 6


def test_acceptance_is_counted_by_offer_and_place(log: Log) -> None:
    found = report()

    assert (found.taken.now.numerator, found.taken.now.denominator) == (3, 4)
    assert [(one.key, one.now.denominator) for one in found.offers] == [(str(log.offer.offer_id), 4)]
    assert [(one.key, one.now.numerator) for one in found.positions] == [("1", 3)]
    assert found.offers[0].cost.value_minor == COST


def test_lines_end_each_in_their_own_way(log: Log) -> None:
    lines = {group.key: group.now.tally for group in report().lines}

    assert lines == {"INTERNET": Tally(k=1), "TV": Tally(x=1)}


def test_revenue_is_weighed_by_the_bill_at_the_start(log: Log) -> None:
    found = report().revenue

    assert (found.numerator, found.denominator) == (60_000, 120_000)


def test_who_left_and_who_is_not_seen_for_long_enough_are_told_apart(log: Log) -> None:
    curve = report().stays
    after_30 = stays_at(curve, 30)

    # Six were kept; two left after twenty days. Moreau, kept on November 3, has been seen for 19 days only.
    assert after_30 is not None
    assert after_30.share == pytest.approx(3 / 5)
    assert stays_at(curve, 60) is None


def test_conduct_counts_what_was_honoured(log: Log) -> None:
    conduct = report().conduct

    assert (conduct.cancelled.numerator, conduct.cancelled.denominator) == (3, 3)
    assert conduct.median_seconds == 50
    assert (conduct.after_limit, conduct.closed_reason) == (0, 0)


def test_groups_add_up_to_the_whole(log: Log) -> None:
    found = report()

    for groups in (found.steps, found.intents, found.reasons, found.teams, [one.group for one in found.agents]):
        assert sum(group.now.tally.c for group in groups) == 12
    assert {group.key: group.now.tally.c for group in found.intents} == {"CHEAPER": 11, "DISCONNECT": 1}


@pytest.mark.parametrize(
    ("filtered", "contacts"),
    [
        (lambda log: {"site_id": log.bob.seat_row.team.site_id}, 1),
        (lambda log: {"team_id": log.ann.seat_row.team_id}, 11),
        (lambda log: {"agent_id": log.bob.pk}, 1),
        (lambda log: {"reason_id": log.calls["Kaya 18"].reason_id}, 1),
        (lambda log: {"intent": "DISCONNECT"}, 1),
        (lambda log: {"offer_id": log.offer.offer_id}, 4),
        (lambda log: {"kind": "BUSINESS"}, 0),
    ],
)
def test_filters_leave_only_what_they_name(log: Log, filtered: object, contacts: int) -> None:
    assert report(**filtered(log)).total.now.tally.c == contacts  # type: ignore[operator]


def test_report_takes_one_statement(log: Log, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        report()


def test_late_evening_belongs_to_the_day_of_the_site(log: Log) -> None:
    log.take("Adler", datetime(2026, 11, 1, 5, tzinfo=UTC), DispositionKind.SAVED_WITHOUT)  # October 31, 22:00 there

    assert report().total.now.tally.c == 13


def test_check_figures_proves_difference_0(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_figures", zone="America/Los_Angeles")

    assert "difference 0." in capsys.readouterr().out


def test_check_figures_refuses_a_period_and_a_zone_that_are_none(log: Log) -> None:
    with pytest.raises(CommandError, match="ends before it begins"):
        call_command("check_figures", since=date(2026, 11, 1), until=date(2026, 10, 1))
    with pytest.raises(CommandError, match="no time zone 'Mars/Olympus'"):
        call_command("check_figures", zone="Mars/Olympus")


def test_correction_of_a_correction_is_what_counts(log: Log) -> None:
    call = log.calls["Dorn 10"]
    log.correct(call, DispositionKind.PAUSED)

    assert Disposition.objects.filter(call=call).count() == 3
    assert report().total.now.tally == Tally(a=2, k=3, p=2, d=1, x=3, u=1)


def test_comparison_goes_back_by_whole_weeks() -> None:
    eight_weeks = span(date(2026, 9, 28), date(2026, 11, 19))

    before = compared(eight_weeks, "previous")

    assert before is not None
    assert (before.since, before.until) == (date(2026, 8, 3), date(2026, 9, 24))
    assert compared(eight_weeks, "none") is None
    assert usual_since(date(2026, 11, 19)) == date(2026, 9, 28)


@pytest.mark.parametrize(
    ("until", "steps"),
    [(date(2026, 1, 14), 14), (date(2026, 1, 15), 3), (date(2026, 7, 9), 28), (date(2026, 7, 10), 7)],
)
def test_steps_are_days_then_weeks_then_months(until: date, steps: int) -> None:
    assert len(span(date(2026, 1, 1), until).steps) == steps
