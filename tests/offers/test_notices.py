"""The written notice of what was agreed."""

import pytest
from django.core import mail

from customers import outbox, tasks
from offers import ledger, outcomes
from offers.choices import Grade
from tests import builders
from tests.offers.builders import facts_of, make_limits, make_offer, make_scheme

pytestmark = pytest.mark.django_db


def test_accepted_offer_is_confirmed_in_the_customers_language() -> None:
    builders.make_company()
    ann = builders.make_agent()
    customer = builders.make_customer(languages=["de"])
    builders.make_subscription(customer)
    call = builders.make_call(ann, customer, identity="CHECKED")
    words = {"de": {"name": "Treuerabatt", "say": "", "terms": "Danach wieder der Listenpreis."}}
    facts = facts_of(
        call, make_offer(words=words), make_limits()[Grade.AGENT], make_scheme(), customer_cap_minor=13_000
    )
    proposal_id = ledger.act("authorise_proposal", facts)

    outcomes.accept(
        proposal_id=proposal_id,
        disclosures=call.policy.rules["disclosures_before_accept"],
        by=ann.pk,
        role="AGENT",
        key=builders.new_key(),
    )
    left = tasks.relay_outbox()

    assert left == 1
    (sent,) = mail.outbox
    assert sent.to == [customer.email]
    assert "Treuerabatt" in sent.subject
    assert "Danach wieder der Listenpreis." in sent.body
    assert "73,99" in sent.body
    assert [one.topic for one in outbox.waiting()] == ["billing.concession"]
