"""An offer as it is built or shown: its controls with the limits drawn in, its figures, its words.

Turns `offers.offering.Listed` (terms being tried) and `offers.standing.Made` (terms that stand) into one shape, so that
every state of the right-hand panel draws the same figures. Decides nothing: the ruling is the domain's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language

from offers.authorisation import OfferSheet
from offers.choices import BudgetKind, OfferKind, ProposalState, RulingCode
from offers.facts import Limit
from offers.offering import Listed
from offers.ruling import Check
from offers.standing import Grant, Made, Standing
from offers.terms import Terms
from retention_desk import formats
from retention_desk.calls.controls import Control, controls_of, item_name

KEYS = 9
_RULINGS = {RulingCode.WITHIN: "within", RulingCode.NEEDS_APPROVAL: "over", RulingCode.REFUSED: "never"}
# Taken off every month: what the browser can sum up by itself while the slider moves.
_MONTHLY = frozenset({OfferKind.PERCENT_OFF, OfferKind.AMOUNT_OFF})


@dataclass(frozen=True, slots=True)
class Sum:
    """What `static/js/composer.js` needs to sum up while the slider moves; empty where only the server can."""

    bill_minor: int
    base_minor: int
    own_cost_minor: int
    own_months: int
    own_step: int
    sup_cost_minor: int
    sup_months: int
    sup_step: int
    budget_minor: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer at its terms, as every panel shows it. Amounts in minor units; `ruling` is within, over or never."""

    version_id: int
    place: int
    name: str
    kind: OfferKind
    terms_text: str
    say: str
    terms_words: str
    product: str
    percent: int
    months: int
    amount_minor: int
    fix_by: date | None
    ruling: str
    ruling_code: str
    bill_now_minor: int
    bill_after_minor: int
    cost_minor: int
    one_off_minor: int
    value_minor: int
    accept_percent: int
    starts_on: date | None
    ends_on: date | None
    afterwards_minor: int
    own_limit_minor: int
    supervisor_limit_minor: int
    wallet_before_minor: int | None
    controls: tuple[Control, ...] = ()
    reasons: tuple[Mapping[str, object], ...] = ()
    warnings: tuple[Mapping[str, object], ...] = ()
    nearest: Terms | None = None
    nearest_text: str = ""
    who_can_lift: str = ""
    grant: Grant | None = None
    grant_text: str = ""
    sum: Sum | None = field(default=None)

    @property
    def key(self) -> int:
        """The number that chooses it, 0 where there are not enough."""
        return self.place if self.place <= KEYS else 0

    @property
    def change_minor(self) -> int:
        """What the bill changes by a month; negative when the customer pays less."""
        return self.bill_after_minor - self.bill_now_minor

    @property
    def over_minor(self) -> int:
        """How much the cost is over the agent's own limit."""
        return max(0, self.cost_minor - self.own_limit_minor)

    @property
    def wallet_after_minor(self) -> int | None:
        """What would be left of the agent's budget, never below nothing."""
        return None if self.wallet_before_minor is None else max(0, self.wallet_before_minor - self.cost_minor)


