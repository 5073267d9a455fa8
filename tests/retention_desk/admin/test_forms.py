"""The forms of the administration, as they are posted: saved by workflows, refused at the field, recorded once."""

import json
from typing import Any

import pytest
from django.core import mail
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from customers.models import AuditEvent, ConductPolicy, Product, Reason, Site
from offers.admin.examples import EXAMPLES
from offers.choices import OfferKind
from offers.models import BudgetPlan, Offer, OfferVersion, SchemeVersion
from retention_desk.people.models import User
from retention_desk.people.roles import AGENT, SUPERVISOR
from tests.audits import Broken, break_audit, last_event, typed_with
from tests.builders import (
    make_company,
    make_reason,
    make_site,
    make_team,
)
from tests.offers.builders import make_offer, make_scheme
from tests.retention_desk.admin.people import make_administrator, make_person

pytestmark = pytest.mark.django_db

PERSON = {
    "username": "nora",
    "first_name": "Nora",
    "last_name": "Lind",
    "email": "nora@example.com",
    "role": AGENT,
    "grade": "NEW",
}


@pytest.fixture
def ada() -> User:
    make_company()
    return make_administrator()


@pytest.fixture
def browser_of_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def post(client: Client, name: str, data: dict[str, Any], *args: Any, query: str = "") -> Any:
    return client.post(reverse(f"admin:{name}", args=args) + query, data)


def errors(answer: Any) -> dict[str, list[str]]:
    """What the form says, by field."""
    assert answer.status_code == 200, answer
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


def test_scheme_is_added_from_the_last(browser_of_ada: Client) -> None:
    make_scheme(cooldown_months=4, pair_cap=25)
    page = browser_of_ada.get(reverse("admin:offers_schemeversion_add"))
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    answer = post(browser_of_ada, "offers_schemeversion_add", values | {"valid_from": "", "high": "30"})

    assert answer.status_code == 302, errors(answer)
    newest = SchemeVersion.objects.first()
    assert newest is not None
    assert (newest.customer_year_percents, newest.cooldown_months, newest.goodwill_minor) == ([10, 15, 30], 4, 2_000)
    assert (newest.pair_cap, newest.second_above_minor) == (25, None)


def test_offer_leads_on_to_its_first_version(browser_of_ada: Client) -> None:
    data = {"code": "LOYAL", "kind": "PERCENT_OFF", "family": "RECURRING", "icon": "percentage"}

    answer = post(browser_of_ada, "offers_offer_add", data)

    address = reverse("admin:offers_offerversion_add") + f"?offer={Offer.objects.get().pk}"
    assert answer.headers["Location"] == address
    page = browser_of_ada.get(address).content.decode()
    assert "New version of LOYAL (Percent off)" in page
    assert "[5, 30, 5]" in page


def version_of(kind: OfferKind, **other: Any) -> dict[str, Any]:
    """The example of the kind, as typed into the form."""
    example = EXAMPLES[kind]
    parts = ("words", "bounds", "cost_model", "eligibility", "figures")
    return {part: example.text(part) for part in parts} | {"campaign": ""} | other


def test_version_is_added_as_typed(browser_of_ada: Client) -> None:
    make_reason("PRICE")
    offer = make_offer().offer

    answer = post(
        browser_of_ada, "offers_offerversion_add", version_of(OfferKind.PERCENT_OFF), query=f"?offer={offer.pk}"
    )

    assert answer.status_code == 302, errors(answer)
    newest = offer.versions.order_by("-version")[0]
    assert (newest.version, newest.bounds) == (2, EXAMPLES[OfferKind.PERCENT_OFF].bounds)
    assert last_event().act == "OFFER_VERSION_ADDED"


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("bounds", '{"percent": [5, 30, 5],}', "Line 1, column 24"),
        ("bounds", "[]", "object in braces"),
        ("bounds", "null", "needs"),
        ("bounds", json.dumps({"percent": [30, 5, 5], "months": [3, 12, 3]}), "bounds.percent: not a range"),
        ("figures", json.dumps({"accept_percent": 130, "stay_percent": 5}), "figures.accept_percent"),
        ("words", json.dumps({"de": {"name": "Rabatt"}}), "words.en"),
        ("eligibility", json.dumps({"reasons": ["PRIZE"]}), "PRIZE"),
    ],
)
def test_version_that_cannot_be_read_is_refused_with_its_path(
    browser_of_ada: Client, field: str, typed: str, told: str
) -> None:
    offer = make_offer().offer

    answer = post(
        browser_of_ada,
        "offers_offerversion_add",
        version_of(OfferKind.PERCENT_OFF, **{field: typed}),
        query=f"?offer={offer.pk}",
    )

    assert list(errors(answer)) == [field]
    assert told in errors(answer)[field][0]
    assert OfferVersion.objects.count() == 1
    # What was typed is still there to be mended.
    assert answer.context["adminform"].form[field].value() == typed or typed in ("[]", "null") or told != "Line 1"


