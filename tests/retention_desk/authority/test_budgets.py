"""The pages of budgets: figures, pace, entries by key, and top-up, lowering and transfer."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from offers import budgets
from offers.choices import BudgetKind
from offers.models import BudgetAccount, BudgetPlan, LedgerEntry
from retention_desk.authority import reading
from retention_desk.authority.burn import burn
from retention_desk.reports.scope import Scope
from tests.builders import new_key
from tests.retention_desk.authority.ground import Ground, browser, make_ground

pytestmark = pytest.mark.django_db

LIST, FILE = reverse("authority:budgets"), reverse("authority:budgets-csv")


@pytest.fixture
def ground(db: None) -> Ground:
    return make_ground()


@pytest.fixture
def team(ground: Ground) -> BudgetAccount:
    return BudgetAccount.objects.get(kind=BudgetKind.TEAM)


def post(client: Client, act: str, account: BudgetAccount, **said: Any) -> Any:
    data = {"why": "Price rise", "key": str(new_key())} | said
    return client.post(reverse(f"authority:budget-{act}", args=[account.pk]), data)


def test_list_shows_what_is_held_spent_and_left(ground: Ground) -> None:
    page = browser(ground.greta).get(LIST).content.decode()

    for words in ("Retention East", "Ines Falk", "$12,000", "$600", "Running now", "Planned, not drawn on yet"):
        assert words in page


def test_supervisor_sees_their_site_only(ground: Ground, team: BudgetAccount) -> None:
    names = {row["name"] for row in browser(ground.sue).get(LIST).context["found"]["budgets"]}

    assert names == {"Retention East", "Ines Falk"}
    assert browser(ground.sid).get(LIST).context["found"]["budgets"] == []
    assert "No budget runs yet." in browser(ground.sid).get(LIST).content.decode()
    for address in ("budget", "entries-csv"):
        url = reverse(f"authority:{address}", args=[team.pk])
        assert [browser(person).get(url).status_code for person in (ground.sue, ground.sid)] == [200, 404]


def test_kind_narrows_the_list(ground: Ground) -> None:
    rows = browser(ground.greta).get(LIST, {"kind": "TEAM"}).context["found"]["budgets"]

    assert [row["kind"] for row in rows] == ["TEAM"]
    assert browser(ground.greta).get(LIST, {"kind": "CUSTOMER"}).context["kind"] == ""


def test_guardrail_is_shown_and_said_when_it_is_passed(ground: Ground, team: BudgetAccount) -> None:
    BudgetPlan.objects.filter(kind=BudgetKind.TEAM).update(average_minor=8_500)

    row = reading.budgets(Scope(None), account_id=team.pk)["budgets"][0]

    assert (row["average_minor"], row["average"], row["too_dear"]) == (8_500, None, False)
    assert "guardrail $85" in browser(ground.greta).get(LIST).content.decode()


def test_top_up_adds_once(ground: Ground, team: BudgetAccount) -> None:
    client, key, before = browser(ground.greta), str(new_key()), team.limit_minor

    for _ in range(2):
        assert post(client, "top-up", team, amount_minor="100.50", key=key).status_code == 302

    team.refresh_from_db()
    assert team.limit_minor == before + 10_050


def test_lowered_below_its_use_it_is_frozen_and_says_so(ground: Ground, team: BudgetAccount) -> None:
    assert post(browser(ground.greta), "lower", team, amount_minor="1").status_code == 302

    page = browser(ground.greta).get(reverse("authority:budget", args=[team.pk])).content.decode()

    assert "Frozen: lowered below what is used." in page


def test_transfer_moves_money_and_keeps_the_sum(ground: Ground, team: BudgetAccount) -> None:
    agent = BudgetAccount.objects.get(kind=BudgetKind.AGENT)
    before = team.limit_minor + agent.limit_minor

    answer = post(browser(ground.greta), "transfer", team, to=str(agent.pk), amount_minor="250")

    team.refresh_from_db()
    agent.refresh_from_db()
    assert answer.status_code == 302
    assert team.limit_minor + agent.limit_minor == before
    assert LedgerEntry.objects.filter(kind="TRANSFER").count() == 2


@pytest.mark.parametrize(
    ("act", "said", "status", "words"),
    [
        ("top-up", {"amount_minor": "0"}, 422, "An amount above zero."),
        ("top-up", {"amount_minor": "1.005"}, 422, "decimal places"),
        ("top-up", {"amount_minor": "5", "why": ""}, 422, "This field is required."),
        ("lower", {"amount_minor": "-5"}, 422, "greater than or equal to 0"),
        ("transfer", {"amount_minor": "5", "to": "0"}, 422, "Select a valid choice."),
        ("transfer", {"amount_minor": "1000000", "to": "agent"}, 409, "So much is not left in this budget."),
    ],
)
def test_refusal_is_said_and_nothing_moves(
    ground: Ground, team: BudgetAccount, act: str, said: dict[str, str], status: int, words: str
) -> None:
    entries = LedgerEntry.objects.count()
    if said.get("to") == "agent":
        said = said | {"to": str(BudgetAccount.objects.get(kind=BudgetKind.AGENT).pk)}

    answer = post(browser(ground.greta), act, team, **said)

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "open" in answer.content.decode()
    assert LedgerEntry.objects.count() == entries


def test_supervisor_changes_no_budget(ground: Ground, team: BudgetAccount) -> None:
    assert "Top up" not in browser(ground.sue).get(reverse("authority:budget", args=[team.pk])).content.decode()
    for act in ("top-up", "lower", "transfer"):
        assert post(browser(ground.sue), act, team, amount_minor="5").status_code == 403


def test_entries_page_by_key_and_come_as_csv(ground: Ground, team: BudgetAccount) -> None:
    for number in range(60):
        budgets.top_up_budget(
            account_id=team.pk, amount_minor=1, why=f"=Step {number}", by=ground.greta.pk, role="MANAGER", key=new_key()
        )
    client, url = browser(ground.greta), reverse("authority:budget", args=[team.pk])

    first = client.get(url).context["found"]
    second = client.get(url, {"before": first["older"]}).context["found"]
    rows = list(
        csv.DictReader(
            io.StringIO(client.get(reverse("authority:entries-csv", args=[team.pk])).getvalue().decode("utf-8-sig"))
        )
    )

    ids = [entry["id"] for entry in (*first["entries"], *second["entries"])]
    assert (len(first["entries"]), len(ids), len(set(ids)), second["older"]) == (50, 62, 62, None)
    assert [int(row["id"]) for row in rows] == ids
    assert rows[0]["why"] == "'=Step 59"


def test_list_comes_as_csv(ground: Ground) -> None:
    answer = browser(ground.sue).get(FILE)

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert {row["name"] for row in rows} == {"Retention East", "Ines Falk"}
    assert {row["held_minor"] for row in rows} != {"0"}


def test_pages_take_two_statements(
    ground: Ground, team: BudgetAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = browser(ground.greta)

    for address in (LIST, reverse("authority:budget", args=[team.pk])):
        with django_assert_num_queries(2):
            client.get(address)


WEEK = {"starts_on": date(2026, 11, 16), "ends_on": date(2026, 11, 23)}


@pytest.mark.parametrize(
    ("limit", "used", "gone", "tone", "used_up_on", "left"),
    [
        (1_000, 500, 0.5, "ok", None, 0),
        (1_000, 250, 0.5, "ok", None, 500),
        (1_000, 750, 0.5, "warn", date(2026, 11, 20), None),
        (1_000, 960, 0.5, "stop", date(2026, 11, 19), None),
        (1_000, 100, 0.01, "warn", None, None),
        (1_000, 0, 0.5, "ok", None, 1_000),
        (0, 0, 0.5, "ok", None, 0),
        (0, 100, 0.5, "stop", date(2026, 11, 16), None),
        (1_000, 2_000, 1.7, "stop", date(2026, 11, 19), None),
    ],
)
def test_pace(limit: int, used: int, gone: float, tone: str, used_up_on: date | None, left: int | None) -> None:
    found = burn(limit_minor=limit, used_minor=used, gone=gone, **WEEK)

    assert (found.tone, found.used_up_on, found.left_minor) == (tone, used_up_on, left)
