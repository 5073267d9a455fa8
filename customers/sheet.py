"""What the call screen knows when it opens: plain rows, read in one statement by `queries.call_sheet`.

Frozen and free of queries, so that rules, rankings and templates may take them apart as they like. Amounts are minor
units of the customer's currency, times are UTC, words are in the language that was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from customers.choices import (
    CallerRole,
    CallState,
    CancelWhen,
    ComplaintKind,
    ComplaintStatus,
    CustomerKind,
    DispositionKind,
    IdentityResult,
    InteractionKind,
    OpeningIntent,
    PriceCause,
    ProductKind,
    ReasonSource,
    SubscriptionState,
)
from customers.conduct import Policy
from customers.legs import EarlierLeg, NotedWish, SheetEvent
from customers.line import TelephoneLine


@dataclass(frozen=True, slots=True)
class CallHead:
    """The call itself, with its stamps and the conduct facts that stand on it; `line` while a telephone has it."""

    id: int
    agent_id: int
    agent_name: str
    team_id: int
    team_name: str
    site_id: int
    site_name: str
    time_zone: str
    episode_id: int
    state: CallState
    opened_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    closed_at: datetime | None
    abandoned_at: datetime | None
    dropped_at: datetime | None
    phone_from: str
    caller_role: CallerRole
    opening_intent: OpeningIntent
    identity: IdentityResult
    identity_checks: tuple[str, ...]
    identity_at: datetime | None
    recording_told_at: datetime | None
    earlier_leg: EarlierLeg | None
    transfer_note: str
    policy_id: int
    offers_allowed: int
    minutes_after_intent: int
    ask_count: int
    asked_at: datetime | None
    must_complete_by: datetime | None
    offers_closed_at: datetime | None
    reason_id: int | None
    reason_detail_id: int | None
    rival: str
    rival_price_minor: int | None
    rival_product: str
    notes: str
    monthly_bill_minor: int
    lifetime_value_minor: int
    risk_percent: int
    call_back_at: datetime | None
    call_back_note: str
    line: TelephoneLine | None


@dataclass(frozen=True, slots=True)
class CustomerHead:
    """Who this is and how the account stands. `phone_known`: the number that rings is one of the account's.

    `has_mail`: an e-mail address is on record, so that a written notice can go out at once.
    """

    id: int
    account_number: str
    kind: CustomerKind
    given_name: str
    family_name: str
    phone: str
    other_phone: str
    phone_known: bool
    email: str
    street: str
    town: str
    region: str
    postcode: str
    country: str
    jurisdiction: str
    languages: tuple[str, ...]
    currency: str
    customer_since: date | None
    left_on: date | None
    balance_minor: int
    past_due_minor: int
    autopay: bool | None
    payment_method: str
    paid_until: date | None
    care_needed: bool
    do_not_offer: bool
    fraud_watch: bool
    staff_line: bool
    facts: Mapping[str, object]
    changed_at: datetime

    @property
    def name(self) -> str:
        """The whole name as it is said; the account number where no name is known."""
        return f"{self.given_name} {self.family_name}".strip() or self.account_number

    @property
    def has_mail(self) -> bool:
        """Whether a written notice can go out by e-mail."""
        return "@" in self.email


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One change of a line's price, past or scheduled."""

    changes_on: date
    old_minor: int
    new_minor: int
    cause: PriceCause


@dataclass(frozen=True, slots=True)
class Line:
    """One product of the customer. `price_minor` = list - promotion - bundle, a month.

    `last_change` is the newest price change up to today; `next_changes` the scheduled ones, soonest first.
    """

    id: int
    product_id: int
    product_code: str
    product_kind: ProductKind
    name: str
    line_key: str
    state: SubscriptionState
    quantity: int
    note: str
    service_number: str
    equipment: tuple[str, ...]
    started_on: date | None
    ends_on: date | None
    list_price_minor: int
    promotion_minor: int
    promotion_ends_on: date | None
    promotion_name: str
    bundle_minor: int
    price_minor: int
    contract_ends_on: date | None
    exit_fee_monthly_minor: int
    device_balance_minor: int
    margin_percent: int
    last_change: PriceStep | None
    next_changes: tuple[PriceStep, ...]

    @property
    def is_running(self) -> bool:
        """Whether it is still charged: active, paused, or ending on a day to come."""
        return self.state != SubscriptionState.ENDED

    @property
    def can_be_cancelled(self) -> bool:
        """Whether it runs on without an end."""
        return self.state in (SubscriptionState.ACTIVE, SubscriptionState.PAUSED)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the history, whatever table it comes from (`source`: interaction, complaint, call or price).

    `title` and `detail` are stored words and may be blank; `code` is then what to say it by: the complaint's kind,
    the call's disposition, the price change's cause.
    """

    source: str
    id: int
    kind: InteractionKind
    occurred_at: datetime
    title: str
    detail: str
    code: str
    status: str
    amount_minor: int | None
    old_minor: int | None
    new_minor: int | None


@dataclass(frozen=True, slots=True)
class SheetComplaint:
    """One complaint of the customer."""

    id: int
    number: str
    kind: ComplaintKind
    subject: str
    status: ComplaintStatus
    channel: str
    on_behalf: bool
    opened_at: datetime
    opened_on_call_id: int | None
    closed_at: datetime | None
    closed_on_call_id: int | None
    resolution: str

    @property
    def is_open(self) -> bool:
        """Whether the customer still waits for an answer."""
        return self.closed_at is None

    def days_waiting(self, on: date) -> int:
        """Whole days from the opening to the closing, or to `on` while it is open."""
        return ((self.closed_at.date() if self.closed_at else on) - self.opened_at.date()).days


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    """One entry of the reason catalogue, in the user's words. A detail names its parent."""

    id: int
    code: str
    parent_id: int | None
    name: str
    icon: str
    offers_allowed: bool
    must_complete: bool
    controllable: bool
    active: bool


