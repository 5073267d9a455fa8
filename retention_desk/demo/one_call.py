"""One call from ringing to its disposition: what is asked, offered, answered and written down."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log

from customers.acts import Act
from customers.choices import (
    CallerRole,
    CallEventKind,
    CallState,
    DispositionKind,
    OpeningIntent,
)
from offers.choices import ApprovalState, BudgetKind, OfferKind
from retention_desk.demo import planted, remarks
from retention_desk.demo.accounts import Account
from retention_desk.demo.bargains import CLOCK, Bargains, Live
from retention_desk.demo.book import Book
from retention_desk.demo.company import BY_CODE
from retention_desk.demo.endings import GONE, Ended, Endings, ending
from retention_desk.demo.floor import Agent, Floor
from retention_desk.demo.offering import Made, Offering, shifted
from retention_desk.demo.opening import Opening, Talk
from retention_desk.demo.pictures import Past

# At most, in seconds: until an offer is put, with and without a supervisor.
_ASKING_TAKES, _PUTTING_TAKES = 160, 42
# After so long without a word from the agent's screen the clock ends a call.
_SILENT = timedelta(minutes=15)


@dataclass(slots=True)
class Taken:
    """What the year needs to know of a call that is over."""

    call_id: int
    ended: Ended
    closed_at: datetime
    accepted: str = ""
    call_back_at: datetime | None = None


class Calls:
    """Takes calls one by one and writes them."""

    def __init__(
        self,
        rng: random.Random,
        *,
        book: Book,
        floor: Floor,
        offering: Offering,
        bargains: Bargains,
        endings: Endings,
        today: date,
    ) -> None:
        self._rng, self._book, self._floor = rng, book, floor
        self._offering, self._bargains, self._endings = offering, bargains, endings
        self._today = today
        self._opening = Opening(rng, book, floor, today)

    def take(
        self,
        account: Account,
        agent: Agent,
        *,
        at: datetime,
        intent: OpeningIntent,
        from_call: Taken | None = None,
    ) -> Taken:
        """Take one call and write all of it."""
        rng, book = self._rng, self._book
        talk = self._opening.open(
            account, agent, at=at, intent=intent, handed_on_from=from_call.call_id if from_call else None
        )
        kind = self._cut_short(talk) or self._worked_on(talk)
        call_back = None
        if kind == DispositionKind.CALL_BACK:
            call_back = self._call_back(talk)
        ended = ending(rng, account, kind, reason=talk.reason, day=talk.day)
        by = agent.user_id
        if ended.cancelled:
            stamp = talk.clock.after(rng.uniform(15, 50))
            effective = self._endings.cancel(talk.id, account, ended, by=by, at=stamp, day=talk.day)
            if ended.kind in GONE and effective <= self._today:
                account.left_on, account.left_reason = effective, f"Cancelled on the telephone: {talk.reason.lower()}"
        closed = self._closed(talk, ended)
        book.calls.add(**talk.row)
        account.calls.append(talk.day)
        return Taken(talk.id, ended, closed, talk.accepted, call_back)

    def script(self, account: Account, agent: Agent, past: Past, *, at: datetime) -> None:
        """Write a call whose story is given: one offer within the agent's authority, and the answer."""
        intent = OpeningIntent.CHEAPER
        talk = self._opening.open(account, agent, at=at, intent=intent, reason=past.reason)
        made = self._offering.exactly(talk.where, past.offer, **past.terms)
        live = self._own(talk, made)
        if live is None:
            raise ValueError(f"nobody can pay for {past.offer}")
        said = talk.clock.after(40)
        self._bargains.settle(talk.id, account, live, agent, accepted=past.accepted, at=said)
        self._closed(talk, ending(self._rng, account, past.kind, reason=past.reason, day=talk.day))
        self._book.calls.add(**talk.row)
        account.calls.append(talk.day)

    def promise(self, account: Account, agent: Agent, *, at: datetime, due: datetime) -> None:
        """Write a call that ended with the promise to ring back."""
        talk = self._opening.open(account, agent, at=at, intent=OpeningIntent.DISCONNECT, reason="PRICE")
        talk.row.update(call_back_at=due, call_back_note=remarks.call_back(self._rng))
        self._closed(talk, ending(self._rng, account, DispositionKind.CALL_BACK, reason=talk.reason, day=talk.day))
        self._book.calls.add(**talk.row)

    def abandon(self, account: Account, agent: Agent, *, at: datetime) -> None:
        """Write a call whose screen fell silent: the clock has ended it, and its disposition is missing."""
        talk = self._opening.open(account, agent, at=at, intent=OpeningIntent.DISCONNECT, reason="FAULTS")
        seen = talk.clock.after(30)
        ended = seen + _SILENT
        talk.row.update(state=CallState.WRAP_UP, seen_at=seen, ended_at=ended, abandoned_at=ended)
        book, silent = self._book, {"silent_since": seen.isoformat()}
        book.events.add(call_id=talk.id, kind=CallEventKind.ABANDONED, at=ended, by_id=None, detail=silent)
        book.act(
            Act.CALL_ABANDONED,
            at=ended,
            by=None,
            role=CLOCK,
            object_kind="call",
            object_id=talk.id,
            customer_id=account.id,
            call_id=talk.id,
            after=silent,
        )
        book.calls.add(**talk.row)

    # ── The talk ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _cut_short(self, talk: Talk) -> DispositionKind | None:
        """Calls that end before anything is settled, whatever they were about."""
        luck = self._rng.random() * 100
        unauthorised = talk.row["caller_role"] == CallerRole.OTHER
        if luck < planted.DROPPED:
            if talk.may_offer and self._rng.random() < 0.4:
                self._dropped_on_an_offer(talk)
            return DispositionKind.DROPPED
        luck -= planted.DROPPED
        if luck < planted.TRANSFERRED_ON:
            return DispositionKind.TRANSFERRED
        luck -= planted.TRANSFERRED_ON
        if luck < planted.CALL_BACK:
            return DispositionKind.CALL_BACK
        if unauthorised and self._rng.random() * 100 < planted.UNAUTHORISED * 100 / planted.CALLERS[CallerRole.OTHER]:
            return DispositionKind.UNAUTHORISED_CALLER
        return None

    def _dropped_on_an_offer(self, talk: Talk) -> None:
        made = self._offering.choose(talk.where, ask=False, without=frozenset())
        accounts = self._offering.pays(talk.where, made, BudgetKind.AGENT, talk.agent.user_id) if made else None
        if made is None or accounts is None or (talk.asked and talk.most_offers == 0):
            return
        at = talk.clock.after(self._rng.uniform(15, 60))
        live = self._bargains.present(talk.id, talk.account, talk.agent, made, accounts, at=at, day=talk.day)
        self._bargains.lapse(talk.id, talk.account, live, at=talk.clock.after(self._rng.uniform(5, 20)))

    def _worked_on(self, talk: Talk) -> DispositionKind:
        """Offers, if any, and how it ends."""
        rng, truth = self._rng, planted.REASONS[talk.reason]
        disconnect = talk.intent == OpeningIntent.DISCONNECT
        listen = truth.listen if disconnect else planted.OTHER_ENDINGS[talk.intent].listen
        most = talk.most_offers if talk.asked else 2
        if talk.may_offer and most and rng.random() < shifted(listen / 100, talk.agent.shift / 2):
            # Of all calls a tenth asks a supervisor; only those come here that hear an offer at all.
            ask = rng.random() * 100 < planted.ASKED_A_SUPERVISOR * planted.ASKING_AMONG_LISTENERS
            self._offer(talk, ask=ask, without=frozenset())
            if not talk.accepted and talk.refused < most and rng.random() * 100 < planted.SECOND_OFFER:
                self._offer(talk, ask=False, without=frozenset({"WHOLE-BILL"}) | talk.tried)
        if talk.accepted:
            return self._after_yes(talk)
        return self._after_no(talk, disconnect=disconnect)

    def _offer(self, talk: Talk, *, ask: bool, without: frozenset[str]) -> None:
        ask = ask and talk.has_time(_ASKING_TAKES)
        if not talk.has_time(_PUTTING_TAKES):
            return
        made = self._offering.choose(talk.where, ask=ask, without=without)
        if made is None and ask:
            ask, made = False, self._offering.choose(talk.where, ask=False, without=without)
        if made is None:
            return
        live = self._granted(talk, made) if ask else self._own(talk, made)
        if live is None:
            return
        accepted = self._rng.random() < live.made.accept
        at = talk.clock.after(self._rng.uniform(20, 75))
        self._bargains.settle(talk.id, talk.account, live, talk.agent, accepted=accepted, at=at)
        if accepted:
            talk.accepted = made.entry.code
            self._take_effect(talk, live)
        else:
            talk.refused += 1
        talk.tried |= {made.entry.code}

    def _own(self, talk: Talk, made: Made) -> Live | None:
        accounts = self._offering.pays(talk.where, made, BudgetKind.AGENT, talk.agent.user_id)
        if accounts is None:
            return None
        at = talk.clock.after(self._rng.uniform(12, 40))
        return self._bargains.present(talk.id, talk.account, talk.agent, made, accounts, at=at, day=talk.day)

    def _granted(self, talk: Talk, made: Made) -> Live | None:
        """Ask a supervisor; what they grant is presented as soon as their undo has run out."""
        rng = self._rng
        approver = rng.choice(self._floor.supervisors[talk.agent.site])
        scheme = self._floor.ids.schemes[approver.grade]
        state = ApprovalState(rng.choices([*planted.ANSWERS], [*planted.ANSWERS.values()])[0])
        granted = made
        if state == ApprovalState.COUNTERED:
            less = self._offering.less(talk.where, made, scheme)
            state = ApprovalState.COUNTERED if less else ApprovalState.APPROVED
            granted = less or made
        accounts = self._offering.pays(talk.where, granted, BudgetKind.APPROVER, approver.user_id)
        if accounts is None:
            return None
        asked_at = talk.clock.after(rng.uniform(8, 25))
        asked = self._bargains.ask(talk.id, talk.account, talk.agent, made, at=asked_at, day=talk.day)
        median, spread = planted.ANSWER
        answered = talk.clock.after(min(max(rng.lognormvariate(log(median), spread), 6), 118))
        live = self._bargains.answer(
            talk.id,
            talk.account,
            asked,
            talk.agent,
            approver,
            state=state,
            counter=granted if state == ApprovalState.COUNTERED else None,
            accounts=accounts,
            asked_at=asked_at,
            at=answered,
            day=talk.day,
        )
        if live is not None:
            at = talk.clock.after(rng.uniform(6, 14))
            self._bargains.present_granted(talk.id, talk.account, live, talk.agent, at=at)
        return live

    def _take_effect(self, talk: Talk, live: Live) -> None:
        """What an accepted offer changes on the account at once."""
        terms = live.made.terms
        if terms.kind == OfferKind.PLAN_CHANGE:
            new = BY_CODE[terms.product]
            line = max(
                (line for line in talk.account.running if line.product.kind == new.kind),
                key=lambda line: line.charged_on(talk.day),
            )
            line.change_plan(new, talk.account.next_bill(talk.day))

    def _after_yes(self, talk: Talk) -> DispositionKind:
        if talk.accepted == "PAUSE":
            return DispositionKind.PAUSED
        if talk.accepted == "MOVING-FEE":
            return DispositionKind.MOVED_WITH_US
        return DispositionKind.SAVED_WITH_OFFER

    def _after_no(self, talk: Talk, *, disconnect: bool) -> DispositionKind:
        """Nobody took an offer: stay anyway, go, or never meant to go."""
        rng, truth = self._rng, planted.REASONS[talk.reason]
        if not disconnect:
            without = planted.OTHER_ENDINGS[talk.intent].without
            kind = DispositionKind(rng.choices([*without], [*without.values()])[0])
            if kind == DispositionKind.NO_CANCEL_INTENT and talk.asked:
                return DispositionKind.SAVED_WITHOUT
            if kind == DispositionKind.CANCELLED and not talk.asked:
                self._opening.ask(talk)
            return kind
        if rng.random() >= shifted(truth.kept / 100, talk.agent.shift):
            self._insists(talk)
            return DispositionKind.CANCELLED
        if talk.reason == "DEATH":
            return DispositionKind.NAME_TRANSFERRED
        if talk.reason == "MOVING":
            return DispositionKind.MOVED_WITH_US
        in_part = rng.random() * 100 < planted.KEPT_IN_PART
        return DispositionKind.PARTLY_SAVED if in_part else DispositionKind.SAVED_WITHOUT

    def _insists(self, talk: Talk) -> None:
        """Often a second clear wish, which closes the offers; so does a refusal of the last one allowed."""
        rng, by = self._rng, talk.agent.user_id
        why = ""
        if rng.random() < 0.45:
            at = talk.clock.after(rng.uniform(4, 18))
            talk.row["ask_count"] = 2
            self._book.on_call(
                Act.ASKED_TO_CANCEL,
                talk.id,
                talk.account.id,
                kind=CallEventKind.ASKED_AGAIN,
                by=by,
                at=at,
                detail={"count": 2},
            )
            why = "SECOND_STATEMENT"
        elif talk.refused and talk.refused >= talk.most_offers:
            why = "REFUSAL_OF_LAST_OFFER"
        if why:
            at = talk.clock.after(1)
            talk.row["offers_closed_at"] = at
            self._book.on_call(
                Act.OFFERS_CLOSED,
                talk.id,
                talk.account.id,
                kind=CallEventKind.OFFERS_CLOSED,
                by=by,
                at=at,
                detail={"why": [why]},
            )

    # ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _call_back(self, talk: Talk) -> datetime:
        opened = talk.clock.opened
        due = (opened + timedelta(hours=self._rng.uniform(2, 70))).replace(minute=self._rng.choice((0, 15, 30, 45)))
        due = max(due.replace(second=0, microsecond=0), opened + timedelta(hours=1))
        talk.row.update(call_back_at=due, call_back_note=remarks.call_back(self._rng))
        return due

    def _closed(self, talk: Talk, ended: Ended) -> datetime:
        """End the line and wrap up; the whole takes as long as such calls do, or as long as what was said."""
        rng, by = self._rng, talk.agent.user_id
        median, spread = planted.HANDLE_OTHER
        if ended.kind in GONE:
            median, spread = planted.HANDLE_CANCELLED
        elif ended.kind.startswith("SAVED") or ended.kind == DispositionKind.PARTLY_SAVED:
            median, spread = planted.HANDLE_SAVED
        elif ended.kind in (DispositionKind.DROPPED, DispositionKind.TRANSFERRED, DispositionKind.UNAUTHORISED_CALLER):
            median, spread = planted.HANDLE_SHORT
        wrap_median, wrap_spread = planted.WRAP_UP
        wrap = min(max(rng.lognormvariate(log(wrap_median), wrap_spread), 8), 240)
        talk_for = rng.lognormvariate(log(median), spread) - wrap
        at = talk.clock.opened + timedelta(seconds=max(talk_for, talk.clock.seconds + rng.uniform(8, 35)))
        self._book.on_call(Act.CALL_ENDED, talk.id, talk.account.id, kind=CallEventKind.ENDED, by=by, at=at)
        closed = at + timedelta(seconds=wrap)
        talk.row.update(seen_at=at, ended_at=at, closed_at=closed)
        self._endings.dispose(talk.id, talk.account, ended, by=by, at=closed)
        talk.agent.free_at = closed
        return closed