def test_version_without_an_offer_leads_to_the_offers(browser_of_ada: Client) -> None:
    answer = browser_of_ada.get(reverse("admin:offers_offerversion_add"))

    assert answer.headers["Location"] == reverse("admin:offers_offer_changelist")


@pytest.mark.parametrize("model", ["offers_offerversion", "offers_schemeversion"])
def test_version_cannot_be_changed(browser_of_ada: Client, model: str) -> None:
    make_scheme()
    make_offer()
    rows: dict[str, type[Model]] = {
        "offers_offerversion": OfferVersion,
        "offers_schemeversion": SchemeVersion,
    }
    row = rows[model]._default_manager.first()
    assert row is not None

    assert post(browser_of_ada, f"{model}_change", {"why": "x"}, row.pk).status_code == 403


def test_offers_are_retired_and_put_back_from_the_list(browser_of_ada: Client) -> None:
    offer = make_offer().offer

    for action, active in (("retire", False), ("restore", True)):
        post(browser_of_ada, "offers_offer_changelist", {"action": action, "_selected_action": [offer.pk]})
        offer.refresh_from_db()
        assert offer.active is active


def test_budget_is_planned_for_somebody_else(browser_of_ada: Client) -> None:
    team = make_team()
    data = {"owner": f"TEAM:{team.pk}", "period": "WEEK", "amount_minor": "5000", "parts": "4", "active": "on"}

    assert post(browser_of_ada, "offers_budgetplan_add", data).status_code == 302

    plan = BudgetPlan.objects.get()
    assert (plan.kind, plan.owner_id, plan.amount_minor, plan.parts) == ("TEAM", team.pk, 500_000, 4)
    change = {"period": "WEEK", "amount_minor": "6000", "parts": "4", "active": "on"}
    assert post(browser_of_ada, "offers_budgetplan_change", change, plan.pk).status_code == 302
    assert (last_event().before, last_event().after) == ({"amount_minor": 500_000}, {"amount_minor": 600_000})


def test_own_budget_is_refused_at_its_field(browser_of_ada: Client, ada: User) -> None:
    data = {"owner": f"AGENT:{ada.pk}", "period": "WEEK", "amount_minor": "5000", "parts": "1"}

    assert list(errors(post(browser_of_ada, "offers_budgetplan_add", data))) == ["owner"]


def test_reason_is_kept_with_its_words(browser_of_ada: Client) -> None:
    data = {"code": "PRICE", "words": '{"en": "Price", "de": "Preis"}', "position": "1", "offers_allowed": "on"}

    assert post(browser_of_ada, "customers_reason_add", data).status_code == 302
    reason = Reason.objects.get()
    assert (reason.words, reason.offers_allowed, reason.controllable) == ({"en": "Price", "de": "Preis"}, True, False)

    answer = post(browser_of_ada, "customers_reason_change", data | {"must_complete": "on"}, reason.pk)
    assert list(errors(answer)) == ["offers_allowed"]


def test_site_and_product_are_kept(browser_of_ada: Client) -> None:
    post(browser_of_ada, "customers_site_add", {"name": "Tampa", "time_zone": "America/New_York"})
    post(
        browser_of_ada,
        "customers_product_add",
        {"code": "FIBRE", "kind": "INTERNET", "name": "Fibre", "list_price_minor": "64.99", "margin_percent": "60"},
    )

    assert Site.objects.get().time_zone == "America/New_York"
    assert (Product.objects.get().list_price_minor, Product.objects.get().currency) == (6_499, "USD")
    wrong = post(browser_of_ada, "customers_site_change", {"name": "Tampa", "time_zone": "Mars"}, Site.objects.get().pk)
    assert list(errors(wrong)) == ["time_zone"]


