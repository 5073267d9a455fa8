"""May this be given? Eligibility, authority and budgets, explained check by check, with the largest terms that would
pass.

The screen's preview and the act itself both call `rule_on` with the same facts, so what is shown and what is done
cannot differ. Nothing is read or written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from offers.choices import BudgetKind, Grade, ReasonCode, RulingCode
from offers.facts import Authority, Eligibility, Facts, Limit
from offers.pricing import Bill, Priced
from offers.scheme import DEFAULT_SCHEME, Scheme
from offers.terms import Bounds, Terms


class Weight(StrEnum):
    """How much a failed check weighs: ADVICE warns, AUTHORITY can be lifted by somebody above, WALL by nobody."""

    ADVICE = "ADVICE"
    AUTHORITY = "AUTHORITY"
    WALL = "WALL"


class Unit(StrEnum):
    """What the numbers of a check count."""

    NONE = "NONE"
    PERCENT = "PERCENT"
    MONTHS = "MONTHS"
    MINOR = "MINOR"
    COUNT = "COUNT"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason why an offer is not for this customer now, with what is needed and what is the case where both are
    numbers.

    `detail` is a code or an ISO date that the words need (the product missing, the end of the running concession).
    """

    code: ReasonCode
    limit: int | None = None
    found: int | None = None
    unit: Unit = Unit.NONE
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `asked` against `left` of `limit`. `code` is the reason it gives when not ok."""

    code: ReasonCode
    ok: bool
    weight: Weight
    unit: Unit = Unit.NONE
    limit: int | None = None
    left: int | None = None
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of a proposal.

    `checks` are the proposer's own, `approver_checks` the same against the approver (empty where none was needed or
    known). `reasons` why it is not WITHIN, walls first; `warnings` from pacing budgets. `nearest_own` and
    `nearest_approver`: the costliest terms, no part larger than asked, that the one and the other may give; None if
    there are none. `who_can_lift`: the lowest grade whose limit would allow it, None if it is within or nobody's to
    lift. `skips`: budgets that a small goodwill credit does not draw on.
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


def is_eligible(eligibility: Eligibility, facts: Facts, *, scheme: Scheme = DEFAULT_SCHEME) -> list[Why]:
    """Every reason why this offer is not for this customer on this call; an empty list means that it is."""
    raise NotImplementedError


def rule_on(
    *,
    terms: Terms,
    bounds: Bounds,
    bill: Bill,
    eligibility: Eligibility,
    facts: Facts,
    own: Authority,
    approver: Authority | None,
    ladder: Sequence[Limit] = (),
    scheme: Scheme = DEFAULT_SCHEME,
) -> Ruling:
    """Rule on one proposal.

    WITHIN: every check but advice passes for `own`. NEEDS_APPROVAL: no wall stands and `approver` passes. REFUSED:
    the rest. `ladder` are the limits in force by grade; the lowest that passes is named as `who_can_lift`.
    """
    raise NotImplementedError
