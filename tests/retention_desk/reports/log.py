"""A small outcome log whose figures can be counted by hand: closed calls at chosen times, with what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from customers.choices import CancelWhen, DispositionKind, OpeningIntent, ProductKind
from customers.dispositions import correct_disposition
from customers.models import Call, Cancellation, Customer
from offers import ledger
from offers.choices import Grade
from offers.models import LimitVersion, OfferVersion, SchemeVersion
from retention_desk.people.models import User
from tests.builders import (
    desk_now,
    make_agent,
    make_call,
    make_company,
    make_customer,
    make_reason,
    make_site,
    make_subscription,
    make_supervisor,
    make_team,
    make_user,
    new_key,
)
from tests.database import DeskClock
from tests.offers.builders import facts_of, make_limits, make_offer, make_scheme

COST = 9_600
TODAY = date(2026, 11, 22)
AFTERWARDS = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Log:
    """Ann works in Fresno under Sue, Bob in Reno under Sid; Greta manages both."""

    clock: DeskClock
    ann: User
    bob: User
    sue: User
    sid: User
    greta: User
    offer: OfferVersion
    scheme: SchemeVersion
    limits: Mapping[Grade, LimitVersion]
    customers: dict[str, Customer] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)

    def customer(self, name: str, **other: Any) -> Customer:
        """The customer of that family name, made when first asked for."""
        if name not in self.customers:
            self.customers[name] = make_customer(family_name=name, **other)
            make_subscription(self.customers[name])
        return self.customers[name]

    def take(
        self,
        name: str,
        at: datetime,
        kind: DispositionKind,
        *,
        by: User | None = None,
        offer: str = "",
        cancelled_after: int | None = None,
        lines: Mapping[ProductKind, DispositionKind] | None = None,
        reason: str = "PRICE",
        **other: Any,
    ) -> Call:
        """A call that is over. `offer`: the customer's answer to one; `cancelled_after`: seconds to the number."""
        self.clock.set(at)
        customer = self.customer(name)
        given = {"reason": make_reason(reason), "opening_intent": OpeningIntent.CHEAPER, "monthly_bill_minor": 10_000}
        call = make_call(by or self.ann, customer, **(given | other))
        if offer:
            self._offer(call, offer)
        if cancelled_after is not None:
            self._cancel(call, cancelled_after)
        self.clock.advance(timedelta(minutes=10))
        with transaction.atomic():
            Call.objects.filter(pk=call.pk).update(state="WRAP_UP", ended_at=desk_now())
            call.dispositions.create(kind=kind, by_id=call.agent_id, recorded_at=desk_now())
            for line, ending in (lines or {}).items():
                call.dispositions.create(line=line, kind=ending, by_id=call.agent_id, recorded_at=desk_now())
            Call.objects.filter(pk=call.pk).update(state="CLOSED", closed_at=desk_now())
        self.calls[f"{name} {at:%d}"] = call
        return call

    def correct(self, call: Call, kind: DispositionKind, *, why: str = "wrong button") -> None:
        """Greta corrects how the call ended."""
        wrong = call.dispositions.get(line="", corrected_by=None)
        correct_disposition(
            disposition_id=wrong.pk, kind=kind, why=why, by=self.greta.pk, role="MANAGER", key=new_key()
        )

    def _offer(self, call: Call, answer: str) -> None:
        # What a year of $89.99 a month allows.
        given = {"cost_minor": COST, "customer_cap_minor": 10_799, "position": 1}
        facts = facts_of(call, self.offer, self.limits[Grade.AGENT], self.scheme, **given)
        proposal = ledger.act("authorise_proposal", facts)
        ledger.act(
            "settle_proposal",
            {
                "key": str(new_key()),
                "proposal_id": proposal,
                "agent_id": call.agent_id,
                "role": "AGENT",
                "outcome": answer,
                "disclosures": sorted(call.policy.rules.get("disclosures_before_accept", [])),
            },
        )

    def _cancel(self, call: Call, seconds: int) -> None:
        now = desk_now()
        Call.objects.filter(pk=call.pk).update(ask_count=1, asked_at=now, must_complete_by=now)
        self.clock.advance(timedelta(seconds=seconds))
        Cancellation.objects.create(
            call=call,
            customer=call.customer,
            number=f"Q{call.pk:09d}",
            when=CancelWhen.TODAY,
            effective_on=now.date(),
            currency="USD",
            by_id=call.agent_id,
            recorded_at=now,
        )


def start(clock: DeskClock) -> Log:
    """The people and the catalogue, before the first call."""
    clock.set(datetime(2026, 8, 1, 12, tzinfo=UTC))
    make_company()
    fresno, reno = make_team("East", make_site("Fresno")), make_team("West", make_site("Reno"))
    greta = make_user("greta")
    greta.groups.add(Group.objects.get(name="Manager"))
    return Log(
        clock=clock,
        ann=make_agent("ann", team=fresno),
        bob=make_agent("bob", team=reno),
        sue=make_supervisor("sue", team=fresno),
        sid=make_supervisor("sid", team=reno),
        greta=greta,
        offer=make_offer(),
        scheme=make_scheme(),
        limits=make_limits(),
    )


def october(log: Log) -> Log:
    """Twelve cancel contacts that began in October: A 2, K 3, P 1, D 1, X 4, U 1. One of them is a death."""
    kind = DispositionKind

    def on(day: int, month: int = 10) -> datetime:
        return datetime(2026, month, day, 18, tzinfo=UTC)

    log.take("Adler", on(5), kind.SAVED_WITH_OFFER, offer="ACCEPTED")
    log.take("Brandt", on(6), kind.CALL_BACK, opening_intent=OpeningIntent.DISCONNECT)
    log.take("Brandt", on(8), kind.CANCELLED, cancelled_after=50)
    log.take("Castro", on(7), kind.SAVED_WITH_OFFER, offer="ACCEPTED")
    log.take("Castro", on(9), kind.CANCELLED, cancelled_after=70)
    corrected = log.take("Dorn", on(10), kind.SAVED_WITHOUT)
    log.take("Ekberg", on(12), kind.MOVED_WITH_US)
    log.take("Falcone", on(13), kind.MOVED_WITH_US, offer="ACCEPTED")
    log.take("Gruber", on(14), kind.PAUSED, offer="DECLINED")
    log.take(
        "Hossain",
        on(15),
        kind.PARTLY_SAVED,
        lines={ProductKind.INTERNET: kind.SAVED_WITHOUT, ProductKind.TV: kind.CANCELLED},
    )
    log.take("Ivanova", on(16), kind.NO_CANCEL_INTENT)
    log.take("Jensen", on(17), kind.DROPPED)
    make_reason("DEATH", controllable=False, offers_allowed=False)
    log.take("Kaya", on(18), kind.CANCELLED, reason="DEATH", cancelled_after=30)
    log.take("Lopez", on(19), kind.SAVED_WITHOUT, by=log.bob)
    log.take("Moreau", on(30), kind.TRANSFERRED)
    log.take("Moreau", on(3, 11), kind.SAVED_WITHOUT)
    log.take("Novak", on(20, 9), kind.CANCELLED, cancelled_after=20)
    log.clock.set(AFTERWARDS)
    log.correct(corrected, kind.CANCELLED)
    # Twenty days after their contacts one customer has left, and another's only line has ended.
    Customer.objects.filter(pk=log.customers["Ekberg"].pk).update(left_on=date(2026, 11, 1))
    log.customers["Adler"].subscriptions.update(state="ENDED", ends_on=date(2026, 10, 25))
    return log
