"""Complaints that are logged or closed during a call."""

from uuid import UUID

from django.db import transaction

from customers import keys, numbers, on_call
from customers.acts import Act
from customers.choices import CallEventKind, ComplaintKind, ComplaintStatus
from customers.models import Complaint
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused

CHANNEL = "call"


@transaction.atomic
def log(*, call_id: int, kind: ComplaintKind, subject: str, by: int, role: str, key: UUID) -> int:
    """Log a complaint of the call's customer; answers its id.

    `Refused`: NO_CUSTOMER, SUBJECT_MISSING.
    """
    subject = subject.strip()[:200]
    if not subject:
        raise Refused("SUBJECT_MISSING")
    body = {"call": call_id, "kind": kind, "subject": subject}
    claim = keys.claim(key=key, act=Act.COMPLAINT_LOGGED, by=by, body=body)
    if claim.answer:
        return claim.answer.object_id
    call = on_call.lock_unclosed(call_id, by=by)
    if call.customer_id is None:
        raise Refused("NO_CUSTOMER")
    complaint = Complaint.objects.create(
        number=numbers.new_number("CM"),
        customer_id=call.customer_id,
        kind=kind,
        subject=subject,
        channel=CHANNEL,
        opened_at=DeskNow(),
        opened_by_id=by,
        opened_on_call=call,
    )
    on_call.record(
        call,
        act=Act.COMPLAINT_LOGGED,
        by=by,
        role=role,
        event=CallEventKind.COMPLAINT_LOGGED,
        detail={"complaint": complaint.pk, "number": complaint.number, "kind": kind},
        object_kind="complaint",
        object_id=complaint.pk,
        key=key,
    )
    claim.settle(object_id=complaint.pk)
    return complaint.pk


@transaction.atomic
def close(*, complaint_id: int, call_id: int, resolution: str, by: int, role: str, key: UUID) -> None:
    """Close a complaint of the call's customer with what was done.

    `NotYours` for another customer's, `Refused`: RESOLUTION_MISSING, ALREADY_CLOSED when it was closed elsewhere.
    """
    resolution = resolution.strip()[:200]
    if not resolution:
        raise Refused("RESOLUTION_MISSING")
    body = {"complaint": complaint_id, "call": call_id, "resolution": resolution}
    claim = keys.claim(key=key, act=Act.COMPLAINT_CLOSED, by=by, body=body)
    if claim.answer:
        return
    call = on_call.lock_unclosed(call_id, by=by)
    if call.customer_id is None:
        raise Refused("NO_CUSTOMER")
    complaint = Complaint.objects.select_for_update().filter(pk=complaint_id, customer_id=call.customer_id).first()
    if complaint is None:
        raise NotYours(complaint_id=complaint_id)
    if complaint.closed_at is not None:
        raise Refused("ALREADY_CLOSED", complaint_id=complaint_id)
    Complaint.objects.filter(pk=complaint_id).update(
        status=ComplaintStatus.CLOSED,
        closed_at=DeskNow(),
        closed_by_id=by,
        closed_on_call=call,
        resolution=resolution,
    )
    on_call.record(
        call,
        act=Act.COMPLAINT_CLOSED,
        by=by,
        role=role,
        event=CallEventKind.COMPLAINT_CLOSED,
        detail={"complaint": complaint_id, "number": complaint.number},
        before={"status": complaint.status},
        object_kind="complaint",
        object_id=complaint_id,
        key=key,
    )
    claim.settle(object_id=complaint_id)
