"""Silent notes: a few words of a supervisor to an agent whose customer is on the line. Append-only; the audit knows
who wrote to whom on which call, never what.
"""

from uuid import UUID

from django.db import transaction

from customers import audit, keys, screens
from customers.choices import CallState
from customers.models import Call
from customers.queries import DeskNow
from customers.refusals import NotYours, Refused
from offers.acts import Act
from offers.models import Seat, SilentNote, SilentNoteSeen

LONGEST = 200


def send_note(*, agent_id: int, text: str, by: int, role: str, key: UUID) -> int:
    """Put a note on the screen of an agent of one's own site; answers its id.

    Raises `NotYours` for somebody of another site, `Refused` WHY_MISSING without words, NO_CALL when nobody is on the
    line, OWN_NOTE to oneself.
    """
    text = text.strip()[:LONGEST]
    if not text:
        raise Refused("WHY_MISSING")
    if agent_id == by:
        raise Refused("OWN_NOTE")
    with transaction.atomic():
        claim = keys.claim(key=key, act=Act.NOTE_SENT, by=by, body={"agent": agent_id, "text": text})
        if claim.answer:
            return claim.answer.object_id
        _check_same_site(by, agent_id)
        call = Call.objects.filter(agent_id=agent_id, state=CallState.OPEN).first()
        if call is None:
            raise Refused("NO_CALL")
        note = SilentNote.objects.create(call=call, to_id=agent_id, by_id=by, text=text, recorded_at=DeskNow())
        audit.append(
            by=by, role=role, act=Act.NOTE_SENT, object_kind="silent_note", object_id=note.pk,
            customer_id=call.customer_id, call_id=call.pk, after={"to": agent_id}, key=key,
        )  # fmt: skip
        claim.settle(object_id=note.pk)
    return note.pk


def see_note(*, note_id: int, by: int, role: str) -> None:
    """The agent puts a note away; a second time changes nothing. Raises `NotYours` for somebody else's note."""
    with transaction.atomic():
        note = SilentNote.objects.filter(pk=note_id, to_id=by).first()
        if note is None:
            raise NotYours
        _seen, is_new = SilentNoteSeen.objects.get_or_create(note=note, defaults={"recorded_at": DeskNow()})
        if is_new:
            audit.append(
                by=by, role=role, act=Act.NOTE_SEEN, object_kind="silent_note", object_id=note.pk, call_id=note.call_id
            )
            screens.ring("NOTE_READ", by=by, person=note.by_id, call=note.call_id)


def _check_same_site(by: int, agent_id: int) -> None:
    """Whoever has no site (a manager of all) may write to everybody."""
    sites = dict(Seat.objects.filter(user_id__in=(by, agent_id), is_active=True).values_list("user", "team__site"))
    if by not in sites or agent_id not in sites or sites[by] not in (None, sites[agent_id]):
        raise NotYours
