"""The plain facts that the rules are fed with: limits, budgets, the customer, the call, and who an offer is for.

`authorisation` reads them in one statement and builds these; nothing here reads anything. Amounts in minor units,
ages in whole months, dates passed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from customers.choices import CallerRole, CustomerKind, IdentityResult
from customers.conduct import Verdict
from customers.value import RiskBand, Tier
from offers.choices import BudgetKind, BudgetPeriod, Family, Grade, LimitMode, OfferKind


@dataclass(frozen=True, slots=True)
class Limit:
    """One version of an authority limit: the most this grade or person may concede in one proposal.

    `max_credit_minor` caps what is given once in money or goods, `max_fee_minor` a fee waived. `kinds` is what may be
    given at all.
    """

    version_id: int | UUID
    grade: Grade
    max_percent: int
    max_months: int
    max_monthly_minor: int
    max_credit_minor: int
    max_fee_minor: int
    max_cost_minor: int
    kinds: frozenset[OfferKind]
    currency: str
    family: Family | None = None


@dataclass(frozen=True, slots=True)
class PeriodTotal:
    """What a person has given in this day, week or month, and the most they may; None = no such limit."""

    period: BudgetPeriod
    limit_minor: int | None
    used_minor: int
    most: int | None
    used_count: int


@dataclass(frozen=True, slots=True)
class Given:
    """What was given of the offer's family before, on the agents' own authority, in the same episode.

    `amount_minor` of what is given once (credits, gifts), else 0.
    """

    cost_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Average:
    """A budget whose saves are not to cost more than `most_minor` on average; what they have cost so far."""

    kind: BudgetKind
    most_minor: int
    spent_minor: int
    saves: int


@dataclass(frozen=True, slots=True)
class OwnTotals:
    """What adds up over proposals: on the call, in the episode (`before`), in the periods, and on average a save."""

    call_most: int | None = None
    call_count: int = 0
    call_most_minor: int | None = None
    call_cost_minor: int = 0
    before: Given | None = None
    periods: tuple[PeriodTotal, ...] = ()
    mode: LimitMode = LimitMode.HARD
    averages: tuple[Average, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """What is left of one budget now: limit - held - spent. HARD refuses what is over, PACING only warns."""

    kind: BudgetKind
    left_minor: int
    limit_minor: int
    mode: LimitMode = LimitMode.HARD
    budget_id: int | UUID | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """What one person may decide with: a limit and the budgets drawn on. None = not known, and then nothing is given.

    `conflict_of_interest`: this person and the customer know each other. `totals` None: they do not bind this person.
    """

    limit: Limit | None
    budgets: tuple[BudgetLeft, ...] | None
    conflict_of_interest: bool = False
    totals: OwnTotals | None = None


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What the rules need of a customer.

    `running`: families of concessions that run now (and those accepted on this call), with the day each ends (None =
    for good). `months_since`: for each family, whole months since the last concession of it began. `credits_12m`
    credits given and `conceded_12m_minor` cost given or held in the last twelve months. `staff_line`: a line of
    someone who works here, for supervisors only.
    """

    kind: CustomerKind
    currency: str
    tenure_months: int
    tier: Tier
    risk_band: RiskBand
    annual_bill_minor: int
    product_kinds: frozenset[str]
    product_codes: frozenset[str] = frozenset()
    jurisdiction: str = ""
    contract_months_left: int = 0
    running: Mapping[Family, date | None] = field(default_factory=dict)
    months_since: Mapping[Family, int] = field(default_factory=dict)
    credits_12m: int = 0
    conceded_12m_minor: int = 0
    past_due: bool = False
    do_not_offer: bool = False
    fraud_watch: bool = False
    staff_line: bool = False


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the rules need of the call. `reasons`: codes of the reason and of its detail, stated and diagnosed."""

    conduct: Verdict
    identity: IdentityResult
    caller_role: CallerRole
    reasons: frozenset[str] = frozenset()
    no_offers_reason: bool = False
    closed: bool = False
    accepted_on_call: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a ruling is made from besides the offer and the authority; `today` is the site's date."""

    today: date
    customer: CustomerFacts
    call: CallFacts


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whom an offer version is for. An empty set means no restriction; `reasons` needs one of them.

    `until_on` is the first day no longer in force. `contract_months_left_max`: not while more months than this are left
    (None = no matter); `needs_contract`: only in one. `cooldown_months` since the last concession of the family, None =
    the scheme's. `excludes`: families it may not run beside, its own apart. `jurisdictions` also covers what lies
    inside: US covers US-CA.
    """

    family: Family
    kind: OfferKind
    currency: str
    from_on: date | None = None
    until_on: date | None = None
    tenure_min_months: int = 0
    tenure_max_months: int | None = None
    customer_kinds: frozenset[CustomerKind] = frozenset()
    tiers: frozenset[Tier] = frozenset()
    risk_bands: frozenset[RiskBand] = frozenset()
    jurisdictions: frozenset[str] = frozenset()
    needs_product_kinds: frozenset[str] = frozenset()
    excludes_product_codes: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    reasons_excluded: frozenset[str] = frozenset()
    contract_months_left_max: int | None = None
    needs_contract: bool = False
    cooldown_months: int | None = None
    excludes: frozenset[Family] = frozenset()
    allows_past_due: bool = True
