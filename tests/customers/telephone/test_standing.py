"""Where a telephone call stands by its events, without a database: cases, and any order of any of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.choices import TelephoneEventKind as Kind
from customers.telephone.standing import CLAIMED, Happened, Leg, standing_of

BEGUN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def at(second: int, kind: Kind, agent: str = "", **other: Any) -> Happened:
    return Happened(f"e{second}", kind, BEGUN + timedelta(seconds=second), agent=agent, **other)


WHOLE = (
    at(0, Kind.RINGING, queue="cancel"),
    at(1, Kind.RINGING, "ann"),
    at(2, Kind.ANSWERED, "ann"),
    at(3, Kind.HELD),
    at(4, Kind.RESUMED),
    at(5, Kind.TRANSFERRED, "bob", queue="second"),
    at(6, Kind.ANSWERED, "bob"),
    at(7, Kind.ENDED),
)
ANN_OVER = Leg("ann", answered=True, taken=True, over=True)
BOB = Leg("bob", answered=True, taken=True)


@pytest.mark.parametrize(
    ("until", "state", "legs"),
    [
        (1, "RINGING", (Leg(),)),
        (2, "RINGING", (Leg("ann"),)),
        (3, "TALKING", (Leg("ann", answered=True, taken=True),)),
        (4, "HELD", (Leg("ann", answered=True, taken=True, held_since=WHOLE[3].occurred_at),)),
        (5, "TALKING", (Leg("ann", answered=True, taken=True),)),
        (6, "RINGING", (ANN_OVER, Leg("bob"))),
        (7, "TALKING", (ANN_OVER, BOB)),
        (8, "ENDED", (ANN_OVER, Leg("bob", answered=True, taken=True, over=True))),
    ],
)
def test_call_goes_its_way(until: int, state: str, legs: tuple[Leg, ...]) -> None:
    standing = standing_of(WHOLE[:until])

    assert (standing.state, standing.legs) == (state, legs)


@given(st.permutations(WHOLE), st.lists(st.sampled_from(WHOLE)))
def test_order_in_which_it_is_told_does_not_matter(events: list[Happened], again: list[Happened]) -> None:
    assert standing_of(events) == standing_of(WHOLE)


CASES: dict[str, tuple[list[Happened], str, tuple[Leg, ...]]] = {
    "nothing was told": ([], "RINGING", (Leg(),)),
    "on hold, and the answer was lost": (
        [at(1, Kind.RINGING, "ann"), at(3, Kind.HELD)],
        "HELD",
        (Leg("ann", answered=True, held_since=BEGUN + timedelta(seconds=3)),),
    ),
    "somebody answered, nobody said who": (
        [at(1, Kind.RINGING, "ann"), at(2, Kind.ANSWERED)],
        "TALKING",
        (Leg("ann", answered=True),),
    ),
    "another agent answers": (
        [at(2, Kind.ANSWERED, "ann"), at(6, Kind.ANSWERED, "bob")],
        "TALKING",
        (ANN_OVER, BOB),
    ),
    "a colleague is asked while the caller waits": (
        [at(2, Kind.ANSWERED, "ann"), at(3, Kind.HELD), at(4, Kind.RINGING, "bob")],
        "HELD",
        (Leg("ann", answered=True, taken=True, held_since=BEGUN + timedelta(seconds=3)),),
    ),
    "who had handed over before hangs up": (
        [at(2, Kind.ANSWERED, "ann"), at(5, Kind.TRANSFERRED, "bob"), at(7, Kind.ENDED, "ann")],
        "RINGING",
        (ANN_OVER, Leg("bob")),
    ),
    "handing over is told after it has happened": (
        [at(2, Kind.ANSWERED, "ann"), at(6, Kind.ANSWERED, "bob"), at(7, Kind.TRANSFERRED, from_agent="ann")],
        "TALKING",
        (ANN_OVER, BOB),
    ),
    "what is told after the end": (
        [at(2, Kind.ANSWERED, "ann"), at(3, Kind.ENDED), at(4, Kind.HELD)],
        "ENDED",
        (ANN_OVER,),
    ),
    "a signed address has named the agent": (
        [at(1, Kind.ANSWERED, f"{CLAIMED}7"), at(2, Kind.ANSWERED, "ext 12")],
        "TALKING",
        (Leg(f"{CLAIMED}7", answered=True, taken=True),),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    events, state, legs = CASES[case]

    standing = standing_of(reversed(events))

    assert (standing.state, standing.legs) == (state, legs)


def test_telephone_systems_own_count_comes_before_its_clock() -> None:
    held = Happened("a", Kind.HELD, BEGUN, sequence=2)
    resumed = Happened("b", Kind.RESUMED, BEGUN - timedelta(seconds=1), sequence=3)

    assert standing_of([resumed, held]).state == "TALKING"
    # Where it does not count every one, its clock has to do.
    assert standing_of([resumed, held, at(-9, Kind.RINGING)]).state == "HELD"
