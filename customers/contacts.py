"""Customers added by hand, and their contact data corrected: checked, audited, never over somebody else's change."""

import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from customers import audit, keys, numbers
from customers.acts import Act
from customers.choices import CustomerKind
from customers.models import Company, Customer
from customers.names import fold, remember_names
from customers.refusals import NotYours, Refused

ACCOUNT_PREFIX = "HD"
_LONGEST = {
    "given_name": 80,
    "family_name": 120,
    "street": 120,
    "town": 80,
    "region": 80,
    "postcode": 16,
    "account_number": 40,
}
_COUNTRY = re.compile(r"[A-Z]{2}")
_JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,8})?")


@dataclass(frozen=True, slots=True)
class Contact:
    """Who somebody is and how they are reached, as typed. Telephone numbers in any form; `languages` as codes."""

    given_name: str = ""
    family_name: str = ""
    kind: str = CustomerKind.PRIVATE
    phone: str = ""
    other_phone: str = ""
    email: str = ""
    street: str = ""
    town: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    jurisdiction: str = ""
    languages: tuple[str, ...] = ()


class FieldsWrong(Refused):
    """Some fields cannot be taken as they are; `fields` names each with a code: MISSING, TOO_LONG or WRONG."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("FIELDS_WRONG", fields=fields)
        self.fields = fields


def add_customer(*, contact: Contact, account_number: str = "", by: int, role: str, now: datetime, key: UUID) -> int:
    """Add a customer; answers the id. A blank account number is made up.

    `FieldsWrong`, or `Refused`: ACCOUNT_TAKEN, NO_COMPANY before the desk is set up.
    """
    company = Company.objects.first()
    if company is None:
        raise Refused("NO_COMPANY")
    clean = _checked(contact, company=company)
    if len(account_number) > _LONGEST["account_number"]:
        raise FieldsWrong({"account_number": "TOO_LONG"})
    try:
        with transaction.atomic():
            claim = keys.claim(key=key, act=Act.CUSTOMER_ADDED, by=by, body={"fields": asdict(clean)})
            if claim.answer:
                return claim.answer.object_id
            customer = Customer.objects.create(
                **_columns(clean),
                account_number=account_number.strip() or numbers.new_number(ACCOUNT_PREFIX),
                currency=company.currency,
                customer_since=now.date(),
            )
            remember_names([fold(clean.family_name)])
            audit.append(
                by=by,
                role=role,
                act=Act.CUSTOMER_ADDED,
                object_kind="customer",
                object_id=customer.pk,
                customer_id=customer.pk,
                after={"fields": sorted(name for name, value in asdict(clean).items() if value)},
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
    *,
    customer_id: int,
    contact: Contact,
    seen_changed_at: datetime,
    by: int,
    role: str,
    key: UUID,
    call_id: int | None = None,
) -> None:
    """Correct a customer's contact data, as they were seen at `seen_changed_at` (`queries.access_customer` first).

    `FieldsWrong`, or `Refused("CHANGED_ELSEWHERE")` when somebody else has changed the customer meanwhile.
    """
    company = Company.objects.first()
    if company is None:
        raise Refused("NO_COMPANY")
    clean = _checked(contact, company=company)
    body = {"customer": customer_id, "fields": asdict(clean)}
    claim = keys.claim(key=key, act=Act.CONTACT_CORRECTED, by=by, body=body)
    if claim.answer:
        return
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise NotYours(customer_id=customer_id)
    columns = _columns(clean)
    changed = sorted(name for name, value in columns.items() if getattr(customer, name) != value)
    if changed:
        if customer.changed_at != seen_changed_at:
            raise Refused("CHANGED_ELSEWHERE", changed_at=customer.changed_at)
        for name in changed:
            setattr(customer, name, columns[name])
        customer.save(update_fields=[*changed, "changed_at"])
        remember_names([fold(clean.family_name)])
        audit.append(
            by=by,
            role=role,
            act=Act.CONTACT_CORRECTED,
            object_kind="customer",
            object_id=customer_id,
            customer_id=customer_id,
            call_id=call_id,
            after={"fields": changed},
            key=key,
        )
    claim.settle(object_id=customer_id)


def _checked(contact: Contact, *, company: Company) -> Contact:
    """The contact with its numbers in E.164 and its spaces trimmed; `FieldsWrong` with every fault at once."""
    trimmed: dict[str, Any] = {name: " ".join(getattr(contact, name).split()) for name in _TEXTS}
    clean = replace(contact, **trimmed)
    clean = replace(clean, country=clean.country.upper() or company.country, jurisdiction=clean.jurisdiction.upper())
    wrong: dict[str, str] = {}
    if not clean.family_name:
        wrong["family_name"] = "MISSING"
    for name, most in _LONGEST.items():
        if len(getattr(clean, name, "")) > most:
            wrong[name] = "TOO_LONG"
    numbers_given: dict[str, Any] = {}
    known = clean.country if _COUNTRY.fullmatch(clean.country) else company.country
    for name in ("phone", "other_phone"):
        number = _e164(getattr(clean, name), country=known)
        if number is None:
            wrong[name] = "WRONG"
        else:
            numbers_given[name] = number
    if clean.email and not _is_email(clean.email):
        wrong["email"] = "WRONG"
    if not _COUNTRY.fullmatch(clean.country):
        wrong["country"] = "WRONG"
    if clean.jurisdiction and not _JURISDICTION.fullmatch(clean.jurisdiction):
        wrong["jurisdiction"] = "WRONG"
    if clean.kind not in CustomerKind.values:
        wrong["kind"] = "WRONG"
    if wrong:
        raise FieldsWrong(wrong)
    return replace(clean, **numbers_given)


_TEXTS = (
    "given_name",
    "family_name",
    "phone",
    "other_phone",
    "email",
    "street",
    "town",
    "region",
    "postcode",
    "country",
    "jurisdiction",
)


def _columns(contact: Contact) -> dict[str, object]:
    return asdict(contact) | {"languages": list(contact.languages)}


def _e164(text: str, *, country: str) -> str | None:
    """The number in E.164; blank stays blank, None for what is no number."""
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
