"""Finding a customer, opening a call, adding by hand, correcting contact data."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers.models import AuditEvent, Call, Company, Customer
from retention_desk.lookup import region
from retention_desk.lookup.forms import OpenCallForm
from tests.builders import make_user, new_key
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def country_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier test's company was remembered for is no other test's business."""
    monkeypatch.setattr(region, "_remembered", {})


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def test_lookup_costs_one_statement_beside_the_session(
    scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(scene.ann)
    client.get("/customers/?q=tennant")

    with django_assert_num_queries(2):
        answer = client.get("/customers/?q=tennant", headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert "Marisol Tennant" in text
    assert "matches name" in text
    assert "4471-0926" not in text


@pytest.mark.parametrize("text", ["(209) 555-{end}", "4471 0926 3", "tennant fresno", "{email}"])
def test_lookup_takes_what_the_caller_says(scene: Scene, text: str) -> None:
    asked = text.format(end=scene.customer.phone[-4:], email=scene.customer.email)

    assert "Marisol Tennant" in signed_in(scene.ann).get("/customers/", {"q": asked}).content.decode()


def test_lookup_says_what_was_searched_when_nobody_is_found(scene: Scene) -> None:
    text = signed_in(scene.ann).get("/customers/?q=nobody+here").content.decode()

    assert "No customer for “nobody here”." in text
    assert "Go on without a customer" in text


def test_lookup_is_for_those_who_take_calls(scene: Scene) -> None:
    assert signed_in(make_user("max")).get("/customers/").status_code == 403
    assert Client().get("/customers/").status_code == 302


def test_opening_twice_with_one_key_is_one_call(scene: Scene) -> None:
    client = signed_in(scene.ann)
    data = {
        "key": str(new_key()),
        "customer": scene.customer.pk,
        "opening_intent": "DISCONNECT",
        "caller_role": "HOLDER",
        "checks": ["PIN", "ADDRESS"],
        "then": "screen",
    }

    first = client.post("/calls/open/", data)
    second = client.post("/calls/open/", data)

    call = Call.objects.get()
    assert first.url == second.url == f"/calls/{call.pk}/"  # type: ignore[attr-defined]
    assert (call.identity, call.identity_checks) == ("CHECKED", ["PIN", "ADDRESS"])


def test_one_answer_alone_leaves_the_caller_unchecked(scene: Scene) -> None:
    signed_in(scene.ann).post(
        "/calls/open/",
        {
            "key": str(new_key()), "customer": scene.customer.pk, "opening_intent": "OTHER", "caller_role": "OTHER",
            "checks": ["PIN"], "then": "cancel",
        },
    )  # fmt: skip

    assert Call.objects.get().identity == "NOT_CHECKED"


def test_second_open_call_is_refused_in_words(scene: Scene) -> None:
    scene.open_call()
    client = signed_in(scene.ann)

    answer = client.post(
        "/calls/open/",
        {"key": str(new_key()), "opening_intent": "OTHER", "caller_role": "OTHER"},
        follow=True,
    )

    assert "You have a call that is not finished." in answer.content.decode()
    assert Call.objects.count() == 1


def test_customer_is_added_once_and_recorded_without_their_data(scene: Scene) -> None:
    client = signed_in(scene.ann)
    assert client.get("/customers/new/").status_code == 200
    data = {
        "key": str(new_key()), "account_number": "5500-1", "kind": "PRIVATE", "given_name": "Odile",
        "family_name": "Marchetti", "phone": "559 555 0177", "town": "Clovis",
    }  # fmt: skip

    client.post("/customers/new/", data)
    client.post("/customers/new/", data)

    added = Customer.objects.get(account_number="5500-1")
    assert added.phone == "+15595550177"
    event = AuditEvent.objects.get(act="CUSTOMER_ADDED")
    assert "Marchetti" not in str(event.after)


def test_taken_account_number_is_said_at_its_field(scene: Scene) -> None:
    answer = signed_in(scene.ann).post(
        "/customers/new/",
        {"key": str(new_key()), "account_number": "44710926-3", "kind": "PRIVATE", "family_name": "Again"},
    )

    assert answer.status_code == 409
    assert "This account number is taken." in answer.content.decode()


def test_contact_is_corrected_on_a_call_and_by_nobody_else(scene: Scene) -> None:
    scene.open_call()
    address = f"/customers/{scene.customer.pk}/contact/"
    data = {"given_name": "Marisol", "family_name": "Tennant", "phone": "559 555 0188", "town": "Fresno"}

    ann = signed_in(scene.ann)
    page = ann.get(address)
    drawn = page.context["form"].initial
    data |= {"key": str(drawn["key"]), "seen": drawn["seen"]}

    assert signed_in(scene.sid).get(address).status_code == 404
    assert signed_in(scene.sid).post(address, data).status_code == 404
    assert ann.post(address, data | {"phone": "12"}).status_code == 422
    assert ann.post(address, data).status_code == 302
    assert ann.post(address, data).status_code == 302

    scene.customer.refresh_from_db()
    assert scene.customer.phone == "+15595550188"
    event = AuditEvent.objects.get(act="CONTACT_CORRECTED")
    assert "0188" not in str(event.after)


@pytest.mark.parametrize(("country", "kept"), [("US", "+15595550142"), ("DE", "+495595550142")])
def test_number_without_a_prefix_is_one_of_the_companys_country(scene: Scene, country: str, kept: str) -> None:
    Company.objects.update(country=country)

    form = OpenCallForm({"key": str(new_key()), "phone_from": "559 555 0142"})
    form.is_valid()

    assert form.cleaned_data["phone_from"] == kept


def test_call_opens_from_a_number_that_nobody_can_read() -> None:
    form = OpenCallForm({"key": str(new_key()), "phone_from": "withheld"})
    form.is_valid()

    assert form.cleaned_data["phone_from"] == ""
