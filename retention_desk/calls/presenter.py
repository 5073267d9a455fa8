"""From the call sheet and the offer sheet to what the call screen's templates print.

Decides which panel stands on the right and which words a row needs; it works nothing out that the domain has worked
out already, and it reads nothing.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language, to_locale

from customers import reading
from customers.calls import GOES_ON_FOR
from customers.choices import (
    CallEventKind,
    CallState,
    DispositionKind,
    IdentityResult,
    OpeningIntent,
    PriceCause,
    ProductKind,
)
from customers.conduct import Duty, Verdict
from customers.refusals import Refused
from customers.sheet import CallSheet, HistoryEntry
from customers.value import tenure_months
from offers.authorisation import OfferSheet
from offers.choices import ApprovalState, ProposalState, RulingCode
from offers.offering import Listed
from offers.standing import Made
from retention_desk.calls import composer, endings
from retention_desk.calls.composer import Shown
from retention_desk.calls.forms import ComplaintForm, IdentityForm, OpeningForm
from retention_desk.calls.listing import Wish, listing, names_of_fits, offer_row
from retention_desk.calls.words import CHECKS_SHORT, EVENT_ICONS

PANELS = {
    "compose": "calls/offer_compose.html",
    "presented": "calls/offer_presented.html",
    "waiting": "calls/offer_waiting.html",
    "answered": "calls/offer_answered.html",
    "accepted": "calls/offer_accepted.html",
    "none": "calls/offer_none.html",
    "identity": "calls/identity_check.html",
    "cancel": "calls/cancel_step.html",
    "cancelled": "calls/cancel_done.html",
    "already": "calls/cancel_already.html",
    "dropped": "calls/call_dropped.html",
    "note": "calls/cancel_note.html",
    "complaint": "calls/complaint_form.html",
    "handover": "calls/handover_form.html",
}
# What ended an earlier leg and not the customer's call.
_OF_A_LEG = frozenset({CallEventKind.ENDED, CallEventKind.CLOSED})
AWAY_AFTER = timedelta(seconds=90)
RISK_SEGMENTS = 5


def screen(sheet: CallSheet, offers: OfferSheet | None, wish: Wish) -> dict[str, Any]:
    """Everything the page or one of its fragments prints."""
    verdict = (
        offers.ground.verdict
        if offers
        else reading.verdict(sheet, presented=0, refused=0, settled=False, now=sheet.now)
    )
    masked = sheet.customer is not None and sheet.call.identity != IdentityResult.CHECKED
    no_offers = _no_offers(sheet, offers, verdict, masked=masked)
    panel = panel_of(sheet, offers, wish, masked=masked, no_offers=no_offers)
    context: dict[str, Any] = {
        "sheet": sheet,
        "call": sheet.call,
        "customer": sheet.customer,
        "currency": sheet.currency,
        "verdict": verdict,
        "masked": masked,
        "panel": panel,
        "panel_template": PANELS[panel],
        "no_offers": no_offers,
        "wrapping": not sheet.is_open or sheet.cancellation is not None or "wrap_up" in wish.forms,
        "refusal": _worded(wish.refusal),
        "news": wish.news,
        "keys": _keys(wish.keys),
        "away": sheet.is_open and sheet.now - sheet.call.seen_at > AWAY_AFTER,
    }
    context |= _bar_and_strip(sheet, verdict)
    context |= _customer(sheet, offers, masked=masked)
    context |= _reasons(sheet)
    context |= listing(sheet, offers, panel, wish, no_offers=no_offers)
    context |= _right(sheet, offers, panel, wish)
    if context["wrapping"]:
        context |= endings.wrap_up(sheet, offers, wish.forms.get("wrap_up"))
    context["events"] = events(sheet)
    return context


def panel_of(
    sheet: CallSheet, offers: OfferSheet | None, wish: Wish, *, masked: bool = False, no_offers: str = ""
) -> str:
    """Which panel stands on the right: what has happened comes before what was asked for."""
    if wish.panel == "handover" and sheet.is_open:
        return "handover"
    if sheet.cancellation:
        return "cancelled"
    if sheet.call.state != CallState.OPEN and wish.panel != "cancel":
        return "dropped" if _is_open_ended(sheet, offers) else "none"
    if sheet.customer is None or (masked and wish.panel == "cancel"):
        return "note"
    if not masked and wish.panel in ("", "cancel") and _is_cancelled_before(sheet):
        return "already"
    if wish.panel == "cancel":
        return "cancel"
    if masked or wish.panel == "identity":
        return "identity"
    if wish.panel == "complaint":
        return "complaint"
    if offers is None:
        return "none"
    return _offer_panel(offers, wish, no_offers)


def _is_open_ended(sheet: CallSheet, offers: OfferSheet | None) -> bool:
    """Whether the line went down before what the customer wanted was settled: not kept, cancelled or put off."""
    call = sheet.call
    if call.identity == IdentityResult.FAILED or call.call_back_at or (offers and offers.accepted):
        return False
    return bool(call.asked_at or (offers and _open_offer(offers)))


def _open_offer(offers: OfferSheet) -> Made | None:
    """The offer that the call left without an end; with the line down it has lapsed."""
    last = offers.standing.made[-1] if offers.standing.made else None
    lapsed = last if last and last.state == ProposalState.LAPSED else None
    return offers.presented or offers.awaiting or offers.granted or lapsed


def _is_cancelled_before(sheet: CallSheet) -> bool:
    """Whether everything that ran was cancelled on an earlier call."""
    return sheet.earlier_cancellation is not None and not any(line.can_be_cancelled for line in sheet.lines)


def _offer_panel(offers: OfferSheet, wish: Wish, no_offers: str) -> str:
    if offers.presented:
        return "presented"
    chosen = wish.tried or (wish.version_id and offers.listed(wish.version_id))
    if chosen and not no_offers:
        return "compose"
    if offers.awaiting:
        return "waiting"
    last = offers.standing.made[-1] if offers.standing.made else None
    if offers.granted or (last and last.answer in (ApprovalState.DECLINED, ApprovalState.EXPIRED)):
        return "answered"
    if last and last.state == ProposalState.ACCEPTED:
        return "accepted"
    if no_offers or not any(one.place for one in offers.offers):
        return "none"
    return "compose"


def _no_offers(sheet: CallSheet, offers: OfferSheet | None, verdict: Verdict, *, masked: bool) -> str:
    """Why the whole list is closed, as a code for the words; empty where offers are open."""
    if sheet.customer is None:
        return "NO_CUSTOMER"
    if masked:
        return "IDENTITY"
    if verdict.must_complete:
        return "MUST_CONFIRM"
    if sheet.closing_reason:
        return "REASON"
    if offers is None or sheet.call.offers_closed_at or not sheet.is_open:
        return "CLOSED"
    if not verdict.may_offer and not verdict.offers_left and sheet.call.asked_at and not offers.presented:
        return "CLOSED"
    return ""


def _worded(refused: Refused | None) -> dict[str, Any] | None:
    """A refusal for `_parts/refusal.html`: its code, and the numbers of the check that failed."""
    if refused is None:
        return None
    ruling = refused.facts.get("ruling")
    why: Mapping[str, object] = {"code": str(refused.code)}
    for check in getattr(ruling, "checks", ()):
        if check.code == refused.code and not check.ok:
            why = {"code": str(check.code), "limit": check.limit, "left": check.left, "asked": check.asked}
            break
    else:
        if "left_minor" in refused.facts:
            why = {"code": str(refused.code), "left": refused.facts["left_minor"]}
    return {"code": str(refused.code), "facts": refused.facts, "why": why}


def _keys(kept: Mapping[str, str]) -> dict[str, str]:
    """A fresh one-time key for every form of the page; a kept one where the same act may still be on its way."""
    names = ("asked", "offer", "settle", "cancel", "undo", "complaint", "close", "handover", "hold")
    return {name: kept.get(name) or str(uuid.uuid4()) for name in names}


def _bar_and_strip(sheet: CallSheet, verdict: Verdict) -> dict[str, Any]:
    call = sheet.call
    cancellation = sheet.cancellation
    told = call.recording_told_at
    begun_at = call.earlier_leg.begun_at if call.earlier_leg else call.opened_at
    since_asked = (cancellation.recorded_at - call.asked_at) if cancellation and call.asked_at else None
    known = (Duty.RECORDING_NOTICE, Duty.IDENTITY, Duty.RECORD_CANCEL, Duty.CONFIRM_CANCEL, Duty.SEND_CONFIRMATION)
    to_say = [duty for duty in verdict.open_duties if duty not in known]
    return {
        "seconds": ((call.ended_at or sheet.now) - call.opened_at).total_seconds(),
        "checks": [CHECKS_SHORT.get(code, code) for code in call.identity_checks],
        "told_after": (told - begun_at).total_seconds() if told else None,
        "confirmed_after": max(0, since_asked.total_seconds()) if since_asked is not None else None,
        "to_read": [duty for duty in to_say if duty != Duty.PERMISSION],
        "to_do": to_say,
    }


def _customer(sheet: CallSheet, offers: OfferSheet | None, *, masked: bool) -> dict[str, Any]:
    customer = sheet.customer
    if customer is None or masked:
        return {"opening_form": _opening(sheet), "past": (), "carried": (), "running": ()}
    worth = offers.ground.worth if offers else reading.worth(sheet)
    fee_today = sum(
        line.exit_fee_monthly_minor * (reading.months_left(line.contract_ends_on, sheet.today) or 0)
        for line in sheet.running_lines
    )
    ends = sheet.contract_ends_on
    past = offers.standing.past if offers else ()
    running = [one for one in (offers.standing.given if offers else ()) if one.ends_on and one.ends_on > sheet.today]
    return {
        "worth": worth,
        "speaks": ", ".join(_language_name(code, get_language() or "en") for code in customer.languages),
        "contract_days": (ends - sheet.today).days if ends else None,
        "fee_today_minor": fee_today,
        "risk_segments": [place < worth.risk.segments for place in range(RISK_SEGMENTS)],
        "device_balance_minor": sum(line.device_balance_minor for line in sheet.running_lines),
        # What runs off the bill is not in the lines' prices, but the customer pays the less for it.
        "bill_minor": max(0, sheet.monthly_bill_minor - (offers.ground.running_minor if offers else 0)),
        "running": running,
        "promise": sheet.promises[0] if sheet.promises else None,
        "past": [(one, tenure_months(one.presented_at.date(), sheet.today)) for one in past if not one.this_call],
        "carried": [one for one in reversed(past) if one.this_call],
        "opening_form": _opening(sheet),
        "history_entries": labelled(sheet.history, now=sheet.now),
        "older_than": sheet.history[-1].occurred_at if sheet.history_total > len(sheet.history) > 0 else None,
    }


def _opening(sheet: CallSheet) -> Mapping[str, str]:
    return _opening_controls(get_language() or "en", sheet.call.opening_intent, sheet.call.caller_role)


@lru_cache(maxsize=512)
def _opening_controls(_language: str, intent: str, role: str) -> Mapping[str, str]:
    """The form's controls, drawn. There are a few dozen of them, and the language is the active one."""
    form = OpeningForm(initial={"opening_intent": intent, "caller_role": role})
    return {name: str(form[name]) for name in form.fields}


