"""Written notices of what was given: the terms of an accepted offer, in the customer's language, after the call."""

from customers import notices
from customers.outbox import Message, Sent
from offers.models import Concession, Proposal


def connect() -> None:
    """Take over the outbox's topics of offers; called once when the application starts."""
    notices.connect("notice.terms", send_terms)


def send_terms(message: Message) -> Sent:
    """Mail the terms of the accepted proposal: what it is, for how long, and what the bill is then and afterwards."""
    agreed = Proposal.objects.select_related("customer", "offer_version__offer")
    proposal = agreed.get(pk=int(str(message.payload["proposal"])))
    concession = Concession.objects.get(proposal=proposal)
    customer, version = proposal.customer, proposal.offer_version
    language = notices.language_of(customer)
    context = {
        "offer": version.word("name", language) or version.offer.code,
        "terms": version.word("terms", language),
        "bill_before_minor": proposal.bill_before_minor,
        "bill_after_minor": proposal.bill_after_minor,
        "amount_minor": 0 if proposal.monthly_minor else proposal.amount_minor,
        "starts_on": concession.starts_on,
        "ends_on": concession.ends_on,
    }
    return notices.send_mail(message, customer=customer, template="terms", context=context)
