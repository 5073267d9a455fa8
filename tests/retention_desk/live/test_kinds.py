"""The table of what screens hear: it names acts that there are, and nothing else goes over the wire."""

import typing

from customers.acts import Act as CustomersAct
from customers.screens import Ring
from offers import ledger
from offers.acts import Act as OffersAct
from retention_desk.live.kinds import HEARD, Kind, as_text, from_text, is_heard, wire
from retention_desk.people.acts import Act as PeopleAct

# Rung where there is no act of the audit, by name.
SAID = {
    "CALLS_WAITING",
    "budget_set",
    "read_question",
    "expire_due",
    "SIGNED_OUT",
    "CALL_INCOMING",
    "CALL_CHANGED",
    "NOTE_READ",
    "NEWS",
}


def test_every_word_of_the_table_is_an_act_a_door_or_said_by_name() -> None:
    acts = {act.value for acts in (CustomersAct, OffersAct, PeopleAct) for act in acts}

    assert HEARD.keys() - acts - set(typing.get_args(ledger.Door)) == SAID


def test_every_door_that_changes_a_question_or_a_budget_is_heard() -> None:
    silent = set(typing.get_args(ledger.Door)) - HEARD.keys()

    # Presenting what was granted changes nothing that anybody else looks at.
    assert silent == {"present_proposal"}


def test_ring_comes_out_as_it_went_in() -> None:
    ring = Ring("ask_approval", {"proposal": 9, "call": 4}, 7)

    assert from_text(as_text(ring)) == ring
    assert is_heard(ring)
    assert not is_heard(Ring("TOLD", {"call": 4}, 7))


def test_wire_is_one_event_with_its_id_first() -> None:
    assert wire(Kind.REQUEST, {"request": 5}, id="17-0") == b'id: 17-0\nevent: request\ndata: {"request":5}\n\n'
    assert wire("deaf") == b"event: deaf\ndata: {}\n\n"