def labelled(entries: Sequence[HistoryEntry], *, now: datetime) -> list[tuple[HistoryEntry, str, int]]:
    """History entries with the words for their code, where they have no words of their own, and their age in days."""
    return [(entry, _label(entry), (now - entry.occurred_at).days) for entry in entries]


_HOW_CALLS_WENT = {str(one): one.label for one in (*DispositionKind, *OpeningIntent)}


def _label(entry: HistoryEntry) -> str:
    if entry.source == "call":
        return str(_HOW_CALLS_WENT.get(entry.code, ""))
    if entry.source == "price":
        return str(PriceCause(entry.code).label) if entry.code in PriceCause.values else ""
    return ""


@lru_cache(maxsize=512)
def _language_name(code: str, language: str) -> str:
    """A language by its name in the agent's language."""
    here = Locale.parse(to_locale(language))
    return str(here.languages.get(code.partition("-")[0], code))


def _reasons(sheet: CallSheet) -> dict[str, Any]:
    call = sheet.call
    top = [one for one in sheet.reasons if one.parent_id is None and (one.active or one.id == call.reason_id)]
    details = [one for one in sheet.reasons if one.parent_id == call.reason_id and call.reason_id]
    like = None
    if call.rival_price_minor and call.rival_product:
        ours = sum(line.price_minor for line in sheet.running_lines if line.product_kind == call.rival_product)
        if ours:
            like = {"product": ProductKind(call.rival_product).label, "ours_minor": ours}
    price = call.rival_price_minor
    return {
        "reasons": top,
        "details": details,
        "product_kinds": ProductKind.choices,
        "rival_price": "" if price is None else _decimal(price, get_language() or "en"),
        "like_for_like": like,
    }


