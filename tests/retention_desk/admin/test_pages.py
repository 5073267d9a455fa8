"""Every page of the administration opens for its administrator, in the desk's frame, and deletes nothing."""

import html

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise

from customers import setup
from customers.admin_base import KeptAdmin
from offers.choices import BudgetKind
from retention_desk.people.models import User
from tests.builders import make_agent, make_company, make_product, make_reason, make_team
from tests.offers.builders import give_budget, make_campaign, make_credit, make_limits, make_offer, make_scheme
from tests.retention_desk.admin.people import make_administrator

MODELS = sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry)
ADMINS = {f"{model._meta.app_label}_{model._meta.model_name}": page for model, page in admin.site._registry.items()}

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(make_administrator())
    return client


@pytest.fixture
def furnished(ada: Client) -> Client:
    """A desk with a row on most pages."""
    make_company()
    make_product()
    make_reason("PRICE")
    agent = make_agent("ann")
    make_scheme()
    make_limits()
    make_offer(campaign=make_campaign())
    make_credit()
    give_budget(BudgetKind.AGENT, agent.pk, 100_000)
    give_budget(BudgetKind.TEAM, make_team().pk, 900_000)
    setup.add_site(name="Tampa", time_zone="America/New_York", by=User.objects.get(username="ada").pk, role="TEST")
    return ada


@pytest.mark.parametrize("model", MODELS)
def test_list_opens_and_answers_a_search(furnished: Client, model: str) -> None:
    assert furnished.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert furnished.get(reverse(f"admin:{model}_changelist"), {"q": "ann"}).status_code == 200
    assert furnished.get(reverse(f"admin:{model}_changelist"), {"q": "7"}).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_row_and_its_history_open_and_cannot_be_deleted(furnished: Client, model: str) -> None:
    for row in ADMINS[model].model._default_manager.all()[:2]:
        assert furnished.get(reverse(f"admin:{model}_change", args=[row.pk])).status_code == 200
        assert furnished.get(reverse(f"admin:{model}_history", args=[row.pk])).status_code == 200
        assert furnished.post(reverse(f"admin:{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_list_offers_no_deleting(furnished: Client, model: str) -> None:
    answer = furnished.post(
        reverse(f"admin:{model}_changelist"), {"action": "delete_selected", "_selected_action": ["1"], "post": "yes"}
    )

    assert answer.status_code in (200, 302, 403)
    assert "delete_selected" not in answer.content.decode()


@pytest.mark.parametrize("page", admin.site._registry.values(), ids=MODELS)
def test_page_is_built_on_workflows_and_has_a_name(page: KeptAdmin) -> None:
    assert isinstance(page, KeptAdmin)
    assert page.singular
    assert page.plural


def test_index_shows_by_purpose(furnished: Client) -> None:
    page = furnished.get(reverse("admin:index")).content.decode()

    assert [section in page for section in ("What may be given", "People and places", "The record")] == [True] * 3
    assert "Others" not in page
    assert "Back to the desk" in page


@pytest.mark.parametrize("model", ["offers_budgetplan", "people_user", "customers_auditevent"])
def test_list_reads_in_as_many_statements_however_long_it_is(furnished: Client, model: str) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            furnished.get(reverse(f"admin:{model}_changelist"))
        return len(captured)

    statements()
    before = statements()
    for number in range(5):
        agent = make_agent(f"agent{number}", team=make_team("Retention East"))
        give_budget(BudgetKind.AGENT, agent.pk, 5_000)
        setup.add_site(name=f"Site {number}", time_zone="UTC", by=agent.pk, role="TEST")

    assert statements() == before


def shown_columns(page: KeptAdmin) -> set[str]:
    """Names of the columns that a page shows without a word of the form's or of a function's own."""
    names = [
        *page.list_display,
        *page.view_fields,
        *flatten_fieldsets(page.fieldsets or ()),
        *flatten(page.fields or ()),
    ]
    columns = {field.name for field in page.opts.fields}
    own = {name for name in columns if hasattr(page, name)} | set(page.form.declared_fields)
    return {name for name in names if isinstance(name, str)} & columns - own


@pytest.mark.parametrize("page", admin.site._registry.values(), ids=MODELS)
def test_every_column_has_a_word_that_can_be_translated(page: KeptAdmin) -> None:
    words = {field.name: field.verbose_name for field in page.opts.fields}

    assert [name for name in shown_columns(page) if not isinstance(words[name], Promise)] == []


@pytest.mark.parametrize("model", MODELS)
def test_pages_keep_the_notes_of_the_models_to_themselves(furnished: Client, model: str) -> None:
    page = ADMINS[model]
    assert isinstance(page, KeptAdmin)
    notes = [str(field.help_text) for field in page.opts.fields if field.help_text and field.name not in page.helps]
    addresses = [reverse(f"admin:{model}_change", args=[row.pk]) for row in page.model._default_manager.all()[:1]]
    addresses += [reverse(f"admin:{model}_add")]

    shown = [html.unescape(furnished.get(address).content.decode()) for address in addresses]

    assert [note for note in notes if any(f">{note}<" in text for text in shown)] == []
