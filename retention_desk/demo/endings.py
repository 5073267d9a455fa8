"""How a call ends for each product line: dispositions, cancellations with their numbers, smaller plans."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from customers import numbers
from customers.acts import Act
from customers.choices import CallEventKind, CancelWhen, DispositionKind, ProductKind, SubscriptionState
from customers.ending import EndingLine, quote
from retention_desk.demo import planted
from retention_desk.demo.accounts import Account, Line
from retention_desk.demo.book import Book
from retention_desk.demo.company import BY_CODE, CURRENCY

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

    def cancel(self, call: int, account: Account, ended: Ended, *, by: int, at: datetime, day: date) -> date:
        """Write the cancellation of the ended lines; answers the day they end."""
        rng, book = self._rng, self._book
        bound = 4 if account.contract_ends_on(day) else 0
        when = rng.choices(
            (CancelWhen.END_OF_PAID_MONTH, CancelWhen.TODAY, CancelWhen.END_OF_CONTRACT), (78, 18, bound)
        )[0]
        gone = [line.id for line in ended.cancelled]
        worked_out = quote(
            [_as_ending(line, day) for line in account.running],
            line_ids=gone,
            when=when,
            today=day,
            paid_until=account.paid_until(day),
            balance_minor=account.balance_minor,
        )
        effective = worked_out.effective_on
        number = self._number()
        row = book.cancellations.add(
            call_id=call,
            customer_id=account.id,
            number=number,
            when=when,
            effective_on=effective,
            currency=CURRENCY,
            fee_minor=worked_out.fee_minor,
            device_balance_minor=worked_out.device_balance_minor,
            last_bill_minor=worked_out.last_bill_minor,
            bill_before_minor=worked_out.bill_before_minor,
            bill_after_minor=worked_out.bill_after_minor,
            porting_out=ended.kind == DispositionKind.PORTING_OUT,
            by_id=by,
            recorded_at=at,
        )
        for line in ended.cancelled:
            book.cancellation_lines.add(
                cancellation_id=row,
                subscription_id=line.id,
                price_minor=line.charged_on(day),
                previous_state=line.state,
            )
            line.ends_on = effective
            line.state = SubscriptionState.ENDED if effective <= self._today else SubscriptionState.ENDING
        for topic in ("notice.cancellation" if account.email else "letter.cancellation", "billing.cancel"):
            book.sent(topic, f"{topic}:{row}", {"cancellation": row}, at=at)
        book.on_call(
            Act.CANCELLED,
            call,
            account.id,
            kind=CallEventKind.CANCELLED,
            by=by,
            at=at,
            detail={
                "cancellation": row,
                "number": number,
                "lines": gone,
                "when": str(when),
                "effective_on": effective.isoformat(),
                "fee_minor": worked_out.fee_minor,
                "last_bill_minor": worked_out.last_bill_minor,
            },
            key=book.new_key(),
            of=("cancellation", row),
        )
        return effective

    def dispose(self, call: int, account: Account, ended: Ended, *, by: int, at: datetime) -> None:
        """Write the call's disposition and one for each product line."""
        book = self._book
        book.dispositions.add(call_id=call, line="", kind=ended.kind, by_id=by, recorded_at=at)
        for line, kind in ended.lines.items():
            book.dispositions.add(call_id=call, line=line, kind=kind, by_id=by, recorded_at=at)
        book.on_call(
            Act.CALL_CLOSED,
            call,
            account.id,
            kind=CallEventKind.CLOSED,
            by=by,
            at=at,
            detail={"kind": str(ended.kind), "lines": {str(line): str(kind) for line, kind in ended.lines.items()}},
            key=book.new_key(),
        )

    def _number(self) -> str:
        """As `numbers.new_number`, but from chance that can be repeated."""
        while True:
            number = numbers.PREFIX + "".join(self._rng.choices(numbers.ALPHABET, k=numbers.LENGTH))
            if number not in self._numbers:
                self._numbers.add(number)
                return number


def _as_ending(line: Line, day: date) -> EndingLine:
    return EndingLine(
        id=line.id,
        product_kind=line.product.kind,
        name=line.product.name,
        state=line.state,
        price_minor=line.charged_on(day),
        bundle_minor=line.bundle_minor,
        contract_ends_on=line.contract_ends_on,
        exit_fee_monthly_minor=line.exit_fee_monthly_minor,
        device_balance_minor=line.device_balance_minor,
        service_number=line.number,
    )
