"""What may be given: offers, their versions, and the campaigns that pay for them.

A version is never changed: a promise made under it stays as it was made. What is offered from a moment on is the
newest version of an offer that is not retired. The catalogue refuses what nobody could explain on the phone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers import keeping
from customers.keeping import NotValid
from customers.models import Company, Reason
from customers.refusals import NotYours
from offers.acts import Act
from offers.choices import Family, OfferKind
from offers.explaining import objections_to, objections_to_family
from offers.facts import Eligibility
from offers.models import Campaign, Offer, OfferVersion
from offers.stored import Unreadable, read_bounds, read_eligibility, read_figures
from offers.versions import first_moment

_RULES = ("words", "bounds", "cost_model", "eligibility", "figures")


def add_campaign(*, code: str, name: str, by: int | None, role: str) -> Campaign:
    """Add a purpose that offers are paid from; its budget is a plan of `offers.budgets`."""
    return keeping.add(
        Campaign, {"code": code, "name": name}, act=Act.CAMPAIGN_ADDED, object_kind="campaign", by=by, role=role
    )


def change_campaign(*, campaign_id: int, name: str, active: bool, by: int, role: str) -> Campaign:
    """Rename a campaign, or end it: new versions of offers can no longer be paid from it."""
    values = {"name": name, "active": active}
    return keeping.change(
        Campaign, campaign_id, values, act=Act.CAMPAIGN_CHANGED, object_kind="campaign", by=by, role=role
    )


def add_offer(*, code: str, kind: str, family: str, icon: str, by: int | None, role: str) -> Offer:
    """Add an entry of the catalogue. It is offered to nobody before it has a version.

    Code, kind and family stay: concessions that run are stacked by them.
    """
    if kind in OfferKind.values and family in Family.values:
        for objection in objections_to_family(OfferKind(kind), Family(family)):
            raise NotValid(field=objection.field, why=objection.why)
    values = {"code": code, "kind": kind, "family": family, "icon": icon}
    return keeping.add(Offer, values, act=Act.OFFER_ADDED, object_kind="offer", by=by, role=role)


def change_offer(*, offer_id: int, icon: str, by: int, role: str) -> Offer:
    """Give an offer another icon."""
    return keeping.change(Offer, offer_id, {"icon": icon}, act=Act.OFFER_CHANGED, object_kind="offer", by=by, role=role)


def retire_offer(*, offer_id: int, by: int, role: str, why: str = "") -> Offer:
    """Take an offer out of every list from now on; what was promised with it runs on."""
    return keeping.change(
        Offer, offer_id, {"active": False}, act=Act.OFFER_RETIRED, object_kind="offer", by=by, role=role, words=why
    )


def restore_offer(*, offer_id: int, by: int, role: str, why: str = "") -> Offer:
    """Put a retired offer back."""
    return keeping.change(
        Offer, offer_id, {"active": True}, act=Act.OFFER_RESTORED, object_kind="offer", by=by, role=role, words=why
    )


def new_offer_version(
    *,
    offer_id: int,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    words: Mapping[str, Any],
    bounds: Mapping[str, Any],
    cost_model: Mapping[str, Any],
    eligibility: Mapping[str, Any],
    figures: Mapping[str, Any],
    campaign_id: int | None,
    currency: str,
    by: int,
    role: str,
    now: datetime,
) -> OfferVersion:
    """Add the next version of an offer, in force from `valid_from` (None: now) on.

    Raises `NotValid` with the field and a sentence: what cannot be read (`offers.stored`), what does not belong to
    the kind (`offers.terms`), what could not be explained (`offers.explaining`), a reason that is not there, a campaign
    that has ended, a currency that is not the company's, a moment that is over. `NotYours`: no such offer.
    """
    with transaction.atomic():
        # Two administrators at once: the second waits and gets the next number.
        offer = Offer.objects.select_for_update().filter(pk=offer_id).first()
        if offer is None:
            raise NotYours
        rules = {"bounds": bounds, "cost_model": cost_model, "eligibility": eligibility, "figures": figures}
        _check(offer, words=words, currency=currency, rules=rules)
        _check_campaign(campaign_id)
        last = offer.versions.order_by("-version").first()
        starts = first_moment(valid_from, now=now)
        if valid_until is not None and valid_until <= starts:
            raise NotValid(field="valid_until", why=_("It would end before it begins."))
        values = {
            "offer_id": offer_id,
            "version": last.version + 1 if last else 1,
            "valid_from": starts,
            "valid_until": valid_until,
            "words": dict(words),
            **{name: dict(rule) for name, rule in rules.items()},
            "campaign_id": campaign_id,
            "currency": currency,
        }
        return keeping.add(
            OfferVersion,
            values,
            act=Act.OFFER_VERSION_ADDED,
            object_kind="offer_version",
            by=by,
            role=role,
            before={name: getattr(last, name) for name in ("id", "version", *_RULES)} if last else None,
            # No extra cost, nobody left out: nothing said is an answer here.
            may_be_empty=frozenset({"cost_model", "eligibility", "bounds"}),
        )


def _check(offer: Offer, *, words: Mapping[str, Any], currency: str, rules: Mapping[str, Any]) -> None:
    """Read everything as the pure modules will, then ask whether it can be explained."""
    for name, rule in {"words": words, **rules}.items():
        if not isinstance(rule, dict):
            raise NotValid(field=name, why=_("It has to be an object in braces: { ... }."))
    company = Company.objects.first()
    if company is not None and currency != company.currency:
        raise NotValid(field="currency", why=_("The desk's currency is %(currency)s.") % {"currency": company.currency})
    kind, family = OfferKind(offer.kind), Family(offer.family)
    try:
        read = read_bounds(kind=kind, currency=currency, bounds=rules["bounds"], cost_model=rules["cost_model"])
        wanted = read_eligibility(kind=kind, family=family, currency=currency, eligibility=rules["eligibility"])
        figures = read_figures(rules["figures"])
    except Unreadable as unreadable:
        raise NotValid(field=unreadable.field.partition(".")[0], why=f"{unreadable}.") from unreadable
    _check_reasons(wanted)
    for objection in objections_to(bounds=read, eligibility=wanted, words=words):
        raise NotValid(field=objection.field.partition(".")[0], why=f"{objection.field}: {objection.why}")
    if figures.stay_percent == 0 and figures.accept_percent > 0:
        raise NotValid(
            field="figures", why=_("figures.stay_percent: an offer after which nobody stays is not worth its cost.")
        )


def _check_reasons(wanted: Eligibility) -> None:
    """Reasons that the desk knows: a misspelt one would close the offer for everybody, or open it for all."""
    named = wanted.reasons | wanted.reasons_excluded
    unknown = named - set(Reason.objects.filter(code__in=named).values_list("code", flat=True))
    if unknown:
        field = "reasons" if unknown & wanted.reasons else "reasons_excluded"
        raise NotValid(
            field="eligibility",
            why=_("eligibility.%(field)s: there is no reason %(code)s.") % {"field": field, "code": sorted(unknown)[0]},
        )


def _check_campaign(campaign_id: int | None) -> None:
    if campaign_id is not None and not Campaign.objects.filter(pk=campaign_id, active=True).exists():
        raise NotValid(field="campaign", why=_("This campaign has ended. Choose another, or none."))
