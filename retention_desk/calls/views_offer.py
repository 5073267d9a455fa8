"""Offers on a call: trying terms, presenting or asking, the customer's answer, and the supervisor's."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.refusals import KeyReused, NotYours, Refused
from customers.sheet import CallSheet
from offers import authorisation, outcomes
from offers import queries as offer_queries
from offers.authorisation import OfferSheet
from offers.choices import OfferKind, ReasonCode
from offers.models import Proposal
from offers.offering import Listed
from offers.stored import read_bounds
from retention_desk.acting import Actor, actor
from retention_desk.calls import composer
from retention_desk.calls.forms import ProposeForm, SettleForm, TermsForm
from retention_desk.calls.listing import Wish
from retention_desk.calls.presenter import screen, seen
from retention_desk.calls.showing import TEMPLATE, closed, perform, sheets, show
from retention_desk.calls.views import NO_CONTENT, for_agents
from retention_desk.http import render_fragment, status_of, wants_fragment


@for_agents
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, call_id: int, version_id: int) -> HttpResponse:
    """Choose an offer; or present it, or ask a supervisor for it."""
    if request.method != "POST":
        return show(request, call_id, Wish(version_id=version_id, focus=True))
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(version_id=version_id, refusal=form.refusal), status=422)
    who = actor(request)
    try:
        sheet, offers, tried = _try(call_id, version_id, form, who)
    except NotYours:
        raise
    except Refused as refused:
        return _second_press(request, call_id, version_id, form, who) or _refused(request, call_id, refused)
    if form.cleaned_data["act"] == "nearest":
        nearest = tried.ruling.nearest_own or tried.terms
        return show(request, call_id, Wish(version_id=version_id, tried=offers.at(tried.entry, nearest)))
    if off := form.off(tried.entry.bounds, today=offers.standing.today):
        # The nearest terms are shown, but nothing else than what was posted is ever presented.
        return show(request, call_id, Wish(version_id=version_id, tried=tried, refusal=off), status=422)
    return perform(
        request,
        call_id,
        _deed(sheet, offers, tried, form, who),
        on_refusal=Wish(version_id=version_id, tried=tried, keys={"offer": str(form.posted_key)}),
    )


def _second_press(
    request: HttpRequest, call_id: int, version_id: int, form: ProposeForm, who: Actor
) -> HttpResponse | None:
    """What the first press of this key was answered, now that the offer is closed; None if there was none."""
    mine = Proposal.objects.filter(key=form.posted_key, call_id=call_id, agent_id=who.by)
    made = mine.select_related("offer_version__offer").first()
    if made is None:
        return None
    version = made.offer_version
    bounds = read_bounds(
        kind=OfferKind(version.offer.kind), currency=version.currency, bounds=version.bounds,
        cost_model=version.cost_model,
    )  # fmt: skip
    terms = form.terms(bounds, today=made.created_at.date())
    said = (version_id, terms.percent, terms.months, terms.amount_minor)
    if said != (version.pk, made.percent or 0, made.months or 0, made.amount_minor or 0):
        return render(request, "400.html", status=status_of(KeyReused()))
    return show(request, call_id, Wish(news="some")) if wants_fragment(request) else redirect("calls:screen", call_id)


def _deed(sheet: CallSheet, offers: OfferSheet, tried: Listed, form: ProposeForm, who: Actor) -> Callable[[], object]:
    """Presenting or asking, with everything that the domain is handed."""
    common: dict[str, Any] = {
        "sheet": sheet,
        "offers": offers,
        "version_id": tried.entry.version_id,
        "terms": tried.terms,
        "place": form.cleaned_data["place"],
        "by": who.by,
        "role": who.role,
        "now": who.now,
        "language": who.language,
        "key": form.posted_key,
    }
    if form.cleaned_data["act"] == "ask":
        return lambda: authorisation.ask(**common, note=form.cleaned_data["note"])
    return lambda: authorisation.propose(**common)


@for_agents
@require_POST
def preview(request: HttpRequest, call_id: int, version_id: int) -> HttpResponse:
    """What the terms on the screen come to. The figures, the words and the action are drawn, never the controls."""
    form = TermsForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(version_id=version_id, refusal=form.refusal), status=422)
    who = actor(request)
    try:
        sheet, offers, tried = _try(call_id, version_id, form, who)
    except NotYours:
        raise
    except Refused as refused:
        return _refused(request, call_id, refused)
    if not wants_fragment(request):
        return show(request, call_id, Wish(version_id=version_id, tried=tried))
    context = {
        "shown": composer.of_listed(tried, offers.standing),
        "currency": sheet.currency,
        "supervisors": offers.standing.supervisors,
        "waiting": offers.awaiting,
        "call": sheet.call,
    }
    return render_fragment(request, TEMPLATE, "offer-figures", context)


def _try(call_id: int, version_id: int, form: TermsForm, who: Actor) -> tuple[CallSheet, OfferSheet, Listed]:
    """Draw what was posted, snapped to the offer's steps, with the rules that the act itself will ask."""
    sheet, offers = sheets(call_id, who, shown=False)
    if offers is None:
        raise Refused(ReasonCode.IDENTITY_NOT_CHECKED)
    entry = offers.entry(version_id)
    if entry is None:
        raise Refused(ReasonCode.NOT_IN_FORCE)
    return sheet, offers, offers.at(entry, form.terms(entry.bounds, today=offers.standing.today))


