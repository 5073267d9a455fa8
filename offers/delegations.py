"""Standing in: one person decides with the authority and the budget of another who is away, until a set end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from customers import audit, keeping, keys
from customers.keeping import NotValid
from customers.refusals import NotYours, Refused
from offers import ledger
from offers.acts import Act
from offers.models import Delegation

LONGEST = timedelta(days=31)


def give_delegation(
    *,
    of_id: int,
    to_id: int,
    starts_at: datetime,
    ends_at: datetime,
    why: str,
    by: int,
    role: str,
    now: datetime,
    key: UUID,
) -> Delegation:
    """Let `to_id` decide with the authority of `of_id` from `starts_at` until `ends_at`; never for oneself.

    Raises `NotValid` (nobody else, an end that is over or before the beginning, no reason), `Refused` OWN_LIMIT,
    NOT_DELEGABLE for grades that cannot, or more than 31 days.
    """
    if of_id == to_id:
        raise NotValid(field="to", why=_("Choose somebody else to stand in."))
    if by == to_id:
        raise Refused("OWN_LIMIT")
    if ends_at <= max(starts_at, now):
        raise NotValid(field="ends_at", why=_("The end comes after the beginning, and is still to come."))
    if ends_at - starts_at > LONGEST:
        raise Refused("NOT_DELEGABLE")
    if not why.strip():
        raise NotValid(field="why", why=_("Say why, in a few words."))
    body = {"of": of_id, "to": to_id, "starts_at": starts_at, "ends_at": ends_at, "why": why}
    with ledger.heard(), transaction.atomic():
        claim = keys.claim(key=key, act=Act.DELEGATION_GIVEN, by=by, body=body)
        if claim.answer:
            return Delegation.objects.get(pk=claim.answer.object_id)
        given = keeping.add(
            Delegation,
            {
                "of_id": of_id,
                "to_id": to_id,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "why": why,
                "given_by_id": by,
                "recorded_at": now,
            },
            act=Act.DELEGATION_GIVEN,
            object_kind="delegation",
            by=by,
            role=role,
            words=why,
            silent=frozenset({"why", "given_by_id", "recorded_at"}),
        )
        claim.settle(object_id=given.pk)
    return given


def end_delegation(*, delegation_id: int, by: int, role: str) -> None:
    """End it at once, before its time. Raises `NotYours`, `Refused` ALREADY_RESOLVED when it has ended."""
    with ledger.heard(), transaction.atomic():
        given = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
        if given is None:
            raise NotYours
        if given.ended_at is not None:
            raise Refused("ALREADY_RESOLVED")
        # The guard stamps the moment.
        Delegation.objects.filter(pk=delegation_id).update(ended_by_id=by)
        audit.append(
            by=by,
            role=role,
            act=Act.DELEGATION_ENDED,
            object_kind="delegation",
            object_id=given.pk,
            after={"of_id": given.of_id, "to_id": given.to_id},
        )
