"""The columns of the desk that a mapping may fill: what each holds, how long it may be, and the words it may have."""

from dataclasses import dataclass

from customers.choices import ComplaintKind, ComplaintStatus, CustomerKind, InteractionKind, SubscriptionState
from customers.intake.specs import Kind


@dataclass(frozen=True)
class FieldRule:
    """How a column of the desk is written: its kind, how long it may be, and the only words it may have."""

    kind: Kind
    longest: int = 0
    words: tuple[str, ...] = ()
    negative: bool = False


CUSTOMER_FIELDS = {
    "kind": FieldRule(Kind.WORD, words=tuple(CustomerKind.values)),
    "given_name": FieldRule(Kind.TEXT, 80),
    "family_name": FieldRule(Kind.TEXT, 120),
    "phone": FieldRule(Kind.PHONE),
    "other_phone": FieldRule(Kind.PHONE),
    "email": FieldRule(Kind.EMAIL, 254),
    "street": FieldRule(Kind.TEXT, 120),
    "town": FieldRule(Kind.TEXT, 80),
    "region": FieldRule(Kind.TEXT, 80),
    "postcode": FieldRule(Kind.TEXT, 16),
    "country": FieldRule(Kind.CODE, 2),
    "jurisdiction": FieldRule(Kind.TEXT, 16),
    "language": FieldRule(Kind.TEXT, 12),
    "currency": FieldRule(Kind.CURRENCY),
    "since": FieldRule(Kind.DATE),
    "left_on": FieldRule(Kind.DATE),
    "left_reason": FieldRule(Kind.TEXT, 120),
    "balance": FieldRule(Kind.MONEY, negative=True),
    "past_due": FieldRule(Kind.MONEY),
    "autopay": FieldRule(Kind.YES_NO),
    "payment_method": FieldRule(Kind.TEXT, 40),
    "paid_until": FieldRule(Kind.DATE),
    "care_needed": FieldRule(Kind.YES_NO),
    "do_not_offer": FieldRule(Kind.YES_NO),
    "fraud_watch": FieldRule(Kind.YES_NO),
    "staff_line": FieldRule(Kind.YES_NO),
}
SUBSCRIPTION_FIELDS = {
    "state": FieldRule(Kind.WORD, words=tuple(SubscriptionState.values)),
    "quantity": FieldRule(Kind.WHOLE, 1000),
    "note": FieldRule(Kind.TEXT, 120),
    "service_number": FieldRule(Kind.PHONE),
    "started_on": FieldRule(Kind.DATE),
    "ends_on": FieldRule(Kind.DATE),
    "price": FieldRule(Kind.MONEY),
    "promotion": FieldRule(Kind.MONEY),
    "promotion_ends_on": FieldRule(Kind.DATE),
    "promotion_name": FieldRule(Kind.TEXT, 80),
    "bundle": FieldRule(Kind.MONEY),
    "contract_ends_on": FieldRule(Kind.DATE),
    "exit_fee_monthly": FieldRule(Kind.MONEY),
    "device_balance": FieldRule(Kind.MONEY),
}
COMPLAINT_FIELDS = {
    "kind": FieldRule(Kind.WORD, words=tuple(ComplaintKind.values)),
    "subject": FieldRule(Kind.TEXT, 200),
    "status": FieldRule(Kind.WORD, words=tuple(ComplaintStatus.values)),
    "channel": FieldRule(Kind.TEXT, 40),
    "on_behalf": FieldRule(Kind.YES_NO),
    "town": FieldRule(Kind.TEXT, 80),
    "region": FieldRule(Kind.TEXT, 80),
    "postcode": FieldRule(Kind.TEXT, 16),
    "closed_at": FieldRule(Kind.MOMENT),
    "resolution": FieldRule(Kind.TEXT, 200),
}
INTERACTION_FIELDS = {
    "kind": FieldRule(Kind.WORD, words=tuple(InteractionKind.values)),
    "title": FieldRule(Kind.TEXT, 120),
    "detail": FieldRule(Kind.TEXT, 300),
    "amount": FieldRule(Kind.MONEY, negative=True),
}
FACT_KINDS = {
    "text": Kind.TEXT, "yes_no": Kind.YES_NO, "whole": Kind.WHOLE, "number": Kind.NUMBER, "money": Kind.MONEY,
    "date": Kind.DATE,
}  # fmt: skip
LONGEST_FACT = 500