def of_listed(listed: Listed, standing: Standing, *, focus: bool = False) -> Shown:
    """Terms being tried: with controls, ruling and, where it is not the agent's to give, why not.

    `focus`: the person has just chosen this offer, and goes on to its first control.
    """
    entry, ruling, priced, terms = listed.entry, listed.ruling, listed.priced, listed.terms
    bounds = entry.bounds
    product = item_name(entry.words, terms.product)
    text = terms_in_words(entry.kind, terms, product=product)
    controls = controls_of(bounds, terms, standing, entry.words, today=standing.today)
    grant = standing.grant(entry.code)
    if controls and focus:
        controls = (replace(controls[0], focus=True), *controls[1:])
    shown = Shown(
        version_id=entry.version_id,
        place=listed.place,
        name=entry.words.get("name") or entry.code,
        kind=entry.kind,
        terms_text=text,
        say="",
        terms_words=entry.words.get("terms", ""),
        product=product,
        percent=terms.percent,
        months=terms.months,
        amount_minor=terms.amount_minor,
        fix_by=terms.fix_by,
        ruling=_RULINGS[ruling.code],
        ruling_code=ruling.code,
        bill_now_minor=listed.bill_now_minor,
        bill_after_minor=listed.bill_after_minor,
        cost_minor=priced.cost_minor if priced else 0,
        one_off_minor=priced.one_off_minor if priced else 0,
        value_minor=listed.value_minor,
        accept_percent=listed.accept_percent,
        starts_on=priced.starts_on if priced else None,
        ends_on=priced.ends_on if priced else None,
        afterwards_minor=listed.price_afterwards_minor,
        controls=controls,
        reasons=tuple(why(code, ruling.checks) for code in ruling.reasons),
        warnings=tuple(why(code, ruling.checks) for code in ruling.warnings),
        nearest=ruling.nearest_own if ruling.nearest_own != terms else None,
        nearest_text=terms_in_words(entry.kind, ruling.nearest_own, product=product) if ruling.nearest_own else "",
        who_can_lift=str(ruling.who_can_lift.label) if ruling.who_can_lift else "",
        grant=grant,
        grant_text=_granted(entry.kind, terms, grant, product) if grant else "",
        sum=None if grant else _sum(listed, standing),
        **_authority(standing),
    )
    return replace(shown, say=_say(entry.words.get("say", ""), shown, terms.currency))


def terms_of(made: Made) -> Terms:
    """The terms that stand on a proposal."""
    fix_by = date.fromisoformat(str(made.extra["fix_by"])) if made.extra.get("fix_by") else None
    return Terms(
        made.kind, made.currency, made.percent, made.months, made.amount_minor, str(made.extra.get("product", "")),
        fix_by=fix_by,
    )  # fmt: skip


def of_made(made: Made, offers: OfferSheet) -> Shown:
    """Terms that stand on a proposal: locked, as they were when it was made."""
    listed = offers.listed(made.version_id)
    words: Mapping[str, str] = listed.entry.words if listed else {}
    terms = terms_of(made)
    product = item_name(words, terms.product)
    shown = Shown(
        version_id=made.version_id,
        place=listed.place if listed else 0,
        name=made.name or made.code,
        kind=made.kind,
        terms_text=terms_in_words(made.kind, terms, product=product),
        say="",
        terms_words=words.get("terms", ""),
        product=product,
        percent=made.percent,
        months=made.months,
        amount_minor=made.amount_minor,
        fix_by=terms.fix_by,
        ruling="within",
        ruling_code=RulingCode.WITHIN,
        bill_now_minor=made.bill_before_minor,
        bill_after_minor=made.bill_after_minor,
        cost_minor=made.cost_minor,
        one_off_minor=0 if made.monthly_minor else made.amount_minor,
        value_minor=made.expected_value_minor,
        accept_percent=made.accept_percent,
        starts_on=made.starts_on,
        ends_on=made.ends_on,
        afterwards_minor=listed.price_afterwards_minor if listed else made.bill_before_minor,
        **_authority(offers.standing),
    )
    if shown.wallet_before_minor is not None and made.state != ProposalState.AWAITING:
        # Its cost is held or spent already: what was left before is what is left now and the cost.
        shown = replace(shown, wallet_before_minor=shown.wallet_before_minor + made.cost_minor)
    return replace(shown, say=_say(words.get("say", ""), shown, made.currency))


def name_of_made(made: Made) -> str:
    """A proposal in a few words, for a list of what was offered so far."""
    terms = Terms(made.kind, made.currency, made.percent, made.months, made.amount_minor)
    text = terms_in_words(made.kind, terms)
    return f"{made.name or made.code}, {text}" if text else made.name or made.code


def terms_in_words(kind: OfferKind, terms: Terms, *, product: str = "") -> str:
    """The main terms in a few words: "20% for 6 months"."""
    return _in_words(get_language() or "en", replace(terms, kind=kind, words=""), product)


