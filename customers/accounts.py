"""Customers that are added by hand, and contact data that is corrected during a call. One transaction each.

Products, money and flags come with the intake; what an agent may change is how a customer is called and reached.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from customers import audit, keys
from customers.acts import Act
from customers.choices import CallState, CustomerKind
from customers.models import Call, Company, Customer
from customers.refusals import NotYours, Refused

CONTACT_FIELDS = (
    "given_name",
    "family_name",
    "phone",
    "other_phone",
    "email",
    "street",
    "town",
    "region",
    "postcode",
)


@transaction.atomic
def add_customer(
    *, account_number: str, kind: CustomerKind, contact: Mapping[str, str], by: int, role: str, key: UUID
) -> int:
    """Add a customer whom the records do not know; answers the id.

    `contact` holds values of `CONTACT_FIELDS`, telephone numbers in E.164. `Refused`: ACCOUNT_TAKEN, NO_COMPANY.
    """
    body = {"account_number": account_number, "kind": str(kind), **_known(contact)}
    claim = keys.claim(key=key, act=Act.CUSTOMER_ADDED, by=by, body=body)
    if claim.answer and claim.answer.object_id is not None:
        return claim.answer.object_id
    company = Company.objects.first()
    if company is None:
        raise Refused("NO_COMPANY")
    customer = Customer(
        account_number=account_number, kind=kind, currency=company.currency, country=company.country, **_known(contact)
    )
    taken = Customer.objects.filter(account_key=_account_key(account_number)).exists()
    if taken:
        raise Refused("ACCOUNT_TAKEN")
    customer.save()
    audit.append(
        by=by,
        role=role,
        act=Act.CUSTOMER_ADDED,
        object_kind="customer",
        object_id=customer.pk,
        customer_id=customer.pk,
        after={"kind": str(kind)},
        key=key,
    )
    claim.settle(object_id=customer.pk)
    return customer.pk


@transaction.atomic
def correct_contact(*, customer_id: int, contact: Mapping[str, str], by: int, role: str) -> bool:
    """Correct how a customer is reached, for the agent who has them on a call; answers whether anything changed.

    The record names the fields that changed, never what they say. `NotYours` without such a call.
    """
    call = Call.objects.filter(customer_id=customer_id, agent_id=by).exclude(state=CallState.CLOSED).first()
    if call is None:
        raise NotYours(customer_id=customer_id)
    customer = Customer.objects.select_for_update().get(pk=customer_id)
    changed = [name for name, value in _known(contact).items() if getattr(customer, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(customer, name, contact[name])
    customer.save(update_fields=[*changed, "changed_at"])
    audit.append(
        by=by,
        role=role,
        act=Act.CONTACT_CORRECTED,
        object_kind="customer",
        object_id=customer_id,
        customer_id=customer_id,
        call_id=call.pk,
        after={"fields": changed},
    )
    return True


def _known(contact: Mapping[str, str]) -> dict[str, str]:
    return {name: contact[name] for name in CONTACT_FIELDS if name in contact}


def _account_key(account_number: str) -> str:
    """As `desk_account_key` in SQL: letters and digits only, in capitals."""
    return "".join(sign for sign in account_number if sign.isascii() and sign.isalnum()).upper()
