"""Short things that agents type and callers say: details of reasons, transfer notes, call notes, rivals."""

import random
from collections.abc import Mapping

_DETAILS: Mapping[str, tuple[str, ...]] = {
    "PRICE": ("PROMOTION_ENDED", "PROMOTION_ENDED", "PRICE_RISE", "TOO_DEAR"),
    "RIVAL": ("RIVAL_PRICE", "RIVAL_PRICE", "RIVAL_SPEED", "RIVAL_DEVICE"),
    "FAULTS": ("OUTAGES", "OUTAGES", "SLOW", "NOT_REPAIRED"),
    "NOT_USED": ("STREAMS", "STREAMS", "AWAY"),
}
# Whether we serve the new address is asked of every mover.
_MOVES: Mapping[str, str] = {"MOVING": "MOVING_WITHIN", "MOVING_AWAY": "MOVING_AWAY"}
_RIVALS = ("Lumo Fibre", "Kestrel Net", "Ondavia", "Brightline", "Quanta Mobile")
_TRANSFERS = (
    "Billing line: identity done, wants a lower price.",
    "Billing line: asks why the bill went up.",
    "Technical line: third fault this month, wants to end.",
    "General line: moving, asks about ending.",
    "General line: says they found it cheaper.",
    "Chat: wants to speak to somebody about leaving.",
)
_HANDED_ON = ("Needs somebody senior.", "Asked for another colleague.", "Business contract, please take over.")
_CALL_BACKS = (
    "Thinking about it until the contract is checked.",
    "Wants an answer on the outage credit.",
    "Partner decides, ring in the evening.",
    "Waits for the rival's written quote.",
)
_NOTES: Mapping[str, tuple[str, ...]] = {
    "PRICE": ("Pays more since the promotion ended, was not told.", "Says the bill grew twice in a year."),
    "RIVAL": ("Has a written quote.", "Neighbour changed and is happy."),
    "FAULTS": ("Works from home, lost two days.", "Wants it fixed rather than cheaper."),
    "NOT_USED": ("Hardly watches TV.", "Away until spring."),
    "MOVING": ("Moves at the end of the month.", "New flat is on our network."),
    "MOVING_AWAY": ("Moves to another state, no service there.",),
    "BILLING": ("Charged twice, wants it back.", "Credit promised in a chat never came."),
    "HARDSHIP": ("Lost work, wants to keep the line if it can be paid.",),
    "DEATH": ("Account holder has died; the daughter calls.",),
    "OTHER": ("", "Did not want to say."),
}


def said_of(rng: random.Random, reason: str) -> tuple[str, str]:
    """The codes of reason and detail that an agent notes for what is true; no detail where it was not asked."""
    if reason in _MOVES:
        return "MOVING", _MOVES[reason]
    details = _DETAILS.get(reason)
    return reason, rng.choice(details) if details and rng.random() < 0.85 else ""


def rival(rng: random.Random) -> str:
    """A rival's name."""
    return rng.choice(_RIVALS)


def note(rng: random.Random, reason: str) -> str:
    """What the agent noted; often nothing."""
    return rng.choice(_NOTES[reason]) if rng.random() < 0.6 else ""


def transferred_in(rng: random.Random) -> str:
    """What another line wrote when it handed the caller over."""
    return rng.choice(_TRANSFERS)


def handed_on(rng: random.Random) -> str:
    """What a colleague on the desk wrote when they handed the caller over."""
    return rng.choice(_HANDED_ON)


def call_back(rng: random.Random) -> str:
    """Why a call-back was promised."""
    return rng.choice(_CALL_BACKS)
