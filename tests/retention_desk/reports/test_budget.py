"""The budget beside the save rate: counted from the ledger, told from its days."""

from datetime import date

import pytest

from offers.choices import BudgetKind
from offers.models import Proposal
from retention_desk.reports.budget import BudgetSpan, drawn, read_span
from tests.builders import new_key
from tests.offers.builders import give_budget
from tests.retention_desk.scene import set_scene, signed_in

NOVEMBER = {"starts_on": "2026-11-01", "ends_on": "2026-12-01", "limit_minor": 300_000}


def span(moved: dict[str, int], *, today: date = date(2026, 11, 10)) -> BudgetSpan:
    return read_span(NOVEMBER | {"moved": moved}, currency="USD", today=today)


def test_days_add_up_and_a_day_without_movement_keeps_what_was_used() -> None:
    told = span({"2026-11-01": 10_000, "2026-11-03": 5_000, "2026-11-04": -2_000})

    assert told.used_minor[:5] == (10_000, 10_000, 15_000, 13_000, 13_000)
    assert len(told.used_minor) == 10


@pytest.mark.parametrize(
    ("used", "today", "expected", "over"),
    [
        (100_000, date(2026, 11, 10), 300_000, 0),
        (120_000, date(2026, 11, 10), 360_000, 60_000),
        (120_000, date(2026, 11, 1), None, 0),
        (120_000, date(2026, 12, 24), 120_000, 0),
        (0, date(2026, 11, 10), 0, 0),
    ],
)
def test_pace_leads_to_the_end_once_it_can_be_told(used: int, today: date, expected: int | None, over: int) -> None:
    told = span({"2026-11-01": used}, today=today)

    assert (told.expected_minor, told.over_minor) == (expected, over)


def test_chart_says_what_is_used_planned_and_expected() -> None:
    chart = drawn(span({"2026-11-02": 120_000}))

    for words in ("$1k of $3k used, planned by now: $1k.", "$4k expected", 'class="cap"', "Nov 11"):
        assert words in chart


@pytest.mark.django_db
def test_page_counts_what_is_held_of_the_site() -> None:
    scene = set_scene()
    give_budget(BudgetKind.SITE, scene.team.site_id, 5_000_000)
    sue = signed_in(scene.sue)
    assert sue.get("/reports/save-rate/").context["budget"] is None

    call_id = scene.open_call()
    signed_in(scene.ann).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "present", "percent": 20, "months": 6},
    )
    told = sue.get("/reports/save-rate/").context["budget"]

    assert (told.now_minor, told.limit_minor, told.days) == (Proposal.objects.get().cost_minor, 5_000_000, 7)
    assert told.now_minor > 0
