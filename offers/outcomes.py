"""What became of a proposal: presented after approval, accepted, declined, or taken back. One act, one transaction.

Acceptance spends what was held and writes the concession and the message to billing with it; everything else gives
the money back. The same key again is the same answer.
"""

from collections.abc import Sequence
from uuid import UUID

from customers import doorbell
from offers import ledger
from offers.choices import OutcomeKind


def present(*, proposal_id: int, by: int, role: str) -> int:
    """Present an offer that a supervisor has granted. Presenting it twice is presenting it once.

    Raises `NotYours`, `Refused` TOO_EARLY while the supervisor may still undo, ANSWER_FIRST while another offer waits
    for the customer's answer, HOLD_EXPIRED, or why offers are closed.
    """
    return ledger.act("present_proposal", {"proposal_id": proposal_id, "agent_id": by, "role": role})


def accept(*, proposal_id: int, disclosures: Sequence[str], by: int, role: str, key: UUID) -> int:
    """The customer says yes, having heard the disclosures (codes of the conduct policy).

    Raises `NotYours`, `Refused` DISCLOSURE_MISSING, HOLD_EXPIRED, CONDUCT_CLOSED, CALL_CLOSED, ALREADY_RESOLVED.
    """
    proposal = _settle(OutcomeKind.ACCEPTED, proposal_id, disclosures=disclosures, by=by, role=role, key=key)
    doorbell.ring_relay()
    return proposal


def decline(*, proposal_id: int, by: int, role: str, key: UUID) -> int:
    """The customer says no. Raises as `accept` does, but for what only a yes needs."""
    return _settle(OutcomeKind.DECLINED, proposal_id, by=by, role=role, key=key)


def withdraw(*, proposal_id: int, by: int, role: str, key: UUID) -> int:
    """The agent takes back an offer, a grant not used, or a question to a supervisor."""
    return _settle(OutcomeKind.WITHDRAWN, proposal_id, by=by, role=role, key=key)


def _settle(
    outcome: OutcomeKind, proposal_id: int, *, by: int, role: str, key: UUID, disclosures: Sequence[str] = ()
) -> int:
    return ledger.act(
        "settle_proposal",
        {
            "key": str(key),
            "proposal_id": proposal_id,
            "agent_id": by,
            "role": role,
            "outcome": outcome,
            "disclosures": sorted(disclosures),
        },
    )