def _decimal(minor: int, language: str) -> str:
    """An amount as it is typed: with the language's own decimal sign, and nothing between thousands."""
    return format_decimal(Decimal(minor) / 100, "0.00", locale=to_locale(language))


def _right(sheet: CallSheet, offers: OfferSheet | None, panel: str, wish: Wish) -> dict[str, Any]:
    """What the panel on the right needs."""
    if panel == "identity":
        return {"identity_form": wish.forms.get("identity") or IdentityForm()}
    if panel == "dropped":
        open_offer = _open_offer(offers) if offers else None
        dropped_at = sheet.call.dropped_at
        until = dropped_at + GOES_ON_FOR if dropped_at and dropped_at + GOES_ON_FOR > sheet.now else None
        name = composer.name_of_made(open_offer) if open_offer else ""
        return {"open_offer": open_offer, "open_name": name, "goes_on_until": until}
    if panel in ("cancel", "note", "cancelled", "already"):
        return endings.cancelling(sheet, panel, wish.forms)
    if panel == "complaint":
        return _complaints(sheet, wish)
    if panel == "handover":
        return {"handover_form": wish.forms["handover"], "unanswered": bool(offers and offers.presented)}
    if offers is None or panel == "none":
        return {}
    if panel == "compose":
        listed = offers.placed(wish.tried) if wish.tried else _chosen(offers, wish)
        waiting = offers.awaiting
        return {
            "shown": composer.of_listed(listed, offers.standing, focus=wish.focus),
            "focus": wish.focus,
            "waiting": waiting,
            "seen": seen(waiting),
        }
    return _standing(sheet, offers, panel, wish)


