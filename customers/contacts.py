"""Customers added by hand, and their contact data corrected: checked, audited, never over somebody else's change.

Products, money and flags come with the intake; what a person may change is how a customer is called and reached.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from customers import audit, commitments, keys, numbers, phones
from customers.acts import Act
from customers.choices import CallState, CustomerKind
from customers.models import Call, Company, Customer
from customers.names import fold, remember_names
from customers.refusals import NotYours, Refused

ACCOUNT_PREFIX = "HD"
# What may be said of a contact, with the longest it may be. Telephone numbers are taken in any form.
CONTACT_FIELDS: Mapping[str, int] = {
    "given_name": 80,
    "family_name": 120,
    "kind": 24,
    "phone": 40,
    "other_phone": 40,
    "email": 254,
    "street": 120,
    "town": 80,
    "region": 80,
    "postcode": 16,
    "country": 2,
    "jurisdiction": 16,
}
_ACCOUNT_LONGEST = 40
_COUNTRY = re.compile(r"[A-Z]{2}")
_JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,8})?")


class FieldsWrong(Refused):
    """Some fields cannot be taken as they are; `fields` names each with a code: MISSING, TOO_LONG or WRONG."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("FIELDS_WRONG", fields=fields)
        self.fields = fields


def add_customer(
    *, contact: Mapping[str, str], account_number: str = "", by: int, role: str, now: datetime, key: UUID
) -> int:
    """Add a customer whom the records do not know; answers the id. A blank account number is made up.

    `contact` holds values of `CONTACT_FIELDS`. `FieldsWrong`, or `Refused`: ACCOUNT_TAKEN, NO_COMPANY before the desk
    is set up.
    """
    company = _company()
    contact = {"family_name": "", "country": company.country} | dict(contact)
    clean = _checked(contact, country=company.country)
    account_number = account_number.strip()
    if len(account_number) > _ACCOUNT_LONGEST:
        raise FieldsWrong({"account_number": "TOO_LONG"})
    try:
        with transaction.atomic():
            body = {"account_number": account_number, "fields": clean}
            claim = keys.claim(key=key, act=Act.CUSTOMER_ADDED, by=by, body=body)
            if claim.answer:
                return claim.answer.object_id
            customer = Customer.objects.create(
                **clean,
                account_number=account_number or numbers.new_number(ACCOUNT_PREFIX),
                currency=company.currency,
                customer_since=now.date(),
            )
            remember_names([fold(customer.family_name)])
            audit.append(
                by=by,
                role=role,
                act=Act.CUSTOMER_ADDED,
                object_kind="customer",
                object_id=customer.pk,
                customer_id=customer.pk,
                after={
                    "fields": sorted(name for name, value in clean.items() if value),
                    "committed": commitments.commit_to(customer_id=customer.pk, values=clean),
                },
                key=key,
            )
            claim.settle(object_id=customer.pk)
            return customer.pk
    except IntegrityError as error:
        if "customer_account_unique" in str(error):
            raise Refused("ACCOUNT_TAKEN") from error
        raise


@transaction.atomic
def correct_contact(
    *, customer_id: int, contact: Mapping[str, str], seen_changed_at: datetime, by: int, role: str, key: UUID
) -> bool:
    """Correct the fields named in `contact`, as they were seen at `seen_changed_at` (`queries.access_customer` first).

    Answers whether anything changed. The audit names the fields and commits to what they said and say. `FieldsWrong`,
    `NotYours`, or `Refused("CHANGED_ELSEWHERE")` when somebody else has changed the customer meanwhile.
    """
    clean = _checked(contact, country=_company().country)
    body = {"customer": customer_id, "fields": clean}
    claim = keys.claim(key=key, act=Act.CONTACT_CORRECTED, by=by, body=body)
    if claim.answer:
        return False
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise NotYours(customer_id=customer_id)
    changed = sorted(name for name, value in clean.items() if getattr(customer, name) != value)
    if changed:
        if customer.changed_at != seen_changed_at:
            raise Refused("CHANGED_ELSEWHERE")
        before = commitments.commit_to(
            customer_id=customer_id, values={name: getattr(customer, name) for name in changed}
        )
        for name in changed:
            setattr(customer, name, clean[name])
        customer.save(update_fields=[*changed, "changed_at"])
        remember_names([fold(customer.family_name)])
        theirs = Call.objects.filter(customer=customer, agent_id=by).exclude(state=CallState.CLOSED)
        audit.append(
            by=by,
            role=role,
            act=Act.CONTACT_CORRECTED,
            object_kind="customer",
            object_id=customer_id,
            customer_id=customer_id,
            call_id=theirs.values_list("pk", flat=True).first(),
            before={"committed": before},
            after={
                "fields": changed,
                "committed": commitments.commit_to(
                    customer_id=customer_id, values={name: clean[name] for name in changed}
                ),
            },
            key=key,
        )
    claim.settle(object_id=customer_id)
    return bool(changed)


def _company() -> Company:
    company = Company.objects.first()
    if company is None:
        raise Refused("NO_COMPANY")
    return company


def _checked(contact: Mapping[str, str], *, country: str) -> dict[str, Any]:
    """The fields with numbers in E.164 and spaces trimmed; `FieldsWrong` with every fault at once."""
    clean = {name: " ".join(contact[name].replace("\x00", "").split()) for name in contact}
    for name in ("country", "jurisdiction"):
        if name in clean:
            clean[name] = clean[name].upper()
    wrong = {name: "WRONG" for name, value in clean.items() if not _fits(name, value)}
    if clean.get("family_name") == "":
        wrong["family_name"] = "MISSING"
    known = clean.get("country", country)
    for name in ("phone", "other_phone"):
        number = phones.e164(clean.get(name, ""), country=known if _COUNTRY.fullmatch(known) else country)
        if number is None:
            wrong[name] = "WRONG"
        elif name in clean:
            clean[name] = number
    too_long = {name: "TOO_LONG" for name, value in clean.items() if len(value) > CONTACT_FIELDS[name]}
    if wrong or too_long:
        raise FieldsWrong(too_long | wrong)
    return clean


def _fits(name: str, value: str) -> bool:
    """Whether a value has the form of its field."""
    if name == "email" and value:
        return _is_email(value)
    if name == "country":
        return bool(_COUNTRY.fullmatch(value))
    if name == "jurisdiction" and value:
        return bool(_JURISDICTION.fullmatch(value))
    return name != "kind" or value in CustomerKind.values


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
