"""What a ruling is made of: single checks with their numbers, and all of them together. Plain data."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from offers.choices import BudgetKind, Grade, ReasonCode, RulingCode
from offers.eligibility import Unit
from offers.pricing import Priced
from offers.terms import Terms


class Weight(StrEnum):
    """How much a failed check weighs: ADVICE warns, AUTHORITY can be lifted by somebody above, WALL by nobody."""

    ADVICE = "ADVICE"
    AUTHORITY = "AUTHORITY"
    WALL = "WALL"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `asked` (or found) against `left` of `limit`. `code` is the reason it gives when not ok."""

    code: ReasonCode
    ok: bool
    weight: Weight
    unit: Unit = Unit.NONE
    limit: int | None = None
    left: int | None = None
    asked: int | None = None
    detail: str = ""

    @property
    def used(self) -> int | None:
        """What of the limit is used already; None where nothing is counted."""
        return None if self.limit is None or self.left is None else self.limit - self.left


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of a proposal.

    `priced` is None where the terms cannot be priced (a bill without the line). `checks` are the walls and the
    proposer's own, `approver_checks` the approver's (empty where none is known). `reasons` why it is not WITHIN,
    walls first; `warnings` from pacing budgets and goodwill. `nearest_own` and `nearest_approver`: the costliest
    terms, no part larger than asked, that the one and the other may give; None if there are none. `who_can_lift`: the
    lowest grade whose limit would allow it, None if it is within or nobody's to lift. `skips`: budgets that a small
    goodwill credit does not draw on.
    """

    code: RulingCode
    priced: Priced | None
    checks: tuple[Check, ...]
    approver_checks: tuple[Check, ...]
    reasons: tuple[ReasonCode, ...]
    warnings: tuple[ReasonCode, ...]
    nearest_own: Terms | None
    nearest_approver: Terms | None
    who_can_lift: Grade | None
    limit_version: int | UUID | None
    approver_limit_version: int | UUID | None
    skips: frozenset[BudgetKind] = frozenset()