def test_rules_of_conduct_are_followed_by_a_new_version(browser_of_ada: Client) -> None:
    page = browser_of_ada.get(reverse("admin:customers_conductpolicy_add"))
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields} | {"valid_until": "", "offers_allowed": "1"}

    answer = post(browser_of_ada, "customers_conductpolicy_add", values)

    assert answer.status_code == 302, errors(answer)
    assert ConductPolicy.objects.filter(code="DEFAULT", version=2, offers_allowed=1).exists()


def test_person_is_invited_and_moved(
    browser_of_ada: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    team = make_team()
    with django_capture_on_commit_callbacks(execute=True):
        assert post(browser_of_ada, "people_user_add", PERSON | {"team": str(team.pk)}).status_code == 302
    nora = User.objects.get(username="nora")
    assert mail.outbox[0].to == ["nora@example.com"]
    assert "http://testserver/password/new/" in mail.outbox[0].body

    data = PERSON | {"role": SUPERVISOR, "grade": "SUPERVISOR", "team": ""}
    assert post(browser_of_ada, "people_user_change", data, nora.pk).status_code == 302

    nora.refresh_from_db()
    assert [group.name for group in nora.groups.all()] == [SUPERVISOR]
    assert [event.act for event in AuditEvent.objects.filter(object_kind="person").order_by("id")] == [
        "PERSON_INVITED",
        "ROLE_CHANGED",
        "SEAT_CHANGED",
    ]


def test_change_of_a_person_is_whole_or_not_at_all(browser_of_ada: Client) -> None:
    make_person("ann", email="ann@example.com")
    nora = make_person("nora")

    answer = post(
        browser_of_ada, "people_user_change", PERSON | {"email": "ANN@example.com", "role": SUPERVISOR}, nora.pk
    )

    assert list(errors(answer)) == ["email"]
    assert [group.name for group in nora.groups.all()] == [AGENT]


def test_deactivating_asks_first(browser_of_ada: Client) -> None:
    ann = make_person("ann")
    chosen: dict[str, Any] = {"action": "deactivate", "_selected_action": [ann.pk]}

    def may_sign_in() -> bool:
        return User.objects.get(pk=ann.pk).is_active

    asked = post(browser_of_ada, "people_user_changelist", chosen)
    assert may_sign_in()
    assert "signed out of every browser at once" in asked.content.decode()

    post(browser_of_ada, "people_user_changelist", chosen | {"confirmed": "yes", "why": "Left"})
    assert not may_sign_in()
    assert typed_with(last_event()) == "Left"

    post(browser_of_ada, "people_user_changelist", {"action": "reactivate", "_selected_action": [ann.pk]})
    assert may_sign_in()


def test_deactivating_oneself_is_refused_and_the_others_are_done(browser_of_ada: Client, ada: User) -> None:
    ann = make_person("ann")

    answer = browser_of_ada.post(
        reverse("admin:people_user_changelist"),
        {"action": "deactivate", "_selected_action": [ada.pk, ann.pk], "confirmed": "yes"},
        follow=True,
    )

    assert "Nobody deactivates themselves" in answer.content.decode()
    ada.refresh_from_db()
    ann.refresh_from_db()
    assert (ada.is_active, ann.is_active) == (True, False)


def test_history_of_a_row_is_the_audits(browser_of_ada: Client) -> None:
    site = make_site()
    post(browser_of_ada, "customers_site_change", {"name": site.name, "time_zone": "America/Denver"}, site.pk)

    page = browser_of_ada.get(reverse("admin:customers_site_history", args=[site.pk])).content.decode()

    for told in ("Ada Holt", "Changed", "time_zone", "America/Los_Angeles", "America/Denver"):
        assert told in page


def test_act_without_its_record_saves_nothing(browser_of_ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    break_audit(monkeypatch)

    with pytest.raises(Broken):
        post(browser_of_ada, "customers_site_add", {"name": "Tampa", "time_zone": "UTC"})

    assert not Site.objects.exists()