@lru_cache(maxsize=4096)
def _in_words(_language: str, terms: Terms, product: str) -> str:
    """The same few terms stand on screen after screen. The language is the active one, and part of the key."""
    text = render_to_string(
        "_parts/offer_terms.html",
        {
            "kind": terms.kind,
            "percent": terms.percent,
            "months": terms.months,
            "amount_minor": terms.amount_minor,
            "product": product,
            "fix_by": terms.fix_by,
            "currency": terms.currency,
        },
    )
    return " ".join(text.split())


def _say(pattern: str, shown: Shown, currency: str) -> str:
    """The sentence to read out: the catalogue's, with its numbers put in, else the desk's own for the kind."""
    language = get_language() or "en"
    numbers = {
        "percent": str(shown.percent),
        "months": str(shown.months),
        "amount": formats.money(shown.amount_minor, currency, language=language),
        "product": shown.product,
        "bill_before": formats.money(shown.bill_now_minor, currency, language=language),
        "bill_after": formats.money(shown.bill_after_minor, currency, language=language),
        "saving": formats.money(max(0, -shown.change_minor), currency, language=language),
        "fix_by": formats.near_date(shown.fix_by, language=language) if shown.fix_by else "",
    }
    if pattern:
        for name, text in numbers.items():
            pattern = pattern.replace("{" + name + "}", text)
        return pattern.strip('“”"')
    words = render_to_string("calls/say_words.html", {"shown": shown, "currency": currency})
    return " ".join(words.split())


def _authority(standing: Standing) -> dict[str, Any]:
    supervisor = standing.supervisor_limit()
    own = standing.limit.max_cost_minor if standing.limit else 0
    wallet = standing.budget(BudgetKind.AGENT)
    return {
        "own_limit_minor": own,
        "supervisor_limit_minor": max(own, supervisor.max_cost_minor if supervisor else 0),
        "wallet_before_minor": wallet.left_minor if wallet else None,
    }


def why(code: str, checks: tuple[Check, ...]) -> Mapping[str, object]:
    """A reason with the numbers of the check that failed."""
    check = next((one for one in checks if one.code == code and not one.ok), None)
    if check is None:
        return {"code": str(code)}
    return {"code": str(code), "limit": check.limit, "left": check.left, "asked": check.asked, "detail": check.detail}


def _granted(kind: OfferKind, terms: Terms, grant: Grant, product: str) -> str:
    """What a supervisor has granted, as terms in a few words."""
    most = replace(terms, percent=grant.percent, months=grant.months, amount_minor=grant.amount_minor)
    return terms_in_words(kind, most, product=product)


def _sum(listed: Listed, standing: Standing) -> Sum | None:
    family = listed.entry.family
    supervisor, limit = standing.supervisor_limit(family), standing.limit_for(family)
    if listed.entry.kind not in _MONTHLY or limit is None or listed.priced is None or not listed.bill_now_minor:
        return None
    wallet = standing.budget(BudgetKind.AGENT)
    percent = listed.entry.kind == OfferKind.PERCENT_OFF
    base = _base_minor(listed)
    if base is None:
        return None
    return Sum(
        bill_minor=listed.bill_now_minor,
        base_minor=base,
        own_cost_minor=limit.max_cost_minor,
        own_months=limit.max_months,
        own_step=limit.max_percent if percent else limit.max_monthly_minor,
        sup_cost_minor=supervisor.max_cost_minor if supervisor else limit.max_cost_minor,
        sup_months=supervisor.max_months if supervisor else limit.max_months,
        sup_step=_step_limit(supervisor, percent=percent) if supervisor else _step_limit(limit, percent=percent),
        budget_minor=wallet.left_minor if wallet else None,
    )


def _base_minor(listed: Listed) -> int | None:
    """What the discount is taken from a month, as the price says; None where the months differ."""
    priced, terms = listed.priced, listed.terms
    if priced is None:
        return None
    if listed.entry.kind == OfferKind.AMOUNT_OFF:
        return priced.bill_now_minor
    return round(priced.monthly_minor * 100 / terms.percent) if terms.percent else None


def _step_limit(limit: Limit, *, percent: bool) -> int:
    return limit.max_percent if percent else limit.max_monthly_minor
