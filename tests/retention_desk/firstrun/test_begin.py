"""Beginning a desk: the page by its link, the command, and nobody a second time."""

import io
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from customers import setup
from customers.models import AuditEvent, Company, Reason, Site, Team
from offers.models import BudgetPlan, LimitVersion, SchemeVersion
from retention_desk.firstrun import link
from retention_desk.firstrun.begin import AlreadyBegun, Beginning, begin, in_currency
from retention_desk.firstrun.places import Place
from retention_desk.firstrun.reasons import CLOSED_TO_OFFERS, FIRST_REASONS
from retention_desk.people.models import User
from retention_desk.people.roles import ADMINISTRATOR
from tests.builders import make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANSWERS = {
    "company": "Vale do Sinal",
    "country": "BR",
    "currency": "BRL",
    "time_zone": "America/Sao_Paulo",
    "places": "Recife: Time A, Time B\nNatal",
    "given_name": "Quitéria",
    "family_name": "Tavarone",
    "email": "quiteria@example.com",
    "username": "quiteria",
    "password": "uma porta azul",
    "password_again": "uma porta azul",
}


def beginning(**other: Any) -> Beginning:
    given: dict[str, Any] = {
        "company": "Harbor & Vale",
        "currency": "USD",
        "country": "US",
        "time_zone": "UTC",
        "places": (Place("Fresno", ("North",)),),
        "username": "ann",
        "password": "a long secret",
    }
    return Beginning(**(given | other))


def test_begin_makes_company_places_rules_and_an_administrator() -> None:
    admin = begin(beginning(), now=NOW)

    assert Company.objects.get().currency == "USD"
    assert [(team.name, team.site.name) for team in Team.objects.select_related("site")] == [("North", "Fresno")]
    assert [group.name for group in admin.groups.all()] == [ADMINISTRATOR]
    assert admin.is_staff
    assert not admin.is_superuser
    assert admin.check_password("a long secret")
    assert LimitVersion.objects.get(grade="AGENT").max_cost_minor == 24_000
    assert SchemeVersion.objects.get().customer_year_percents == [10, 15, 25]
    assert set(BudgetPlan.objects.values_list("kind", flat=True)) == {"TEAM", "SITE"}
    assert Reason.objects.get(code="DEATH").must_complete
    assert AuditEvent.objects.get(act="DESK_BEGUN").actor_id == admin.pk


def test_begin_a_second_time_is_refused_and_changes_nothing() -> None:
    begin(beginning(), now=NOW)

    with pytest.raises(AlreadyBegun):
        begin(beginning(username="sid"), now=NOW)

    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("currency", "minor"), [("USD", 2_000), ("EUR", 2_000), ("JPY", 3_000), ("BRL", 10_000), ("THB", 70_000)]
)
def test_twenty_dollars_are_a_round_figure_elsewhere(currency: str, minor: int) -> None:
    assert in_currency(2_000, currency) == minor


def test_empty_desk_says_where_its_first_run_is(client: Client) -> None:
    answer = client.get("/login/")

    assert answer.status_code == 200
    assert "first_run --link" in answer.content.decode()


def test_page_asks_makes_and_signs_in(client: Client) -> None:
    page = client.get(link.path())
    token = page.context["token"]
    answer = client.post("/first-run/", ANSWERS | {"token": token})

    assert page.status_code == 200
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert Site.objects.get(name="Recife").time_zone == "America/Sao_Paulo"
    assert Team.objects.count() == 3
    assert client.session["_auth_user_id"] == str(User.objects.get(username="quiteria").pk)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"company": ""}, "company"),
        ({"currency": "XXQ"}, "currency"),
        ({"country": "ZZ9"}, "country"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"places": " : A"}, "places"),
        ({"username": "a b"}, "username"),
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password_again": "uma porta verde"}, "password_again"),
    ],
)
def test_wrong_answer_is_told_at_its_field_and_makes_nothing(client: Client, wrong: dict[str, str], field: str) -> None:
    answer = client.post("/first-run/", ANSWERS | {"token": link.make_token()} | wrong)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not User.objects.exists()
    assert not Company.objects.exists()


@pytest.mark.parametrize("token", ["", "made-up", "x:y"])
def test_page_without_a_good_link_shows_no_form(client: Client, token: str) -> None:
    answer = client.post("/first-run/", ANSWERS | {"token": token})

    assert answer.status_code == (403 if token else 200)
    assert "password_again" not in answer.content.decode()
    assert not User.objects.exists()


def test_old_link_is_void(monkeypatch: pytest.MonkeyPatch) -> None:
    old = link.make_token()
    later = time.time() + link.GOOD_FOR_SECONDS + 5
    monkeypatch.setattr(time, "time", lambda: later)

    assert not link.is_good(old)


def test_page_is_gone_once_somebody_may_sign_in(client: Client) -> None:
    path = link.path()
    make_user("sid")

    assert client.get(path).status_code == 404
    assert client.post("/first-run/", ANSWERS | {"token": link.make_token()}).status_code == 404
    assert 'name="username"' in client.get("/login/").content.decode()


def test_command_begins_without_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_RUN_PASSWORD", "a long secret")
    out = io.StringIO()

    call_command(
        "first_run",
        "--no-input",
        "--company=Harbor",
        "--country=US",
        "--currency=USD",
        "--time-zone=America/Chicago",
        "--site=Fresno: North",
        "--site=Clovis",
        "--username=ann",
        stdout=out,
    )

    assert "ann may sign in" in out.getvalue()
    assert Team.objects.count() == 2


def test_command_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRST_RUN_PASSWORD", raising=False)

    with pytest.raises(CommandError, match="company: ") as caught:
        call_command("first_run", "--no-input", stdout=io.StringIO())

    assert "password: " in str(caught.value)
    assert not User.objects.exists()


def test_command_prints_a_good_link() -> None:
    out = io.StringIO()

    call_command("first_run", "--link", "--base", "https://desk.example.com/", stdout=out)

    address = out.getvalue().strip()
    assert address.startswith("https://desk.example.com/first-run/?token=")
    assert link.is_good(address.partition("token=")[2])


def test_command_leaves_a_begun_desk_alone() -> None:
    make_user("sid")

    with pytest.raises(CommandError, match="begins once"):
        call_command("first_run", "--link", stdout=io.StringIO())


def test_first_reasons_fit_on_the_call_screen() -> None:
    assert len(FIRST_REASONS) <= setup.MOST_REASONS
    assert {"MOVING_AWAY", "HARDSHIP", "DEATH"} == CLOSED_TO_OFFERS
