"""Ending a call on the screen: cancelling step by step, the number, and the wrap-up with its proposed outcome."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language

from customers import cancellations, dispositions, numbers
from customers.choices import CancelWhen, DispositionKind, ProductKind
from customers.sheet import CallSheet
from offers.authorisation import OfferSheet
from offers.choices import OfferKind
from retention_desk import formats
from retention_desk.calls.forms import CancelForm, NoteCancellationForm, WrapUpForm
from retention_desk.calls.words import COMMON_DISPOSITIONS, DISPOSITION_ICONS


def cancelling(sheet: CallSheet, panel: str, forms: Mapping[str, Any]) -> dict[str, Any]:
    """What the panels of cancelling print."""
    if panel == "cancelled":
        return _done(sheet)
    if panel == "already" and sheet.earlier_cancellation is not None:
        earlier = sheet.earlier_cancellation
        return {
            "earlier": earlier,
            "number_grouped": numbers.grouped(earlier.number),
            "spelled": _spelled(earlier.number),
        }
    if panel == "note":
        return {"note_form": forms.get("note") or NoteCancellationForm(initial=_known(sheet))}
    return step(sheet, forms.get("cancel"))


def step(sheet: CallSheet, form: CancelForm | None) -> dict[str, Any]:
    """Step 1: everything that can end is ticked, the end of the paid month is chosen, until somebody says otherwise."""
    lines = [line for line in sheet.lines if line.can_be_cancelled]
    chosen, when, porting = [line.id for line in lines], CancelWhen.END_OF_PAID_MONTH, False
    if form is not None and form.is_bound:
        form.is_valid()
        chosen = list(form.cleaned_data.get("lines") or [])
        when = CancelWhen(form.cleaned_data.get("when") or when)
        porting = bool(form.cleaned_data.get("porting_out"))
    choices = []
    for one in CancelWhen:
        if one == CancelWhen.END_OF_CONTRACT and sheet.contract_ends_on is None:
            continue
        quoted = cancellations.quote(sheet=sheet, line_ids=chosen, when=one, today=sheet.today) if chosen else None
        choices.append((one, one.label, quoted.effective_on if quoted else None))
    quote = cancellations.quote(sheet=sheet, line_ids=chosen, when=when, today=sheet.today) if chosen else None
    names = {line.id: line.name for line in sheet.lines}
    return {
        "cancel_lines": lines,
        "chosen_lines": chosen,
        "chosen_when": when,
        "when_choices": choices,
        "porting_out": porting,
        "has_number": any(line.service_number for line in lines),
        "quote": quote,
        "stays": [(names.get(line_id, ""), price) for line_id, price in quote.stays] if quote else [],
    }


def _known(sheet: CallSheet) -> dict[str, Any]:
    """What is known of a caller whose record may not be opened: enough for the back office to find it."""
    customer = sheet.customer
    return {
        "name": customer.name if customer else "",
        "call_back_number": formats.phone(sheet.call.phone_from) if sheet.call.phone_from else "",
        "account_number": customer.account_number if customer else "",
    }


def _done(sheet: CallSheet) -> dict[str, Any]:
    cancellation = sheet.cancellation
    if cancellation is None:
        raise ValueError("nothing is cancelled on this call")
    ended = {line.subscription_id for line in cancellation.lines}
    equipment = [one for line in sheet.lines if line.id in ended for one in line.equipment]
    told = {str(event.detail.get("what", "")) for event in sheet.events}
    return {
        "cancellation": cancellation,
        "number_grouped": numbers.grouped(cancellation.number),
        "spelled": _spelled(cancellation.number),
        "equipment": equipment,
        "tells": ["CONFIRMATION_NUMBER", "LAST_DAY", *(["EQUIPMENT"] if equipment else [])],
        "told": told,
    }


def _spelled(number: str) -> str:
    """How to say a number, its groups apart: "Romeo Delta – seven Kilo four Mike – two two nine seven"."""
    language = get_language() or "en"
    return " – ".join(" ".join(numbers.spelling(group, language)) for group in numbers.grouped(number).split())


def wrap_up(sheet: CallSheet, offers: OfferSheet | None, form: WrapUpForm | None) -> dict[str, Any]:
    """The wrap-up: the outcome that what happened suggests, the common ones, and the rest behind a word."""
    accepted = offers.accepted if offers else ()
    kinds = {one.kind for one in accepted}
    proposed = dispositions.proposed_disposition(
        sheet,
        accepted=bool(accepted),
        paused=OfferKind.PAUSE in kinds,
        downgraded=OfferKind.PLAN_CHANGE in kinds,
    )
    chosen = str(form.data.get("kind", "")) if form is not None and form.is_bound else str(proposed.kind)
    first = list(dict.fromkeys((proposed.kind, *COMMON_DISPOSITIONS)))[:4]
    rest = [one for one in DispositionKind if one not in first]
    codes = line_codes(sheet)
    lines = [_line(ProductKind(code), proposed) for code in codes]
    return {
        "wrap_form": form or WrapUpForm(line_codes=codes, initial={"notes": sheet.call.notes}),
        "outcomes": [_outcome(one) for one in first],
        "more_outcomes": [_outcome(one) for one in rest],
        "chosen_kind": chosen,
        "more_open": chosen in {str(one) for one in rest},
        "line_outcomes": lines,
        "lines_apart": [line for line in lines if line["value"]],
    }


def line_codes(sheet: CallSheet) -> tuple[str, ...]:
    """The product lines that an ending is said for: those that ran when the call began."""
    return tuple(dict.fromkeys(str(line.product_kind) for line in sheet.running_lines))


def _outcome(kind: DispositionKind) -> dict[str, Any]:
    return {"code": str(kind), "label": kind.label, "icon": DISPOSITION_ICONS[kind]}


def _line(kind: ProductKind, proposed: dispositions.Proposed) -> dict[str, Any]:
    value = proposed.lines.get(kind, proposed.kind)
    return {
        "code": str(kind),
        "label": kind.label,
        # As the call: then it goes along when the agent chooses another ending.
        "value": "" if value == proposed.kind else str(value),
        "value_label": value.label,
        "choices": DispositionKind.choices,
    }