@dataclass(frozen=True, slots=True)
class GivenReason:
    """A reason as it was stated or found on this call, oldest first."""

    reason_id: int
    source: ReasonSource
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelledLine:
    """One product of a cancellation."""

    subscription_id: int
    product_kind: ProductKind
    name: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class SheetCancellation:
    """One cancellation. `undone_at`: taken back on the call. `notice_sent_at`: the written notice has left."""

    id: int
    call_id: int
    number: str
    when: CancelWhen
    effective_on: date
    currency: str
    fee_minor: int
    device_balance_minor: int
    last_bill_minor: int
    bill_before_minor: int
    bill_after_minor: int
    porting_out: bool
    noted: Mapping[str, object]
    by_name: str
    recorded_at: datetime
    undone_at: datetime | None
    notice_sent_at: datetime | None
    lines: tuple[CancelledLine, ...]


@dataclass(frozen=True, slots=True)
class SheetDisposition:
    """How the call, or one line of it (`line` a product kind), ended. The row that nothing corrects stands."""

    id: int
    line: str
    kind: DispositionKind
    corrects_id: int | None
    corrected: bool
    why: str
    by_name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """What was last promised to the customer: a call back (`due_at`) or an answer to a complaint.

    `kept`: the call back was made, the complaint is solved; False while nothing has come of it.
    """

    kind: str
    id: int
    made_at: datetime
    due_at: datetime | None
    words: str
    kept: bool


@dataclass(frozen=True, slots=True)
class CallSheet:
    """All of it. `now` is the database's clock at the reading, `today` the site's date; nothing else is later.

    `history` is the ten newest entries of `history_total`; the rest comes by `queries.history`. `latest` is the newest
    outage, order and visit of the last 60 days. `credits_12m` and `credits_12m_minor`: credits that reached the bill.
    """

    now: datetime
    today: date
    call: CallHead
    policy: Policy
    customer: CustomerHead | None
    lines: tuple[Line, ...]
    history: tuple[HistoryEntry, ...]
    history_total: int
    complaints: tuple[SheetComplaint, ...]
    open_complaints: int
    events: tuple[SheetEvent, ...]
    reasons: tuple[ReasonChoice, ...]
    given_reasons: tuple[GivenReason, ...]
    cancellations: tuple[SheetCancellation, ...]
    earlier_cancellation: SheetCancellation | None
    dispositions: tuple[SheetDisposition, ...]
    promises: tuple[Promise, ...]
    noted_wish: NotedWish | None = None
    latest: tuple[HistoryEntry, ...] = ()
    outages_60d: int = 0
    cancel_calls_12m: int = 0
    credits_12m: int = 0
    credits_12m_minor: int = 0
    _reason_by_id: dict[int, ReasonChoice] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._reason_by_id.update({reason.id: reason for reason in self.reasons})

    @property
    def currency(self) -> str:
        """The customer's currency; blank where no customer is known."""
        return self.customer.currency if self.customer else ""

    @property
    def running_lines(self) -> tuple[Line, ...]:
        """Lines that are still charged."""
        return tuple(line for line in self.lines if line.is_running)

    @property
    def monthly_bill_minor(self) -> int:
        """What the running lines cost a month."""
        return sum(line.price_minor for line in self.running_lines)

    @property
    def cancellation(self) -> SheetCancellation | None:
        """The newest cancellation of this call that was not taken back."""
        return next((one for one in self.cancellations if one.undone_at is None), None)

    @property
    def reason(self) -> ReasonChoice | None:
        """The reason that stands on the call."""
        return self._reason_by_id.get(self.call.reason_id or 0)

    @property
    def reason_detail(self) -> ReasonChoice | None:
        """The detail that stands on the call."""
        return self._reason_by_id.get(self.call.reason_detail_id or 0)

    @property
    def closing_reason(self) -> ReasonChoice | None:
        """The reason, or the detail of it, that rules offers out; None while neither does."""
        return next((one for one in (self.reason, self.reason_detail) if one and not one.offers_allowed), None)

    @property
    def reason_codes(self) -> frozenset[str]:
        """Codes of every reason given or found on this call, with those that stand."""
        ids = {one.reason_id for one in self.given_reasons} | {self.call.reason_id, self.call.reason_detail_id}
        return frozenset(self._reason_by_id[one].code for one in ids if one in self._reason_by_id)

    @property
    def contract_ends_on(self) -> date | None:
        """The last day that a running line is bound; None when nothing is."""
        return max(
            (
                line.contract_ends_on
                for line in self.running_lines
                if line.contract_ends_on and line.contract_ends_on > self.today
            ),
            default=None,
        )

    @property
    def last_price_change(self) -> tuple[Line, PriceStep] | None:
        """The newest price change up to today, with its line."""
        changes = [(line, line.last_change) for line in self.lines if line.last_change]
        return max(changes, key=lambda one: one[1].changes_on, default=None)

    @property
    def wish_noted_on(self) -> date | None:
        """The day, at the site, of a wish to cancel that an earlier call has noted: the ending counts from it."""
        zone = ZoneInfo(self.call.time_zone)
        return self.noted_wish.asked_at.astimezone(zone).date() if self.noted_wish else None

    @property
    def is_open(self) -> bool:
        """Whether the line is up."""
        return self.call.state == CallState.OPEN

    def standing_disposition(self, line: str = "") -> SheetDisposition | None:
        """The disposition that counts, of the call or of one line."""
        return next((one for one in self.dispositions if one.line == line and not one.corrected), None)
