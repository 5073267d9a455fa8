"""The report's page and its CSV: who may see what, what is said when there is nothing, and what a file holds."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from psycopg.errors import QueryCanceled
from pytest_django import DjangoAssertNumQueries

from customers.choices import DispositionKind
from customers.models import Team
from retention_desk.people.models import User
from retention_desk.reports import views
from retention_desk.reports.export import TABLES, safe
from tests.builders import make_agent, make_user
from tests.retention_desk.reports.log import Log

pytestmark = pytest.mark.django_db

PAGE = reverse("reports:save-rate")
FILE = reverse("reports:save-rate-csv")
OCTOBER = {"since": "2026-10-01", "until": "2026-10-31"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows(client: Client, **asked: str) -> list[dict[str, str]]:
    answer = client.get(FILE, OCTOBER | asked)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_manager_sees_every_site_and_supervisor_their_own(log: Log) -> None:
    everything = signed_in(log.greta).get(PAGE, OCTOBER).context["page"].report
    fresno = signed_in(log.sue).get(PAGE, OCTOBER).context["page"].report
    reno = signed_in(log.sid).get(PAGE, OCTOBER).context["page"].report

    assert [one.total.now.tally.c for one in (everything, fresno, reno)] == [12, 11, 1]


def test_supervisor_cannot_ask_for_another_site(log: Log) -> None:
    asked = OCTOBER | {"site": str(Team.objects.get(seats__user=log.bob).site_id), "agent": str(log.bob.pk)}

    answer = signed_in(log.sue).get(PAGE, asked)

    assert answer.status_code == 422
    assert "Bob Holt" not in answer.content.decode()


def test_stranger_and_agent_are_kept_out(log: Log) -> None:
    for address in (PAGE, FILE):
        assert Client().get(address).status_code == 302
        assert signed_in(log.ann).get(address).status_code == 403


def test_supervisor_without_a_site_is_kept_out(db: None) -> None:
    nobody = make_user("kim", permissions=("customers.see_record",))

    assert signed_in(nobody).get(PAGE).status_code == 403


def test_page_takes_three_statements_beside_the_session(
    log: Log, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(log.greta)

    with django_assert_num_queries(4):
        client.get(PAGE, OCTOBER)


def test_page_prints_figures_with_interval_definition_and_words(log: Log) -> None:
    words = re.sub(r"\s+", " ", signed_in(log.greta).get(PAGE, OCTOBER).content.decode())

    assert "50.0%" in words  # 6 of 12 saved
    assert "95% interval 25.4 to 74.6%" in words
    assert "(A + K + D) / C" in words
    assert "$48.00" in words  # cost per save
    assert "too few to say" in words
    assert "<table" in words
    assert 'style="' not in words


def test_every_chart_has_a_name_and_a_table_beside_it(log: Log) -> None:
    page = signed_in(log.greta).get(PAGE, OCTOBER).content.decode()
    panels = [panel for panel in page.split('<section class="panel') if 'role="img"' in panel]

    assert len(panels) == 3
    for panel in panels:
        assert re.search(r'role="img"[^>]*><title>[^<]{5,}</title><desc>[^<]{5,}</desc>', panel)
        assert "<table" in panel


def test_wrong_days_are_said_beside_their_field(log: Log) -> None:
    for asked, sentence in (
        ({"since": "2026-11-02", "until": "2026-11-01"}, "The period ends before it begins."),
        ({"since": "never"}, "Enter a valid date."),
        ({"since": "1900-01-01"}, "too far from today"),
        ({"since": "2020-01-01", "until": "2026-01-01"}, "At most 3 years at once."),
        ({"team": "99999999"}, "Select a valid choice"),
        ({"agent": "1; DROP TABLE"}, "Select a valid choice"),
    ):
        answer = signed_in(log.greta).get(PAGE, asked)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert "page" not in answer.context


def test_file_of_wrong_days_is_the_page_with_the_error(log: Log) -> None:
    answer = signed_in(log.greta).get(FILE, {"since": "2026-11-02", "until": "2026-11-01"})

    assert answer.status_code == 422


@pytest.mark.parametrize("address", [PAGE, FILE])
def test_counting_too_long_offers_shorter_periods(log: Log, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object, **_other: object) -> None:
        raise OperationalError from QueryCanceled("canceling statement due to statement timeout")

    monkeypatch.setattr(views, "save_rate_counts", never)

    answer = signed_in(log.greta).get(address, OCTOBER)

    assert answer.status_code == 503
    assert "Content-Disposition" not in answer
    assert "Last 4 weeks" in answer.content.decode()


def test_file_holds_counts_interval_and_definition(log: Log) -> None:
    figures = rows(signed_in(log.greta), table="figures")
    save = next(row for row in figures if row["figure"] == "SAVE" and row["period"] == "now")

    assert (save["numerator"], save["denominator"], save["value"]) == ("6", "12", "0.5")
    assert float(save["low_95"]) == pytest.approx(0.2538, abs=1e-4)
    assert save["formula"] == "(A + K + D) / C"
    assert save["too_few"] == "True"
    cost = next(row for row in figures if row["figure"] == "COST_PER_SAVE" and row["period"] == "now")
    assert (cost["value"], cost["unit"]) == ("4800", "minor units")


def test_file_of_everything_holds_every_table(log: Log) -> None:
    assert {row["table"] for row in rows(signed_in(log.greta))} == set(TABLES)
    assert {row["table"] for row in rows(signed_in(log.greta), table="reason")} == {"reason"}
    assert {row["table"] for row in rows(signed_in(log.greta), table="../etc/passwd")} == set(TABLES)


def test_file_keeps_to_the_readers_site(log: Log) -> None:
    agents = {row["group"] for row in rows(signed_in(log.sid), table="agent")}

    assert agents == {"Bob Holt"}


def test_names_cannot_become_formulas(log: Log) -> None:
    eve = make_agent("eve", team=log.ann.seat_row.team, first_name="=HYPERLINK(1)", last_name="X")
    log.take("Adler", datetime(2026, 10, 5, 18, tzinfo=UTC), DispositionKind.SAVED_WITHOUT, by=eve)

    groups = {row["group"] for row in rows(signed_in(log.greta), table="agent")}

    assert groups == {"Ann Holt", "Bob Holt", "'=HYPERLINK(1) X"}
    assert safe(-3) == -3
    assert safe("@SUM") == "'@SUM"


def test_months_and_days_are_steps_of_long_and_short_periods(log: Log) -> None:
    client = signed_in(log.greta)

    year = client.get(PAGE, {"since": "2026-01-01", "until": "2026-11-20"}).content.decode()
    week = client.get(PAGE, {"since": "2026-10-05", "until": "2026-10-11", "compare": "none"}).content.decode()

    assert "Save rate by month" in year
    assert "Save rate by day" in week
    assert "not compared" in week
