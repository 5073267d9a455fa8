"""Customers added and corrected by hand."""

import pytest

from customers import audit, contacts
from customers.contacts import FieldsWrong
from customers.look_up import look_up
from customers.models import AuditEvent, Customer
from customers.refusals import KeyReused, NotYours, Refused
from retention_desk.people.models import User
from tests import builders

pytestmark = pytest.mark.django_db

IMANI = {
    "given_name": " Imani ",
    "family_name": "Castle",
    "phone": "(559) 555-0142",
    "email": "imani@example.com",
    "town": "Fresno",
    "country": "us",
    "jurisdiction": "us-ca",
}


@pytest.fixture
def ann() -> User:
    """The agent who acts, in a company of the United States."""
    builders.make_company()
    return builders.make_agent("ann")


def add(agent: User, contact: dict[str, str] = IMANI, **other: object) -> int:
    """Add a customer the way the form does."""
    given = {
        "contact": contact,
        "by": agent.pk,
        "role": "AGENT",
        "now": builders.desk_now(),
        "key": builders.new_key(),
    } | other
    return contacts.add_customer(**given)  # type: ignore[arg-type]


def correct(agent: User, customer: Customer, contact: dict[str, str], **other: object) -> None:
    """Correct a customer the way the form does."""
    given = {
        "customer_id": customer.pk,
        "contact": contact,
        "seen_changed_at": customer.changed_at,
        "by": agent.pk,
        "role": "AGENT",
        "key": builders.new_key(),
    } | other
    contacts.correct_contact(**given)  # type: ignore[arg-type]


def test_add_normalises_and_can_be_found_at_once(ann: User) -> None:
    customer = Customer.objects.get(pk=add(ann))

    assert (customer.name, customer.phone, customer.country) == ("Imani Castle", "+15595550142", "US")
    assert (customer.jurisdiction, customer.currency) == ("US-CA", "USD")
    assert customer.account_number.startswith("HD")
    assert [row.customer_id for row in look_up(text="castel", region="US").rows] == [customer.pk]
    told = AuditEvent.objects.get(act="CUSTOMER_ADDED")
    assert told.customer_id == customer.pk
    assert "Castle" not in str(told.after)


def test_add_twice_with_one_key_is_one_customer(ann: User) -> None:
    key = builders.new_key()

    assert add(ann, key=key) == add(ann, key=key)

    with pytest.raises(KeyReused):
        add(ann, IMANI | {"town": "Reno"}, key=key)
    assert Customer.objects.count() == 1


def test_add_refuses_a_taken_account_number(ann: User) -> None:
    builders.make_customer(account_number="8842-0031")

    with pytest.raises(Refused, match="ACCOUNT_TAKEN"):
        add(ann, account_number="8842 0031")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"family_name": " "}, {"family_name": "MISSING"}),
        ({"family_name": "x" * 121}, {"family_name": "TOO_LONG"}),
        ({"phone": "12", "email": "nobody"}, {"phone": "WRONG", "email": "WRONG"}),
        ({"other_phone": "call me"}, {"other_phone": "WRONG"}),
        ({"country": "USA"}, {"country": "WRONG"}),
        ({"jurisdiction": "California"}, {"jurisdiction": "WRONG"}),
        ({"kind": "ROBOT"}, {"kind": "WRONG"}),
    ],
)
def test_wrong_fields_are_named_all_at_once(ann: User, change: dict[str, str], fields: dict[str, str]) -> None:
    with pytest.raises(FieldsWrong) as refusal:
        add(ann, IMANI | change)

    assert refusal.value.fields == fields
    assert not Customer.objects.exists()


def test_correct_changes_what_differs_and_says_which_fields(ann: User) -> None:
    customer = Customer.objects.get(pk=add(ann))

    correct(ann, customer, {"family_name": "Castillo"})
    correct(ann, Customer.objects.get(), IMANI | {"family_name": "Castillo"})

    corrected = Customer.objects.get()
    assert (corrected.name, corrected.jurisdiction) == ("Imani Castillo", "US-CA")
    (told,) = AuditEvent.objects.filter(act="CONTACT_CORRECTED")
    assert told.after is not None
    assert told.after["fields"] == ["family_name"]
    assert [row.name for row in look_up(text="castilo", region="US").rows] == ["Imani Castillo"]


def test_correct_refuses_when_somebody_was_faster(ann: User) -> None:
    customer = Customer.objects.get(pk=add(ann))
    correct(ann, customer, {"town": "Reno"})

    with pytest.raises(Refused, match="CHANGED_ELSEWHERE"):
        correct(ann, customer, {"town": "Oakland"})

    assert Customer.objects.get().town == "Reno"
    with pytest.raises(NotYours):
        correct(ann, customer, IMANI, customer_id=0)


def test_nothing_is_saved_without_its_audit_row(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = Customer.objects.get(pk=add(ann))

    def broken(**_: object) -> int:
        raise RuntimeError("the audit is broken")

    monkeypatch.setattr(audit, "append", broken)

    with pytest.raises(RuntimeError):
        add(ann, IMANI | {"family_name": "Okafor"})
    with pytest.raises(RuntimeError):
        correct(ann, customer, {"town": "Reno"})
    assert [one.town for one in Customer.objects.all()] == ["Fresno"]
