"""Commitments: a personal value that changed is proved by the audit and not held by it, and can be forgotten."""

import threading

import pytest
from django.db import DatabaseError, connections, transaction

from customers import audit, commitments, contacts
from customers.models import AuditEvent, Customer, CustomerSalt
from tests import builders

pytestmark = pytest.mark.django_db


def corrected(customer: Customer, **contact: str) -> AuditEvent:
    """Correct a customer, and answer the event of it."""
    contacts.correct_contact(
        customer_id=customer.pk,
        contact=contact,
        seen_changed_at=customer.changed_at,
        by=7,
        role="AGENT",
        key=builders.new_key(),
    )
    return AuditEvent.objects.get(act="CONTACT_CORRECTED")


@pytest.fixture
def customer(db: None) -> Customer:
    builders.make_company()
    return builders.make_customer(email="ilse.brandt@example.com")


def test_audit_proves_what_a_value_was_and_is(customer: Customer) -> None:
    builders.make_agent("ann")
    event = corrected(customer, email="ilse.kaya@example.com")

    assert event.before is not None
    assert event.after is not None
    assert event.after["fields"] == ["email"]
    was, now = event.before["committed"]["email"], event.after["committed"]["email"]
    assert was != now
    for value, commitment, proved in (
        ("ilse.brandt@example.com", was, True),
        ("ilse.kaya@example.com", now, True),
        ("ilse.kaya@example.com", was, False),
    ):
        assert commitments.stands(customer_id=customer.pk, field="email", value=value, commitment=commitment) is proved
    assert "ilse" not in str(event.before) + str(event.after)


def test_after_erasure_nothing_can_be_worked_out_and_the_chain_stays_whole(customer: Customer) -> None:
    event = corrected(customer, email="ilse.kaya@example.com")
    assert event.after is not None

    commitments.erase(customer_id=customer.pk)

    assert not commitments.stands(
        customer_id=customer.pk,
        field="email",
        value="ilse.kaya@example.com",
        commitment=event.after["committed"]["email"],
    )
    assert not CustomerSalt.objects.exists()
    assert audit.verify().is_clean
    fresh = commitments.commit_to(customer_id=customer.pk, values={"email": "ilse.kaya@example.com"})
    assert fresh["email"] != event.after["committed"]["email"], "a new salt makes nothing of the old ones provable"


def test_same_value_of_two_people_or_two_fields_is_not_told(customer: Customer) -> None:
    other = builders.make_customer()
    values = {"phone": "+15595550142", "other_phone": "+15595550142", "email": ""}

    first = commitments.commit_to(customer_id=customer.pk, values=values)
    second = commitments.commit_to(customer_id=other.pk, values=values)

    assert len({first["phone"], first["other_phone"], second["phone"], second["other_phone"]}) == 4
    assert first["email"] == ""


@pytest.mark.django_db(transaction=True)
def test_two_at_once_commit_with_one_salt() -> None:
    found: list[str] = []
    start = threading.Barrier(4)

    def commit() -> None:
        start.wait()
        found.append(commitments.commit_to(customer_id=5, values={"town": "Fresno"})["town"])
        connections.close_all()

    threads = [threading.Thread(target=commit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1


def test_salt_is_never_changed(customer: Customer) -> None:
    commitments.commit_to(customer_id=customer.pk, values={"town": "Fresno"})

    with pytest.raises(DatabaseError), transaction.atomic():
        CustomerSalt.objects.filter(pk=customer.pk).update(salt=b"another")
