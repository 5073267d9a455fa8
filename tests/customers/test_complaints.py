"""Complaints logged and closed on a call."""

import pytest
from django.db import transaction

from customers import audit, complaints, queries
from customers.choices import ComplaintKind
from customers.models import Call, Complaint
from customers.refusals import NotYours, Refused
from retention_desk.people.models import User
from tests import builders

pytestmark = pytest.mark.django_db


def log(agent: User, call: Call, subject: str = "No technician came", **other: object) -> int:
    """Log a complaint the way the form does."""
    given = {
        "call_id": call.pk,
        "kind": ComplaintKind.VISIT,
        "subject": subject,
        "by": agent.pk,
        "role": "AGENT",
        "key": builders.new_key(),
    } | other
    return complaints.log(**given)  # type: ignore[arg-type]


def close(agent: User, call: Call, complaint_id: int, resolution: str = "Booked for Tuesday", **other: object) -> None:
    """Close a complaint the way the form does."""
    given = {
        "complaint_id": complaint_id,
        "call_id": call.pk,
        "resolution": resolution,
        "by": agent.pk,
        "role": "AGENT",
        "key": builders.new_key(),
    } | other
    complaints.close(**given)  # type: ignore[arg-type]


def test_log_and_close_stand_on_the_sheet_and_on_the_call(ann: User) -> None:
    call = builders.make_call(ann, builders.make_customer())
    key = builders.new_key()

    complaint_id = log(ann, call, key=key)
    assert log(ann, call, key=key) == complaint_id
    assert queries.call_sheet(call_id=call.pk, by=ann.pk, language="en").open_complaints == 1
    close(ann, call, complaint_id, key=(again := builders.new_key()))
    close(ann, call, complaint_id, key=again)

    sheet = queries.call_sheet(call_id=call.pk, by=ann.pk, language="en")
    assert sheet.open_complaints == 0
    assert sheet.complaints[0].closed_on_call_id == sheet.complaints[0].opened_on_call_id == call.pk
    assert [event.kind for event in sheet.events] == ["COMPLAINT_LOGGED", "COMPLAINT_CLOSED"]
    complaint = Complaint.objects.get()
    assert (complaint.status, complaint.opened_by, complaint.closed_by) == ("CLOSED", ann, ann)
    assert complaint.number.startswith("CM")


def test_refusals(ann: User) -> None:
    sid = builders.make_agent("sid")
    call = builders.make_call(ann, builders.make_customer())
    foreign = builders.make_complaint(builders.make_customer())
    complaint_id = log(ann, call)

    with pytest.raises(Refused, match="SUBJECT_MISSING"):
        log(ann, call, "  ")
    with pytest.raises(Refused, match="RESOLUTION_MISSING"):
        close(ann, call, complaint_id, "")
    with pytest.raises(NotYours):
        close(ann, call, foreign.pk)
    for act in (lambda: log(sid, call), lambda: close(sid, call, complaint_id)):
        with pytest.raises(NotYours):
            act()
    close(ann, call, complaint_id)
    with pytest.raises(Refused, match="ALREADY_CLOSED"):
        close(ann, call, complaint_id)
    builders.close_call(call)
    nobody = builders.make_call(ann, None)
    with pytest.raises(Refused, match="NO_CUSTOMER"):
        log(ann, nobody)
    with pytest.raises(Refused, match="NO_CUSTOMER"):
        close(ann, nobody, complaint_id)


def test_nothing_is_saved_without_its_audit_row(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    call = builders.make_call(ann, builders.make_customer())
    complaint_id = log(ann, call)

    def broken(**_: object) -> int:
        raise RuntimeError("the audit is broken")

    monkeypatch.setattr(audit, "append", broken)

    with pytest.raises(RuntimeError), transaction.atomic():
        log(ann, call)
    with pytest.raises(RuntimeError), transaction.atomic():
        close(ann, call, complaint_id)
    assert list(Complaint.objects.values_list("pk", "closed_at")) == [(complaint_id, None)]
