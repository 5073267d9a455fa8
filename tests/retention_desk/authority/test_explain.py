"""Why somebody may give what they may give: their own page, a supervisor's site, and the ledger as the only judge."""

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from customers.models import Call
from offers.choices import Grade
from offers.models import LimitVersion, OwnLine
from tests.builders import desk_now, make_customer, new_key
from tests.offers.builders import make_limit
from tests.offers.in_use import in_force
from tests.retention_desk.authority.ground import Ground, browser, make_ground

pytestmark = pytest.mark.django_db

PAGE = reverse("authority:explain")


@pytest.fixture
def ground(db: None) -> Ground:
    return make_ground()


def test_agent_reads_their_own(ground: Ground) -> None:
    page = browser(ground.ann).get(PAGE).content.decode()

    for words in ("Why may I give this?", "This limit governs", "25%", "$240.00", "Budgets it draws on", "Tobias Renn"):
        assert words in page
    assert "Max Holt" in page
    assert 'name="person"' not in page


@pytest.mark.parametrize(
    ("asked", "governs"),
    [({}, "everything"), ({"family": "CREDIT"}, "credits"), ({"family": "CREDIT", "tier": "HIGH"}, "high")],
)
def test_governing_limit_is_the_ledgers(ground: Ground, asked: dict[str, str], governs: str) -> None:
    begins = desk_now() - timedelta(hours=1)
    made = {
        "everything": LimitVersion.objects.get(grade=Grade.AGENT),
        "credits": make_limit(grade=Grade.AGENT, family="CREDIT", valid_from=begins, max_percent=20),
        "high": make_limit(grade=Grade.AGENT, family="CREDIT", tier="HIGH", valid_from=begins, max_percent=15),
    }

    found = browser(ground.ann).get(PAGE, asked).context["found"]

    assert found["governing"]["id"] == made[governs].pk
    assert found["governing"]["id"] == in_force(ground.ann, asked.get("family", ""), asked.get("tier", ""))


def test_steps_say_why_each_other_limit_does_not_govern(ground: Ground) -> None:
    hour = timedelta(hours=1)
    make_limit(grade=Grade.AGENT, user=ground.ann, ends=True, valid_from=desk_now() - hour)
    make_limit(grade=Grade.AGENT, team=ground.scene.team, valid_from=desk_now() - hour, max_percent=10)
    make_limit(grade=Grade.AGENT, tier="HIGH", valid_from=desk_now() - hour, max_percent=10)
    make_limit(grade=Grade.AGENT, valid_from=desk_now() + hour, max_percent=5)
    ground.reserve()

    answer = browser(ground.ann).get(PAGE)

    steps = {step: [row["standing"] for row in rows] for step, rows in answer.context["found"]["steps"]}
    assert steps == {"person": ["ended"], "team": ["governs"], "grade": ["calm", "other", "later", "behind"]}
    page = answer.content.decode()
    assert "<s>For everything" in page
    for words in ("another is nearer", "other case", "not yet", "no storm"):
        assert words in page


def test_use_of_the_totals_is_shown(ground: Ground) -> None:
    limit = LimitVersion.objects.get(grade=Grade.AGENT)
    assert limit.day_count is None
    make_limit(grade=Grade.AGENT, day_count=8, day_cost_minor=50_000, call_count=2)

    page = browser(ground.ann).get(PAGE).content.decode()

    for words in ("0 of 8 offers", "of $500", "On one call: 2 offers."):
        assert words in page


def test_tier_and_tenure_come_from_the_open_call_or_the_account(ground: Ground) -> None:
    customer = ground.scene.customer
    of_call = browser(ground.ann).get(PAGE, {"call": str(_open_call(ground))}).context["found"]
    of_account = browser(ground.sue).get(PAGE, {"person": str(ground.ann.pk), "account": customer.account_number})
    nobodys = browser(ground.sue).get(PAGE, {"person": str(ground.ann.pk), "account": "0"})

    assert (of_call["tier"], of_call["tenure"]) == ("HIGH", of_account.context["found"]["tenure"])
    assert of_account.context["found"]["tier"] == "HIGH"
    assert of_call["tenure"] >= 73
    assert "There is no account with this number." in nobodys.content.decode()


def test_agent_learns_nothing_of_an_account_or_anothers_call(ground: Ground) -> None:
    found = browser(ground.ann).get(PAGE, {"account": ground.scene.customer.account_number}).context["found"]
    assert not found["found"]

    found = browser(ground.sid).get(PAGE, {"call": str(_open_call(ground))}).context["found"]
    assert not found["found"]


def test_supervisor_reads_their_site_and_managers_everybody(ground: Ground) -> None:
    asked = {"person": ground.ann.pk}

    answers = [browser(person).get(PAGE, asked).status_code for person in (ground.sue, ground.sid, ground.ada)]

    assert answers == [200, 404, 200]
    assert not browser(ground.sue).get(PAGE, asked).context["choice"].errors
    assert browser(ground.ada).get(PAGE, {"person": 10**15}).status_code == 404
    # An agent is shown their own, whoever they ask for.
    assert browser(ground.ann).get(PAGE, {"person": ground.sue.pk}).context["person"] == ground.ann.pk


def test_without_a_seat_there_is_nothing_to_explain(ground: Ground) -> None:
    assert "No seat on the desk." in browser(ground.ada).get(PAGE).content.decode()


def test_standing_in_is_told(ground: Ground) -> None:
    ground.delegation()

    page = browser(ground.sue).get(PAGE).content.decode()

    assert "Requests are decided with the authority of Greta Holt for now." in page


def test_account_is_declared_by_oneself_and_ended_by_somebody_else(ground: Ground) -> None:
    number = make_customer().account_number
    data = {"account_number": number, "key": str(new_key())}

    for _ in range(2):
        assert browser(ground.ann).post(reverse("authority:declare"), data).status_code == 302
    wrong = browser(ground.ann).post(reverse("authority:declare"), {"account_number": "0", "key": str(new_key())})
    assert "There is no account with this number." in wrong.content.decode()
    line = OwnLine.objects.get()
    address = reverse("authority:line-end", args=[line.pk])
    assert browser(ground.ann).post(address).status_code == 403
    assert browser(ground.greta).post(address, {"person": str(ground.ann.pk)}).status_code == 302

    line.refresh_from_db()
    assert line.ended_at is not None
    assert browser(ground.greta).post(address).status_code == 409


def test_page_takes_two_statements(ground: Ground, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for person, asked in ((ground.ann, {}), (ground.greta, {"person": ground.ann.pk})):
        client = browser(person)
        with django_assert_num_queries(2):
            client.get(PAGE, asked)


def test_odd_questions_are_answered(ground: Ground) -> None:
    client = browser(ground.greta)

    for asked in ({"tenure": "x"}, {"tier": "GOLD"}, {"person": "x"}, {"call": "9" * 30}, {"family": "' OR 1=1"}):
        assert client.get(PAGE, asked).status_code == 200


def _open_call(ground: Ground) -> int:
    return Call.objects.get(agent=ground.ann, state="OPEN").pk