def _refused(request: HttpRequest, call_id: int, refused: Refused) -> HttpResponse:
    if refused.code == "CALL_CLOSED":
        return closed(request)
    return show(request, call_id, Wish(refusal=refused, news="some"), status=409)


@for_agents
@require_POST
def settle(request: HttpRequest, call_id: int, proposal_id: int) -> HttpResponse:
    """Present what was granted, record what the customer said, or take it back."""
    form = SettleForm(request.POST)
    if not form.is_valid():
        return show(request, call_id, Wish(refusal=Refused("FIELDS_WRONG")), status=422)
    who, said, key = actor(request), form.cleaned_data["answer"], form.posted_key
    common: dict[str, Any] = {"proposal_id": proposal_id, "by": who.by, "role": who.role}
    deeds: dict[str, Callable[[], object]] = {
        "present": lambda: outcomes.present(**common),
        "accepted": lambda: outcomes.accept(**common, disclosures=form.read_out, key=key),
        "declined": lambda: outcomes.decline(**common, key=key),
        # Other terms are wanted: the offer is taken back, which is no refusal, and built on from where it was.
        "counter": lambda: outcomes.withdraw(**common, key=key),
        "withdraw": lambda: outcomes.withdraw(**common, key=key),
    }
    kept = Wish(keys={"settle": str(key)}, forms={"ticked": form.read_out})
    wish = _built_on(call_id, proposal_id, who) if said == "counter" else Wish(news="some")
    return perform(request, call_id, deeds[said], wish=wish, on_refusal=kept)


def _built_on(call_id: int, proposal_id: int, who: Actor) -> Wish:
    """The composer with the terms that the customer has heard."""
    _sheet, offers = sheets(call_id, who, shown=False)
    made = next((one for one in offers.standing.made if one.id == proposal_id), None) if offers else None
    listed = offers.listed(made.version_id) if offers and made else None
    if offers is None or made is None or listed is None:
        return Wish(news="some")
    terms = replace(
        listed.terms, percent=made.percent, months=made.months, amount_minor=made.amount_minor,
        product=str(made.extra.get("product", "")) or listed.terms.product,
    )  # fmt: skip
    return Wish(version_id=made.version_id, tried=offers.at(listed.entry, terms), news="some")


@for_agents
@require_GET
def answer(request: HttpRequest, call_id: int) -> HttpResponse:
    """Has the supervisor answered? Nothing (204) while what the screen shows is still so."""
    who = actor(request)
    standing = offer_queries.on_call(call_id=call_id, by=who.by, language=who.language)
    shown = request.GET.get("seen", "")
    current = next((one for one in standing.made if seen(one).partition(".")[0] == shown.partition(".")[0]), None)
    if current is not None and seen(current) == shown:
        return HttpResponse(status=NO_CONTENT)
    if request.GET.get("bar"):
        sheet, offers = sheets(call_id, who)
        context = screen(sheet, offers, Wish()) | {"waiting": current, "seen": seen(current)}
        return render_fragment(request, TEMPLATE, "waiting-bar", context)
    return show(request, call_id, Wish(news="some"))
