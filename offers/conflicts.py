"""Accounts of people who work here: declared by themselves, so that somebody else decides about them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _

from customers import audit, keeping, keys
from customers.keeping import NotValid
from customers.models import Customer
from customers.refusals import NotYours, Refused
from offers.acts import Act
from offers.models import OwnLine


def declare_own_line(*, user_id: int, account_number: str, by: int, role: str, now: datetime, key: UUID) -> OwnLine:
    """Note that an account is this person's (or their household's). Declared again, it is the same declaration.

    From then on nobody with an own limit below a supervisor's gives anything on it, and its owner nothing at all.
    Raises `NotValid` for an account that is not there.
    """
    with transaction.atomic():
        body = {"user": user_id, "account": account_number}
        claim = keys.claim(key=key, act=Act.OWN_LINE_DECLARED, by=by, body=body)
        if claim.answer:
            return OwnLine.objects.get(pk=claim.answer.object_id)
        asked = Func(Value(account_number), function="desk_account_key")
        customer = Customer.objects.annotate(asked=asked).filter(account_key=F("asked")).exclude(account_key="").first()
        if customer is None:
            raise NotValid(field="account_number", why=_("There is no account with this number."))
        line = OwnLine.objects.filter(user_id=user_id, customer=customer, ended_at=None).first()
        if line is None:
            line = keeping.add(
                OwnLine,
                {"user_id": user_id, "customer_id": customer.pk, "declared_by_id": by, "declared_at": now},
                act=Act.OWN_LINE_DECLARED,
                object_kind="own_line",
                by=by,
                role=role,
                silent=frozenset({"declared_by_id", "declared_at"}),
            )
        claim.settle(object_id=line.pk)
    return line


def end_own_line(*, own_line_id: int, by: int, role: str, now: datetime) -> None:
    """Note that an account is nobody's here any more; never by its owner.

    Raises `NotYours`, `Refused` OWN_LIMIT, ALREADY_RESOLVED.
    """
    with transaction.atomic():
        line = OwnLine.objects.select_for_update().filter(pk=own_line_id).first()
        if line is None:
            raise NotYours
        if line.user_id == by:
            raise Refused("OWN_LIMIT")
        if line.ended_at is not None:
            raise Refused("ALREADY_RESOLVED")
        line.ended_at = now
        line.save(update_fields=["ended_at"])
        audit.append(
            by=by,
            role=role,
            act=Act.OWN_LINE_ENDED,
            object_kind="own_line",
            object_id=line.pk,
            customer_id=line.customer_id,
            after={"user_id": line.user_id},
        )
