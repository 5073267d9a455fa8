"""The first minute of a call: who rings, from where, what for, who they are, and why they want to leave."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from customers.acts import Act
from customers.choices import CallerRole, CallEventKind, CallState, IdentityResult, OpeningIntent, ReasonSource
from customers.value import RiskFacts, ValueLine, lifetime_value, monthly_margin, risk, tenure_months, unit_cost
from retention_desk.demo import planted, remarks
from retention_desk.demo.accounts import Account
from retention_desk.demo.book import Book
from retention_desk.demo.floor import Agent, Floor
from retention_desk.demo.offering import Situation, situation
from retention_desk.firstrun.reasons import CLOSED_TO_OFFERS

_MILLION = 1_000_000


@dataclass(slots=True)
class Clock:
    """Seconds into the call; every act moves it on."""

    opened: datetime
    seconds: float = 0.0

    def after(self, seconds: float) -> datetime:
        """The time some seconds later, which is now."""
        self.seconds += seconds
        return self.opened + timedelta(seconds=self.seconds)


@dataclass(slots=True)
class Talk:
    """A call while it lasts."""

    id: int
    account: Account
    agent: Agent
    intent: OpeningIntent
    reason: str
    day: date
    clock: Clock
    row: dict[str, object]
    may_offer: bool
    most_offers: int
    where: Situation
    accepted: str = ""
    refused: int = 0
    asked_after: float | None = None
    tried: frozenset[str] = frozenset()

    @property
    def asked(self) -> bool:
        """Whether there was a clear wish to cancel."""
        return self.asked_after is not None

    def has_time(self, seconds: float) -> bool:
        """Whether an offer that takes so long is put before cancelling is a must."""
        if self.asked_after is None:
            return True
        most = 60 * int(str(self.row["minutes_after_intent"]))
        return self.clock.seconds + seconds < self.asked_after + most


class Opening:
    """Opens calls and writes what is asked and said at first."""

    def __init__(self, rng: random.Random, book: Book, floor: Floor, today: date) -> None:
        self._rng, self._book, self._floor = rng, book, floor
        self._rise_on = planted.price_rise_on(today)
        self._fault_from = planted.fault_from(today)
        self._calls = 0

    def open(
        self,
        account: Account,
        agent: Agent,
        *,
        at: datetime,
        intent: OpeningIntent,
        handed_on_from: int | None = None,
        reason: str = "",
    ) -> Talk:
        """Open a call and go as far as the reason; writes audit and log, and starts the call's row."""
        rng, ids = self._rng, self._floor.ids
        self._calls += 1
        number, by = self._calls, agent.user_id
        day = at.astimezone(ids.zones[agent.site]).date()
        reason = reason or self.reason(account, intent, day)
        tenure = tenure_months(account.since, day)
        contract = account.contract_ends_on(day)
        months_left = max((contract - day).days // 30, 1) if contract else None
        margin = _margin(account, day)
        percent = self._risk(account, day, tenure, months_left, intent, rival=reason == "RIVAL")
        strict = not account.jurisdiction
        policy = "STRICT" if strict else "DEFAULT"
        allowed, minutes = (0, 2) if strict else (2, 4)
        episode = number
        if account.episode is not None and at.timestamp() - account.episode[1] < 7 * 86_400:
            episode = account.episode[0]
        else:
            account.episode = (number, at.timestamp())
        row: dict[str, object] = {
            "id": number,
            "customer_id": account.id,
            "agent_id": by,
            "team_id": agent.team_id,
            "site_id": ids.sites[agent.site],
            "episode_id": episode,
            "state": CallState.CLOSED,
            "opened_at": at,
            "phone_from": account.phone
            if rng.random() < 0.88
            else f"+1{account.town.area}555{rng.randint(100, 199):04d}",
            "caller_role": self._caller(account, reason),
            "opening_intent": intent,
            "policy_id": ids.policies[policy],
            "offers_allowed": allowed,
            "minutes_after_intent": minutes,
            "monthly_bill_minor": account.bill_on(day),
            "lifetime_value_minor": margin * _value_of_a_million(tenure, months_left) // _MILLION,
            "risk_percent": percent,
        }
        if handed_on_from is not None:
            row["transferred_from_id"] = handed_on_from
            row["transfer_note"] = remarks.handed_on(rng)
        elif rng.random() * 100 < planted.TRANSFERRED_IN:
            row["transfer_note"] = remarks.transferred_in(rng)
        clock = Clock(at)
        self._book.on_call(
            Act.CALL_OPENED,
            number,
            account.id,
            by=by,
            at=at,
            detail={"opening_intent": str(intent), "risk_percent": percent},
        )
        told = clock.after(rng.uniform(4, 12))
        row["recording_told_at"] = told
        self._book.on_call(Act.RECORDING_TOLD, number, account.id, kind=CallEventKind.RECORDING_NOTICE, by=by, at=told)
        self._identify(row, number, account, by, clock)
        where = situation(account, agent, day=day, at=at, reason=reason, risk_percent=percent, margin_minor=margin)
        entitled = row["caller_role"] not in (CallerRole.OTHER, CallerRole.PAYER)
        barred = account.do_not_offer or account.care_needed or reason in CLOSED_TO_OFFERS
        may_offer = entitled and not barred and row["identity"] == IdentityResult.CHECKED
        talk = Talk(number, account, agent, intent, reason, day, clock, row, may_offer, allowed, where)
        if intent == OpeningIntent.DISCONNECT or rng.random() < 0.06:
            self.ask(talk)
        self._tell_reason(talk)
        return talk

    def _identify(self, row: dict[str, object], call: int, account: Account, by: int, clock: Clock) -> None:
        at = clock.after(self._rng.uniform(10, 35))
        passed = self._rng.random() < 0.985
        checks = self._rng.choice((["CALLER_NUMBER", "PIN"], ["PIN", "BIRTH_DATE"], ["CALLER_NUMBER", "LAST_BILL"]))
        row["identity"] = IdentityResult.CHECKED if passed else IdentityResult.FAILED
        row["identity_checks"], row["identity_at"] = checks, at
        kind = CallEventKind.IDENTITY_CHECKED if passed else CallEventKind.IDENTITY_FAILED
        self._book.on_call(
            Act.IDENTITY_CHECKED,
            call,
            account.id,
            kind=kind,
            by=by,
            at=at,
            detail={"result": str(row["identity"]), "checks": checks},
        )

    def ask(self, talk: Talk) -> None:
        """The first clear wish to cancel starts the policy's clock."""
        at = talk.clock.after(self._rng.uniform(6, 30))
        minutes = int(str(talk.row["minutes_after_intent"]))
        talk.asked_after = talk.clock.seconds
        talk.row.update(ask_count=1, asked_at=at, must_complete_by=at + timedelta(minutes=minutes))
        by = talk.agent.user_id
        self._book.on_call(
            Act.ASKED_TO_CANCEL,
            talk.id,
            talk.account.id,
            kind=CallEventKind.ASKED_TO_CANCEL,
            by=by,
            at=at,
            detail={"count": 1},
        )

    def _tell_reason(self, talk: Talk) -> None:
        rng, ids = self._rng, self._floor.ids
        at = talk.clock.after(rng.uniform(10, 28))
        reason, detail = remarks.said_of(rng, talk.reason)
        talk.row["reason_id"] = ids.reasons[reason]
        talk.row["reason_detail_id"] = ids.reasons[detail] if detail else None
        rival = ""
        if talk.reason == "RIVAL" or (talk.reason == "PRICE" and rng.random() < 0.2):
            rival = remarks.rival(rng)
            talk.row.update(rival=rival, rival_price_minor=rng.randrange(3_500, 8_000, 500), rival_product="INTERNET")
        talk.row["notes"] = remarks.note(rng, talk.reason)
        by = talk.agent.user_id
        for one in filter(None, (reason, detail)):
            self._book.reasons.add(
                call_id=talk.id, reason_id=ids.reasons[one], source=ReasonSource.STATED, at=at, by_id=by
            )
        if rng.random() < 0.18:
            found = self.reason(talk.account, talk.intent, talk.day)
            # What rules offers out is said at the start of a call, never found out when offers have been made.
            if found not in CLOSED_TO_OFFERS:
                self._book.reasons.add(
                    call_id=talk.id,
                    reason_id=ids.reasons[found],
                    source=ReasonSource.DIAGNOSED,
                    at=at + timedelta(seconds=25),
                    by_id=by,
                )
        self._book.on_call(
            Act.REASON_SET,
            talk.id,
            talk.account.id,
            kind=CallEventKind.REASON_SET,
            by=by,
            at=at,
            detail={"reason": reason, "detail": detail, "rival_named": bool(rival)},
        )

    def reason(self, account: Account, intent: OpeningIntent, day: date) -> str:
        """Why they want to leave; in the weeks of the fault its towns have one reason more than others."""
        column = "disconnect" if intent == OpeningIntent.DISCONNECT else "cheaper"
        if intent == OpeningIntent.DOWNGRADE:
            column = "downgrade"
        weights = {code: getattr(truth, column) for code, truth in planted.REASONS.items()}
        if account.town.name in planted.FAULT_TOWNS and 0 <= (day - self._fault_from).days < planted.FAULT_LASTS:
            weights["FAULTS"] *= planted.FAULT_REASON
        return self._rng.choices([*weights], [*weights.values()])[0]

    def _caller(self, account: Account, reason: str) -> CallerRole:
        if reason == "DEATH":
            return CallerRole.EXECUTOR
        role = self._rng.choices([*planted.CALLERS], [*planted.CALLERS.values()])[0]
        return CallerRole.BUSINESS if account.business and role == CallerRole.HOLDER else role

    def _risk(
        self, account: Account, day: date, tenure: int, months_left: int | None, intent: OpeningIntent, *, rival: bool
    ) -> int:
        ended = next(
            (
                (day - line.promotion_ends_on).days
                for line in account.running
                if line.promotion_ends_on and 0 <= (day - line.promotion_ends_on).days < 120
            ),
            None,
        )
        rose = 0 <= (day - self._rise_on).days < 120 and any(line.rise_on for line in account.running)
        facts = RiskFacts(
            tenure_months=tenure,
            contract_months_left=months_left,
            promotion_ended_days=ended,
            price_rise_minor=planted.PRICE_RISE_MINOR if rose else 0,
            cancel_calls_12m=sum(called > day - timedelta(days=365) for called in account.calls),
            autopay=account.autopay,
            past_due=account.past_due_minor > 0,
            rival_named=rival,
            opening_intent=intent,
        )
        return risk(facts).percent


def _margin(account: Account, day: date) -> int:
    return monthly_margin(
        [
            ValueLine(str(line.product.kind), line.charged_on(day), unit_cost(line.list_on(day), line.product.margin))
            for line in account.running
        ]
    )


@cache
def _value_of_a_million(tenure: int, months_left: int | None) -> int:
    """What a margin of a million a month is worth; the value is in proportion to the margin."""
    return lifetime_value(margin_minor=_MILLION, tenure=tenure, contract_months_left=months_left).value_minor
