"""The report of a desk that has not closed a call yet."""

from datetime import date
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse

from retention_desk.reports.filters import Filters, span
from retention_desk.reports.queries import save_rate_counts
from retention_desk.reports.save_rate import assemble
from tests.builders import make_company, make_supervisor
from tests.retention_desk.reports.log import TODAY


def test_empty_log_is_an_empty_report(db: None) -> None:
    asked = Filters(now=span(date(2026, 10, 1), date(2026, 10, 31)), before=None)

    found = assemble(save_rate_counts(asked, zone=ZoneInfo("America/Los_Angeles"), today=TODAY))

    assert found.empty
    assert found.total.now.save.value is None
    assert found.stays == ()


def test_empty_desk_says_what_will_appear(db: None) -> None:
    make_company()
    sue = Client()
    sue.force_login(make_supervisor("sue"))

    answer = sue.get(reverse("reports:save-rate"))

    assert answer.status_code == 200
    assert "Figures appear here as soon as the first call has been wrapped up." in answer.content.decode()