def _chosen(offers: OfferSheet, wish: Wish) -> Listed:
    """The offer that is built on: the one that was asked for, or the first of the list."""
    listed = offers.listed(wish.version_id) if wish.version_id else None
    listed = listed or next(one for one in offers.offers if one.place)
    # The list does not search for the terms that would pass; here they are shown.
    if listed.ruling.code == RulingCode.WITHIN:
        return listed
    return offers.placed(offers.at(listed.entry, listed.terms))


def _standing(sheet: CallSheet, offers: OfferSheet, panel: str, wish: Wish) -> dict[str, Any]:
    """A proposal that is presented, waiting, answered or accepted."""
    made = _concerned(offers, panel)
    # A counter is a proposal of its own; who answered, and what they wrote, stands on the one that was asked for.
    asked = next((one for one in offers.standing.made if made.counter_of == one.id), made)
    shown: Shown = composer.of_made(made, offers)
    now = sheet.now
    due = asked.due_seconds
    waited = (now - asked.asked_at).total_seconds() if asked.asked_at else 0
    own = (one for one in offers.offers if one.place and one.ruling.code == RulingCode.WITHIN)
    fallback = next((one for one in own if one.value_minor > 0), None)
    return {
        "made": made,
        "asked": asked,
        "answer": asked.answer,
        "shown": shown,
        "disclosures": sheet.policy.disclosures_before_accept,
        "ticked": wish.forms.get("ticked", ()),
        "presented_ago": (now - made.presented_at).total_seconds() if made.presented_at else 0,
        "due_seconds": due,
        "waited": waited,
        "wait_width": min(100, int(100 * waited / due)) if due else 0,
        "asked_after": (asked.asked_at - sheet.call.opened_at).total_seconds() if asked.asked_at else 0,
        "read_after": (asked.read_at - sheet.call.opened_at).total_seconds() if asked.read_at else 0,
        "fallback": offer_row(fallback, {}, names_of_fits(sheet)) if fallback else None,
        "seen": seen(made),
    }


def _concerned(offers: OfferSheet, panel: str) -> Made:
    """The proposal that a panel is about."""
    one = {
        "presented": offers.presented,
        "waiting": offers.awaiting,
        "answered": offers.granted,
        "accepted": offers.accepted[-1] if offers.accepted else None,
    }[panel]
    return one or offers.standing.made[-1]


def seen(made: Made | None) -> str:
    """What the agent's screen shows of a question to a supervisor; the browser sends it back when it asks for news."""
    return f"{made.id}.{made.state}.{'read' if made.reader else 'unread'}" if made else ""


def _complaints(sheet: CallSheet, wish: Wish) -> dict[str, Any]:
    return {
        "complaint_form": wish.forms.get("complaint") or ComplaintForm(),
        "open_list": [
            {
                "id": one.id,
                "number": one.number,
                "subject": one.subject,
                "kind": one.kind.label,
                "days": one.days_waiting(sheet.today),
                "key": str(uuid.uuid4()),
            }
            for one in sheet.complaints
            if one.is_open
        ],
    }


def events(sheet: CallSheet) -> list[dict[str, Any]]:
    """The lines of "On this call", with those of before it was handed over: to the customer it is one call."""
    earlier = sheet.call.earlier_leg
    begun_at = earlier.begun_at if earlier else sheet.call.opened_at
    rows = []
    before = [event for event in earlier.events if event.kind not in _OF_A_LEG] if earlier else []
    for event in (*before, *sheet.events):
        icon, tone = EVENT_ICONS.get(event.kind, ("point", ""))
        rows.append(
            {
                "after": (event.at - begun_at).total_seconds(),
                "icon": icon,
                "tone": tone,
                "words": event.kind.label,
            }
        )
    return rows
