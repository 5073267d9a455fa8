"""Cancelling: always possible, with PostgreSQL alone. Reasons, identity, offers and money never stand in its way.

Messages to the customer and to billing leave through the outbox, written in the same transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from customers import ending, keys, numbers, on_call, outbox, queries
from customers.acts import Act
from customers.choices import CallEventKind, CancelWhen, IdentityResult, ProductKind, SubscriptionState
from customers.ending import EndingLine, Quote
from customers.models import Call, Cancellation, CancellationLine, CancellationUndo, Company, Customer, Subscription
from customers.refusals import NotYours, Refused
from customers.sheet import CallSheet, Line

# Numbers are drawn from 10^11; two doubles in a row are a fault somewhere else.
TRIES = 5
# What is written in `Cancellation.noted` where the back office has something to confirm.
NOT_CHECKED: Mapping[str, str] = {"identity": IdentityResult.NOT_CHECKED.value}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is read out: the number, and when it ends. `again`: it had been recorded before.

    `notice_goes_to` is the e-mail address, masked; blank when a letter has to be sent.
    """

    cancellation_id: int
    number: str
    effective_on: date
    last_bill_minor: int
    currency: str
    notice_goes_to: str
    again: bool


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody whose record could not be found or shown: where the back office reaches them."""

    name: str
    address: str
    call_back_number: str
    account_number: str = ""


def quote(*, sheet: CallSheet, line_ids: Collection[int], when: CancelWhen, today: date) -> Quote:
    """What cancelling these lines of the sheet would mean; writes nothing."""
    return ending.quote(
        [_ending_line(line, product_kind=line.product_kind, name=line.name) for line in sheet.lines],
        line_ids=line_ids,
        when=when,
        today=today,
        paid_until=sheet.customer.paid_until if sheet.customer else None,
        balance_minor=sheet.customer.balance_minor if sheet.customer else 0,
        asked_on=sheet.wish_noted_on,
    )


@transaction.atomic
def cancel(
    *,
    call_id: int,
    line_ids: Collection[int],
    when: CancelWhen,
    porting_out: bool,
    by: int,
    role: str,
    now: datetime,
    key: UUID,
) -> Confirmation:
    """Cancel these lines of the call's customer, until the call has its disposition; a repeat gives the same number.

    Lines that are cancelled already are left as they are; if all of them are, theirs is the answer. A caller whose
    identity was not checked is served all the same, and the back office finds it noted. An account without any line
    on record is cancelled as such. A wish that an earlier call has noted counts from its own day. `Refused`:
    NO_CUSTOMER (use `note_cancellation`), NOTHING_TO_CANCEL when nothing was chosen of what runs.
    """
    wanted = sorted(set(line_ids))
    body = {"call": call_id, "lines": wanted, "when": when, "porting_out": porting_out}
    claim = keys.claim(key=key, act=Act.CANCELLED, by=by, body=body)
    if claim.answer:
        return _confirmation(Cancellation.objects.get(pk=claim.answer.object_id), again=True)
    call = on_call.lock_unclosed(call_id, by=by)
    if call.customer_id is None:
        raise Refused("NO_CUSTOMER")
    customer = Customer.objects.get(pk=call.customer_id)
    wish = queries.noted_wish(call)
    lines = list(
        Subscription.objects.select_for_update(of=("self",))
        .filter(customer=customer)
        .select_related("product")
        .order_by("pk")
    )
    worked_out = ending.quote(
        [_ending_line(line, product_kind=ProductKind(line.product.kind), name=line.product.name) for line in lines],
        line_ids=wanted,
        when=when,
        today=_today(call, now),
        paid_until=customer.paid_until,
        balance_minor=customer.balance_minor,
        asked_on=_today(call, wish.asked_at) if wish else None,
    )
    noted: dict[str, Any] = {} if call.identity == IdentityResult.CHECKED else dict(NOT_CHECKED)
    if not worked_out.line_ids:
        earlier = _live_of(call, customer, wanted)
        if earlier is not None:
            claim.settle(object_id=earlier.pk)
            return _confirmation(earlier, again=True)
        if any(line.state in (SubscriptionState.ACTIVE, SubscriptionState.PAUSED) for line in lines):
            raise Refused("NOTHING_TO_CANCEL")
        noted["lines"] = "NONE_ON_RECORD"
    made = _insert(
        call,
        quote=worked_out,
        customer=customer,
        currency=customer.currency,
        porting_out=porting_out,
        noted=noted,
        by=by,
    )
    _end_lines(made, lines, worked_out)
    _tell_the_world(made, customer=customer, line_ids=worked_out.line_ids)
    detail = {
        "lines": worked_out.line_ids,
        "when": when,
        "effective_on": made.effective_on,
        "fee_minor": made.fee_minor,
        "last_bill_minor": made.last_bill_minor,
        "porting_out": porting_out,
        "identity": call.identity,
        "wish_of": wish.asked_at if wish else None,
    }
    _record(claim, call, made, role=role, event=CallEventKind.CANCELLED, detail=detail)
    return _confirmation(made, again=False)


@transaction.atomic
def note_cancellation(
    *, call_id: int, who: Who, when: CancelWhen, porting_out: bool, by: int, role: str, now: datetime, key: UUID
) -> Confirmation:
    """Note the wish to cancel of somebody without a record; the back office matches and confirms it.

    One a call: a repeat gives the same number. `Refused("WHO_MISSING")` without a name or a number to call.
    """
    if not who.name.strip() or not who.call_back_number.strip():
        raise Refused("WHO_MISSING")
    body = {"call": call_id, "who": asdict(who), "when": when, "porting_out": porting_out}
    claim = keys.claim(key=key, act=Act.CANCEL_NOTED, by=by, body=body)
    if claim.answer:
        return _confirmation(Cancellation.objects.get(pk=claim.answer.object_id), again=True)
    call = on_call.lock_unclosed(call_id, by=by)
    noted_before = Cancellation.objects.filter(call=call, customer=None, undo=None).first()
    if noted_before is not None:
        claim.settle(object_id=noted_before.pk)
        return _confirmation(noted_before, again=True)
    nothing_known = ending.quote([], line_ids=[], when=when, today=_today(call, now), paid_until=None, balance_minor=0)
    made = _insert(
        call,
        quote=nothing_known,
        customer=None,
        currency=Company.objects.values_list("currency", flat=True).first() or "",
        porting_out=porting_out,
        noted={
            **NOT_CHECKED,
            "name": who.name.strip()[:200],
            "address": who.address.strip()[:300],
            "call_back_number": who.call_back_number.strip()[:40],
            "account_number": who.account_number.strip()[:40],
        },
        by=by,
    )
    outbox.put(
        topic="backoffice.cancellation", key=f"backoffice.cancellation:{made.pk}", payload={"cancellation": made.pk}
    )
    detail = {"when": when, "effective_on": made.effective_on}
    _record(claim, call, made, role=role, event=CallEventKind.CANCELLED, detail=detail)
    return _confirmation(made, again=False)


@transaction.atomic
def undo(*, cancellation_id: int, by: int, role: str, key: UUID) -> None:
    """Take a cancellation back while the customer is on the line; the lines are as they were before. Once.

    `NotYours` for a cancellation of another agent's call, `Refused("CALL_CLOSED")` when the customer has hung up.
    """
    claim = keys.claim(key=key, act=Act.CANCEL_UNDONE, by=by, body={"cancellation": cancellation_id})
    if claim.answer:
        return
    call_id = Cancellation.objects.filter(pk=cancellation_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotYours(cancellation_id=cancellation_id)
    call = on_call.lock_open(call_id, by=by)
    cancellation = Cancellation.objects.get(pk=cancellation_id)
    if CancellationUndo.objects.filter(cancellation=cancellation).exists():
        claim.settle(object_id=cancellation_id)
        return
    CancellationUndo.objects.create(cancellation=cancellation, by_id=by, recorded_at=cancellation.recorded_at)
    for line in cancellation.lines.order_by("subscription_id"):
        Subscription.objects.filter(pk=line.subscription_id, state=SubscriptionState.ENDING).update(
            state=line.previous_state, ends_on=line.previous_ends_on
        )
    for topic in ("billing", "notice"):
        told = f"{topic}.cancellation_undone"
        outbox.put(topic=told, key=f"{told}:{cancellation_id}", payload={"cancellation": cancellation_id})
    _record(claim, call, cancellation, role=role, event=CallEventKind.CANCEL_UNDONE, detail={})


def masked(email: str) -> str:
    """An address that its owner knows again and nobody else learns: `m…@example.com`; blank without one."""
    name, at, host = email.partition("@")
    return f"{name[:1]}…@{host}" if at and host else ""


def _today(call: Call, now: datetime) -> date:
    return now.astimezone(ZoneInfo(call.site.time_zone)).date()


def _ending_line(line: Subscription | Line, *, product_kind: ProductKind, name: str) -> EndingLine:
    return EndingLine(
        id=line.id,
        product_kind=product_kind,
        name=name,
        state=SubscriptionState(line.state),
        price_minor=line.price_minor,
        bundle_minor=line.bundle_minor,
        contract_ends_on=line.contract_ends_on,
        exit_fee_monthly_minor=line.exit_fee_monthly_minor,
        device_balance_minor=line.device_balance_minor,
        service_number=line.service_number,
    )


def _live_of(call: Call, customer: Customer, line_ids: Collection[int]) -> Cancellation | None:
    """The newest cancellation that stands for one of these lines or, without lines, on this call."""
    standing = Cancellation.objects.filter(customer=customer, undo=None).order_by("-pk")
    if not line_ids:
        return standing.filter(call=call).first()
    return standing.filter(
        lines__subscription__in=line_ids, lines__subscription__state=SubscriptionState.ENDING
    ).first()


def _insert(
    call: Call,
    *,
    quote: Quote,
    customer: Customer | None,
    currency: str,
    porting_out: bool,
    noted: Mapping[str, Any],
    by: int,
) -> Cancellation:
    """Write it under a number that nobody has; the database refuses a double, and a new one is drawn."""
    made = Cancellation(
        call=call,
        customer=customer,
        when=quote.when,
        effective_on=quote.effective_on,
        currency=currency,
        fee_minor=quote.fee_minor,
        device_balance_minor=quote.device_balance_minor,
        last_bill_minor=quote.last_bill_minor,
        bill_before_minor=quote.bill_before_minor,
        bill_after_minor=quote.bill_after_minor,
        porting_out=porting_out,
        noted=dict(noted),
        by_id=by,
        recorded_at=call.opened_at,
    )
    for _ in range(TRIES):
        made.number = numbers.new_number()
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            if "number" not in str(error):
                raise
        else:
            return made
    raise Refused("NUMBER_MISSING")


def _end_lines(made: Cancellation, lines: Collection[Subscription], quote: Quote) -> None:
    ending_ones = [line for line in lines if line.pk in quote.line_ids]
    CancellationLine.objects.bulk_create(
        CancellationLine(
            cancellation=made,
            subscription=line,
            price_minor=line.price_minor,
            previous_state=line.state,
            previous_ends_on=line.ends_on,
        )
        for line in ending_ones
    )
    Subscription.objects.filter(pk__in=quote.line_ids).update(state=SubscriptionState.ENDING, ends_on=made.effective_on)


def _tell_the_world(made: Cancellation, *, customer: Customer, line_ids: Collection[int]) -> None:
    """The order to billing, and the written notice: by e-mail or, without an address, as a letter."""
    notice = "notice.cancellation" if masked(customer.email) else "letter.cancellation"
    outbox.put(topic=notice, key=f"{notice}:{made.pk}", payload={"cancellation": made.pk})
    outbox.put(
        topic="billing.cancel",
        key=f"billing.cancel:{made.pk}",
        payload={
            "cancellation": made.pk,
            "customer": customer.pk,
            "lines": list(line_ids),
            "effective_on": made.effective_on,
            "porting_out": made.porting_out,
            "noted": made.noted,
        },
    )


def _record(
    claim: keys.Claim,
    call: Call,
    cancellation: Cancellation,
    *,
    role: str,
    event: CallEventKind,
    detail: Mapping[str, object],
) -> None:
    """Write the claimed act on a cancellation to the record, and settle its key."""
    on_call.record(
        call,
        act=Act(claim.act),
        by=claim.by,
        role=role,
        event=event,
        detail={"cancellation": cancellation.pk, "number": cancellation.number, **detail},
        object_kind="cancellation",
        object_id=cancellation.pk,
        key=claim.key,
    )
    claim.settle(object_id=cancellation.pk)


def _confirmation(cancellation: Cancellation, *, again: bool) -> Confirmation:
    return Confirmation(
        cancellation_id=cancellation.pk,
        number=cancellation.number,
        effective_on=cancellation.effective_on,
        last_bill_minor=cancellation.last_bill_minor,
        currency=cancellation.currency,
        notice_goes_to=masked(cancellation.customer.email) if cancellation.customer else "",
        again=again,
    )
