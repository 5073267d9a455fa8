"""Wrapping a call up is one act: everything of it is kept, or nothing."""

from datetime import timedelta
from typing import Any

import pytest

from customers import calls, wrapping
from customers.choices import DispositionKind
from customers.models import Call, Disposition
from customers.refusals import NotYours, Refused
from retention_desk.people.models import User
from tests import builders
from tests.audits import Broken, break_audit
from tests.customers.calling import acts, open_call

pytestmark = pytest.mark.django_db


def said(call_id: int, agent: User, **other: Any) -> dict[str, Any]:
    return {
        "call_id": call_id,
        "kind": DispositionKind.CALL_BACK,
        "lines": None,
        "notes": "Rings back",
        "call_back_at": builders.desk_now() + timedelta(hours=2),
        "call_back_note": "After work",
        "by": agent.pk,
        "role": "AGENT",
        "key": builders.new_key(),
    } | other


def test_wrap_up_ends_keeps_promises_and_closes(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())
    given = said(call_id, ann)

    first = wrapping.wrap_up(**given)
    again = wrapping.wrap_up(**given)

    call = Call.objects.get(pk=call_id)
    assert first == again
    assert (call.state, call.notes, call.call_back_note) == ("CLOSED", "Rings back", "After work")
    assert call.ended_at is not None
    assert Disposition.objects.get(call=call, line="").kind == "CALL_BACK"
    assert acts(call_id) == ["CALL_OPENED", "CALL_ENDED", "CALL_BACK_PROMISED", "CALL_CLOSED"]


def test_wrap_up_of_a_call_that_has_ended_only_closes_it(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())
    calls.end_call(call_id=call_id, by=ann.pk, role="AGENT")

    wrapping.wrap_up(**said(call_id, ann, kind=DispositionKind.SAVED_WITHOUT, call_back_at=None))

    assert acts(call_id) == ["CALL_OPENED", "CALL_ENDED", "CALL_CLOSED"]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"kind": DispositionKind.SAVED_WITH_OFFER}, "DISPOSITION_NOT_TRUE"),
        ({"call_back_at": builders.desk_now}, "CALL_BACK_PAST"),
        ({"notes": "x" * 8001}, "NOTES_TOO_LONG"),
    ],
)
def test_refused_wrap_up_leaves_the_call_as_it_was(ann: User, other: dict[str, Any], code: str) -> None:
    call_id = open_call(ann, builders.make_customer())
    before = Call.objects.values().get(pk=call_id)
    given = said(call_id, ann, **{name: value() if callable(value) else value for name, value in other.items()})

    with pytest.raises(Refused, match=code):
        wrapping.wrap_up(**given)

    assert Call.objects.values().get(pk=call_id) == before
    assert acts(call_id) == ["CALL_OPENED"]


def test_wrapped_up_call_is_not_wrapped_up_again(ann: User) -> None:
    call_id = open_call(ann, builders.make_customer())
    wrapping.wrap_up(**said(call_id, ann))

    with pytest.raises(Refused, match="ALREADY_CLOSED"):
        wrapping.wrap_up(**said(call_id, ann, notes="Something else"))

    assert Call.objects.get(pk=call_id).notes == "Rings back"


def test_stranger_cannot_wrap_up_anns_call(ann: User, sid: User) -> None:
    call_id = open_call(ann, builders.make_customer())

    with pytest.raises(NotYours):
        wrapping.wrap_up(**said(call_id, sid))


def test_no_wrap_up_without_its_record(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = open_call(ann, builders.make_customer())
    break_audit(monkeypatch)

    with pytest.raises(Broken):
        wrapping.wrap_up(**said(call_id, ann))

    assert Call.objects.get(pk=call_id).state == "OPEN"
