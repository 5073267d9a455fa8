"""Written notices to customers: the senders behind the outbox's topics, by e-mail in the customer's language.

Whoever else has something to send connects a sender to its topic when its application starts. A topic without one
waits in the outbox and is counted there.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from customers import outbox
from customers.models import Cancellation, Company, Customer, OutboxMessage
from customers.numbers import grouped
from customers.outbox import Message, NotNow, Sender, Sent


def senders() -> Mapping[str, Sender]:
    """Every connected topic with its sender."""
    return _SENDERS


def connect(topic: str, sender: Sender) -> None:
    """Let `sender` deliver what is put under `topic`; ValueError when somebody does already."""
    if topic in _SENDERS:
        raise ValueError(f"{topic} has a sender already")
    _SENDERS[topic] = sender


def send_mail(message: Message, *, customer: Customer, template: str, context: Mapping[str, Any]) -> Sent:
    """Send `templates/mail/<template>.txt` to the customer, in their language. SKIPPED without an address.

    The mail carries the message's key as its id, so that a repeat after a crash is known for one.
    """
    if "@" not in customer.email:
        return Sent.SKIPPED
    company = Company.objects.values_list("name", flat=True).first() or ""
    words = {"name": customer.name, "company": company, "currency": customer.currency} | dict(context)
    with translation.override(language_of(customer)):
        subject = " ".join(render_to_string(f"mail/{template}_subject.txt", words).split())
        body = render_to_string(f"mail/{template}.txt", words).strip() + "\n"
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(" >") or "localhost"
    mail = EmailMessage(subject, body, to=[customer.email], headers={"Message-ID": f"<{message.key}@{host}>"})
    mail.send()
    return Sent.SENT


def language_of(customer: Customer) -> str:
    """The first of the customer's languages that the desk speaks; English where it speaks none."""
    for wanted in customer.languages:
        try:
            return translation.get_supported_language_variant(wanted.lower().replace("_", "-"))
        except LookupError:
            continue
    return "en"


def _cancellation(message: Message) -> Sent:
    """The confirmation of a cancellation; not when it has been taken back meanwhile."""
    cancellation = Cancellation.objects.select_related("customer").get(pk=int(str(message.payload["cancellation"])))
    if cancellation.customer is None or hasattr(cancellation, "undo"):
        return Sent.SKIPPED
    if "@" not in cancellation.customer.email:
        # The address went between the call and now; the notice is owed all the same.
        with transaction.atomic():
            outbox.put(
                topic="letter.cancellation",
                key=f"letter.cancellation:{cancellation.pk}",
                payload={"cancellation": cancellation.pk},
            )
        return Sent.SKIPPED
    lines = [
        {"name": line.subscription.product.name, "price_minor": line.price_minor}
        for line in cancellation.lines.select_related("subscription__product").order_by("pk")
    ]
    context = {
        "number": grouped(cancellation.number),
        "lines": lines,
        "effective_on": cancellation.effective_on,
        "last_bill_minor": cancellation.last_bill_minor,
        "fee_minor": cancellation.fee_minor,
        "device_balance_minor": cancellation.device_balance_minor,
        "bill_after_minor": cancellation.bill_after_minor,
        "porting_out": cancellation.porting_out,
        "confirm_identity": "identity" in cancellation.noted,
    }
    return send_mail(message, customer=cancellation.customer, template="cancellation", context=context)


def _cancellation_undone(message: Message) -> Sent:
    """That it is taken back; only to whom the confirmation had been sent."""
    cancellation = Cancellation.objects.select_related("customer").get(pk=int(str(message.payload["cancellation"])))
    notice = OutboxMessage.objects.filter(key=f"notice.cancellation:{cancellation.pk}").first()
    if notice is None or cancellation.customer is None:
        return Sent.SKIPPED
    if notice.delivered_at is None:
        # It may be on its way at this moment; once it has been sent or skipped we know.
        raise NotNow("AFTER_NOTICE")
    if notice.last_error == Sent.SKIPPED:
        return Sent.SKIPPED
    context = {"number": grouped(cancellation.number)}
    return send_mail(message, customer=cancellation.customer, template="cancellation_undone", context=context)


_SENDERS: dict[str, Sender] = {
    "notice.cancellation": _cancellation,
    "notice.cancellation_undone": _cancellation_undone,
}
