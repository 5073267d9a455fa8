"""Opening a call: which rules hold on it, what travels with a transferred one, who rings, what is seen at first."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q

from customers import keys, on_call, queries, reading
from customers.acts import Act
from customers.choices import CallerRole, CallEventKind, CallState, IdentityResult, OpeningIntent
from customers.conduct import DEFAULT, STRICT
from customers.models import Call, CallEvent, ConductPolicy, Customer, Handover, Site
from customers.queries import DeskNow
from customers.refusals import Refused
from customers.sheet import CallSheet

# A call handed over later than this is a new call.
TRANSFER_WITHIN = timedelta(hours=4)
_IDENTITY = ("identity", "identity_checks", "identity_at")
_REASONS = ("reason_id", "reason_detail_id", "rival", "rival_price_minor", "rival_product")


def open_call(
    *,
    customer_id: int | None,
    phone_from: str,
    caller_role: CallerRole,
    opening_intent: OpeningIntent,
    team_id: int,
    site_id: int,
    by: int,
    role: str,
    now: datetime,
    key: UUID,
    checks: Sequence[str] = (),
    transferred_from: int | None = None,
    transfer_note: str = "",
) -> int:
    """Open a call, stamp the rules that hold on it and what the customer is worth now; answers the call's id.

    `checks` are how the caller was known already, if at all. The audit keeps what the agent saw. `Refused`: CALL_OPEN
    while this agent has another open call, NO_CUSTOMER for an id that there is not, TRANSFER_NOT_FITTING for an earlier
    call of somebody else or of long ago.
    """
    body = {
        "customer": customer_id,
        "site": site_id,
        "said": [phone_from, caller_role, opening_intent, sorted(checks)],
        "transferred_from": [transferred_from, transfer_note],
    }
    try:
        with transaction.atomic():
            claim = keys.claim(key=key, act=Act.CALL_OPENED, by=by, body=body)
            if claim.answer:
                return claim.answer.object_id
            if (open_id := queries.open_call_of(by=by)) is not None:
                raise Refused("CALL_OPEN", call_id=open_id)
            customer = Customer.objects.filter(pk=customer_id).first() if customer_id is not None else None
            if customer_id is not None and customer is None:
                raise Refused("NO_CUSTOMER", customer_id=customer_id)
            site = Site.objects.get(pk=site_id)
            policy = policy_for(customer, on=now.astimezone(ZoneInfo(site.time_zone)).date())
            call = Call(
                customer_id=customer_id,
                agent_id=by,
                team_id=team_id,
                site_id=site_id,
                opened_at=now,
                seen_at=now,
                phone_from=phone_from,
                caller_role=caller_role,
                opening_intent=opening_intent,
                transfer_note=transfer_note,
                policy=policy,
                offers_allowed=policy.offers_allowed,
                minutes_after_intent=policy.minutes_after_intent,
            )
            if transferred_from is not None:
                _carry_over(call, transferred_from)
            sheet = queries.draft_sheet(call)
            worth = reading.worth(sheet)
            call.monthly_bill_minor = sheet.monthly_bill_minor
            call.lifetime_value_minor = worth.lifetime.value_minor
            call.risk_percent = worth.risk.percent
            if sheet.noted_wish and call.asked_at is None:
                # What was shown after a wish that stays noted was shown.
                call.offers_allowed = max(call.offers_allowed - sheet.noted_wish.presented, 0)
            call.save(force_insert=True)
            on_call.record(call, act=Act.CALL_OPENED, by=by, role=role, detail=_seen(sheet, worth), key=key)
            if transferred_from is not None:
                _taken_over(call, transferred_from)
            if checks:
                check_identity(call_id=call.pk, checks=checks, passed=True, by=by, role=role)
            claim.settle(object_id=call.pk)
            return call.pk
    except IntegrityError as error:
        # Two tabs at the same moment: the second one finds the first one's call.
        if "one_open_call_an_agent" in str(error):
            raise Refused("CALL_OPEN") from error
        raise


@transaction.atomic
def link_late(*, call_id: int, earlier_id: int, role: str) -> bool:
    """Let a call that was opened before anybody told of the hand-over go on with the earlier one; answers if it does.

    What the agent has found out meanwhile stays; clock and offers become what the stricter of both allows (SQL
    guard_call). Where the two do not fit, or the call has its disposition, the audit says so: CALL_NOT_LINKED, and why.
    """
    call, earlier = (
        Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk) for pk in (call_id, earlier_id)
    )
    why = "CALL_CLOSED" if call.state == CallState.CLOSED else ""
    if not why and (call.transferred_from_id is not None or not _fits(call, earlier, opened_at=call.opened_at)):
        why = "TRANSFER_NOT_FITTING"
    if not why:
        carried: dict[str, object] = {"transferred_from_id": earlier_id}
        if call.identity == IdentityResult.NOT_CHECKED:
            carried |= {name: getattr(earlier, name) for name in _IDENTITY}
        if call.recording_told_at is None:
            carried["recording_told_at"] = earlier.recording_told_at
        if call.reason_id is None:
            carried |= {name: getattr(earlier, name) for name in _REASONS}
        Call.objects.filter(pk=call_id).update(**carried)
        _taken_over(call, earlier_id)
    act = Act.CALL_NOT_LINKED if why else Act.CALL_LINKED
    on_call.record(call, act=act, by=None, role=role, detail={"transferred_from": earlier_id}, reason=why)
    return not why


@transaction.atomic
def check_identity(*, call_id: int, checks: Sequence[str], passed: bool, by: int, role: str) -> None:
    """Note by which checks (codes) the caller was known, or not; never the answers."""
    codes = [on_call.code(check) for check in checks]
    call = on_call.lock_open(call_id, by=by)
    result = IdentityResult.CHECKED if passed else IdentityResult.FAILED
    if (call.identity, call.identity_checks) == (result, codes):
        return
    Call.objects.filter(pk=call_id).update(identity=result, identity_checks=codes, identity_at=DeskNow())
    event = CallEventKind.IDENTITY_CHECKED if passed else CallEventKind.IDENTITY_FAILED
    detail = {"result": result, "checks": codes}
    before = {"result": call.identity, "checks": call.identity_checks}
    on_call.record(call, act=Act.IDENTITY_CHECKED, by=by, role=role, event=event, detail=detail, before=before)


def policy_for(customer: Customer | None, *, on: date) -> ConductPolicy:
    """The policy that holds for this customer on that day: the newest version in force of the first code that has one.

    The codes are the jurisdiction of the service address (US-CA), its country (US), and DEFAULT. Without a customer or
    a jurisdiction nobody knows which law protects the caller, so the strictest rules hold.
    """
    codes = [STRICT.code]
    if customer is not None and customer.jurisdiction:
        codes = [customer.jurisdiction, customer.jurisdiction.partition("-")[0], DEFAULT.code, STRICT.code]
    in_force = ConductPolicy.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on), code__in=codes, valid_from__lte=on
    )
    newest = {policy.code: policy for policy in in_force.order_by("version")}
    found = next((newest[code] for code in codes if code in newest), None)
    if found is None:
        raise Refused("NO_POLICY")
    return found


def _carry_over(call: Call, earlier_id: int) -> None:
    """Take the identity, the clock, the reasons and the offers of the call that was handed over to this one.

    Starting them anew would let a customer be asked for their data twice and be worked on twice as long.
    """
    earlier = Call.objects.select_for_update(no_key=True).filter(pk=earlier_id).first()
    if earlier is None or not _fits(call, earlier, opened_at=queries.desk_now()):
        raise Refused("TRANSFER_NOT_FITTING", call_id=earlier_id)
    call.transferred_from = earlier
    for name in (*_IDENTITY, *_REASONS, "recording_told_at"):
        setattr(call, name, getattr(earlier, name))
    if earlier.asked_at is not None:
        shown = CallEvent.objects.filter(call=earlier, kind=CallEventKind.PRESENTED, at__gte=earlier.asked_at).count()
        call.ask_count = earlier.ask_count
        call.asked_at = earlier.asked_at
        call.must_complete_by = earlier.must_complete_by
        call.offers_closed_at = earlier.offers_closed_at
        call.offers_allowed = max(min(call.offers_allowed, earlier.offers_allowed) - shown, 0)


def _fits(call: Call, earlier: Call, *, opened_at: datetime) -> bool:
    """Whether the call can go on with the earlier one: the same customer, not long ago, and nobody else does.

    `opened_at`: when the call opened, by the database's clock.
    """
    return (
        earlier.customer_id in (None, call.customer_id)
        and abs(earlier.opened_at - opened_at) < TRANSFER_WITHIN
        and not Call.objects.filter(transferred_from_id=earlier.pk).exists()
    )


def _taken_over(call: Call, earlier_id: int) -> None:
    """Whoever goes on with a call has taken it over, whichever way they came to it."""
    handed = Handover.objects.filter(call_id=earlier_id, taken_at=None)
    handed.update(taken_call=call, taken_at=DeskNow())


def _seen(sheet: CallSheet, worth: reading.Worth) -> dict[str, object]:
    """What stood on the screen when the call opened, by ids and numbers."""
    customer = sheet.customer
    return {
        "policy": f"{sheet.policy.code} {sheet.policy.version}",
        "opening_intent": sheet.call.opening_intent,
        "caller_role": sheet.call.caller_role,
        "transferred_from": sheet.call.earlier_leg.call_id if sheet.call.earlier_leg else None,
        "monthly_bill_minor": sheet.monthly_bill_minor,
        "lifetime_value_minor": worth.lifetime.value_minor,
        "risk_percent": worth.risk.percent,
        "risk_reasons": [reason.code for reason in worth.risk.reasons],
        "tenure_months": worth.tenure_months,
        "balance_minor": customer.balance_minor if customer else None,
        "past_due_minor": customer.past_due_minor if customer else None,
        "lines": [line.id for line in sheet.lines],
        "complaints": [complaint.id for complaint in sheet.complaints],
        "history": [f"{entry.source} {entry.id}" for entry in sheet.history],
        "history_total": sheet.history_total,
    }
