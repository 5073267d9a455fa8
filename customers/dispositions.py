"""How a call ended: exactly one disposition of the call and one for each product line, corrected only by adding."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from customers.choices import DispositionKind, ProductKind
from customers.sheet import CallSheet


@dataclass(frozen=True, slots=True)
class Proposed:
    """The ending that what happened suggests, for the call and line by line."""

    kind: DispositionKind
    lines: Mapping[ProductKind, DispositionKind]


def proposed_disposition(
    sheet: CallSheet, *, accepted: bool, paused: bool = False, downgraded: bool = False
) -> Proposed:
    """Propose how the call ended from what is on its sheet and whether an offer was accepted. Pure."""
    raise NotImplementedError


def close_call(
    *,
    call_id: int,
    kind: DispositionKind,
    lines: Mapping[ProductKind, DispositionKind] | None,
    by: int,
    role: str,
    key: UUID,
) -> int:
    """Close the call with its disposition; `lines` None derives them. Answers the id of the call's disposition."""
    raise NotImplementedError


def correct_disposition(*, disposition_id: int, kind: DispositionKind, why: str, by: int, role: str, key: UUID) -> int:
    """Add a row that corrects the one that stands; answers its id. The caller has the right for it."""
    raise NotImplementedError
