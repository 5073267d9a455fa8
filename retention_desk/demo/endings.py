"""How a call ends for each product line: dispositions, cancellations with their numbers, smaller plans."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from customers.acts import Act
from customers.choices import CallEventKind, CancelWhen, DispositionKind, ProductKind, SubscriptionState
from retention_desk.demo import planted
from retention_desk.demo.accounts import Account, Line
from retention_desk.demo.bargains import AGENT
from retention_desk.demo.book import Book
from retention_desk.demo.company import BY_CODE, CURRENCY

# Readable over the telephone: no 0, O, 1, I, L.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_SMALLER = {
    "FIBRE-1000": "FIBRE-500",
    "FIBRE-500": "FIBRE-300",
    "FIBRE-300": "FIBRE-100",
    "TV-PREMIER": "TV-SPORTS",
    "TV-SPORTS": "TV-SELECT",
    "TV-SELECT": "TV-BASIC",
}
GONE = frozenset({DispositionKind.CANCELLED, DispositionKind.PORTING_OUT})
STAYED = frozenset(
    {
        DispositionKind.SAVED_WITH_OFFER,
        DispositionKind.SAVED_WITHOUT,
        DispositionKind.PARTLY_SAVED,
        DispositionKind.PAUSED,
        DispositionKind.MOVED_WITH_US,
        DispositionKind.NAME_TRANSFERRED,
    }
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: as a whole, by product line, and which lines it cancelled."""

    kind: DispositionKind
    lines: Mapping[ProductKind, DispositionKind]
    cancelled: Sequence[Line] = ()


def ending(rng: random.Random, account: Account, kind: DispositionKind, *, reason: str, day: date) -> Ended:
    """Turn the kind of ending into what happens to each line; may turn into another where it cannot be."""
    running = account.running
    if kind == DispositionKind.CANCELLED:
        ported = reason == "RIVAL" and any(line.number for line in running) and rng.random() * 100 < planted.PORTING
        kinds = {
            line.product.kind: DispositionKind.PORTING_OUT if ported and line.number else DispositionKind.CANCELLED
            for line in running
        }
        return Ended(DispositionKind.PORTING_OUT if ported else kind, kinds, running)
    if kind == DispositionKind.PARTLY_SAVED:
        return _in_part(rng, account, day=day)
    return Ended(kind, {line.product.kind: kind for line in running})


def _in_part(rng: random.Random, account: Account, *, day: date) -> Ended:
    """One product goes and the rest stays, or a plan becomes smaller."""
    running = account.running
    if len(running) > 1 and rng.random() < 0.6:
        gone = next((line for line in running if line.product.kind == ProductKind.TV), running[-1])
        kinds = {line.product.kind: DispositionKind.SAVED_WITHOUT for line in running}
        kinds[gone.product.kind] = DispositionKind.CANCELLED
        return Ended(DispositionKind.PARTLY_SAVED, kinds, [gone])
    for line in running:
        smaller = BY_CODE.get(_SMALLER.get(line.product.code, ""))
        if smaller is not None and line.charged_on(day) > smaller.price:
            kinds = {one.product.kind: DispositionKind.SAVED_WITHOUT for one in running}
            kinds[line.product.kind] = DispositionKind.PARTLY_SAVED
            line.change_plan(smaller, account.next_bill(day))
            return Ended(DispositionKind.PARTLY_SAVED, kinds)
    kind = DispositionKind.SAVED_WITHOUT
    return Ended(kind, {line.product.kind: kind for line in running})


class Endings:
    """Writes cancellations and dispositions."""

    def __init__(self, rng: random.Random, book: Book, today: date) -> None:
        self._rng, self._book, self._today = rng, book, today
        self._numbers: set[str] = set()

    def cancel(
        self, call: int, account: Account, ended: Ended, *, by: int, at: datetime, day: date
    ) -> tuple[date, tuple[DispositionKind, ...]]:
        """Write the cancellation of the ended lines; answers the day they end."""
        rng, book = self._rng, self._book
        contract = account.contract_ends_on(day)
        when = rng.choices(
            (CancelWhen.END_OF_PAID_MONTH, CancelWhen.TODAY, CancelWhen.END_OF_CONTRACT), (78, 18, 4 if contract else 0)
        )[0]
        effective = account.next_bill(day) - timedelta(days=1)
        if when == CancelWhen.TODAY:
            effective = day
        elif when == CancelWhen.END_OF_CONTRACT and contract:
            effective = contract
        before = account.bill_on(day)
        months = max((contract - effective).days // 30, 0) if contract else 0
        fee = sum(line.exit_fee_monthly_minor * months for line in ended.cancelled)
        device = sum(line.device_balance_minor for line in ended.cancelled)
        gone = sum(line.charged_on(day) for line in ended.cancelled)
        key = book.new_key()
        porting = ended.kind == DispositionKind.PORTING_OUT
        number = self._number()
        row = book.cancellations.add(
            call_id=call,
            customer_id=account.id,
            number=number,
            when=when,
            effective_on=effective,
            currency=CURRENCY,
            fee_minor=fee,
            device_balance_minor=device,
            last_bill_minor=gone * max((effective - day).days, 0) // 30 + fee + device,
            bill_before_minor=before,
            bill_after_minor=before - gone,
            porting_out=porting,
            by_id=by,
            recorded_at=at,
        )
        over = effective <= self._today
        for line in ended.cancelled:
            book.cancellation_lines.add(
                cancellation_id=row,
                subscription_id=line.id,
                price_minor=line.charged_on(day),
                previous_state=SubscriptionState.ACTIVE,
            )
            line.ends_on = effective
            line.state = SubscriptionState.ENDED if over else SubscriptionState.ENDING
        for topic in ("billing.cancellation", "notice.cancellation"):
            book.outbox.add(
                topic=topic,
                key=f"{topic.partition('.')[0]}-cancellation:{row}",
                payload={"cancellation": row, "customer": account.id},
                created_at=at,
                due_at=at,
                attempts=1,
                delivered_at=at + timedelta(seconds=4),
            )
        after = {
            "number": number,
            "effective_on": effective.isoformat(),
            "lines": [line.id for line in ended.cancelled],
        }
        book.act(
            Act.CANCELLED,
            at=at,
            by=by,
            role=AGENT,
            object_kind="cancellation",
            object_id=row,
            customer_id=account.id,
            call_id=call,
            after=after,
            key=key,
        )
        book.events.add(call_id=call, kind=CallEventKind.CANCELLED, at=at, by_id=by, detail={"cancellation": row})
        return effective, tuple(ended.lines.values())

    def dispose(self, call: int, account: Account, ended: Ended, *, by: int, at: datetime) -> None:
        """Write the call's disposition and one for each product line."""
        book = self._book
        row = book.dispositions.add(call_id=call, line="", kind=ended.kind, by_id=by, recorded_at=at)
        for line, kind in ended.lines.items():
            book.dispositions.add(call_id=call, line=line, kind=kind, by_id=by, recorded_at=at)
        book.act(
            Act.CALL_CLOSED,
            at=at,
            by=by,
            role=AGENT,
            object_kind="disposition",
            object_id=row,
            customer_id=account.id,
            call_id=call,
            after={"kind": str(ended.kind)},
            key=book.new_key(),
        )

    def _number(self) -> str:
        while True:
            letters = "".join(self._rng.choices(_ALPHABET, k=10))
            number = f"{letters[:2]}-{letters[2:6]}-{letters[6:]}"
            if number not in self._numbers:
                self._numbers.add(number)
                return number
