"""The offers panel: one row for each offer, in the domain's order, with where it stands and why it fits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext

from customers.refusals import Refused
from customers.sheet import CallSheet
from offers.authorisation import OfferSheet
from offers.choices import ProposalState, RulingCode
from offers.offering import Listed
from offers.standing import Made
from retention_desk.calls import composer
from retention_desk.calls.composer import KEYS
from retention_desk.calls.controls import item_name
from retention_desk.calls.words import RISK_FITS


@dataclass(frozen=True, slots=True)
class Wish:
    """What this page was asked to show besides what the call itself demands."""

    panel: str = ""
    version_id: int | None = None
    tried: Listed | None = None
    focus: bool = False
    refusal: Refused | None = None
    forms: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    news: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One offer of the list."""

    version_id: int
    key: int
    name: str
    terms_text: str
    status: str
    why: str
    accept: float
    value_minor: int
    cost_minor: int
    closed_why: Mapping[str, object] = field(default_factory=dict)


def listing(sheet: CallSheet, offers: OfferSheet | None, panel: str, wish: Wish, *, no_offers: str) -> dict[str, Any]:
    """The rows of the offers panel. Closed altogether, it says why in one sentence and shows no rows."""
    if offers is None or (no_offers and not offers.presented and not offers.awaiting):
        return {"rows": [], "closed_rows": [], "supervisors": 0}
    # What was answered before the call was handed over is answered.
    before = {one.version_id: one.state for one in reversed(offers.standing.past) if one.this_call}
    made = {one.version_id: one for one in offers.standing.made}
    states = before | {version_id: one.state for version_id, one in made.items()}
    states = {version_id: state for version_id, state in states.items() if state in _SHOWN_STATES}
    names = names_of_fits(sheet)
    rows = [
        offer_row(one, states, names, made.get(one.entry.version_id) if one.entry.version_id in states else None)
        for one in offers.offers
        if one.place
    ]
    closed = [_closed_row(one) for one in offers.offers if not one.place]
    # One reason that closes every offer is told once, for the whole list.
    shared = {str(row.closed_why.get("code")) for row in closed}
    closes_all = closed[0].closed_why if closed and not rows and len(shared) == 1 else None
    wallet = offers.wallet
    selected = _selected(offers, panel, wish)
    return {
        "rows": rows,
        "closed_rows": [] if closes_all else closed,
        "closes_all": closes_all,
        "selected": selected,
        "locked": panel in ("presented", "waiting", "already"),
        "supervisors": offers.standing.supervisors,
        "budget_empty": wallet is not None and wallet.left_minor <= 0,
        "worth_nothing": offers.worth_nothing,
    }


_SHOWN_STATES = frozenset(
    {
        ProposalState.AWAITING,
        ProposalState.AUTHORISED,
        ProposalState.PRESENTED,
        ProposalState.ACCEPTED,
        ProposalState.DECLINED,
    }
)


def _selected(offers: OfferSheet, panel: str, wish: Wish) -> int | None:
    current = offers.presented or offers.awaiting or offers.granted
    if wish.tried:
        return wish.tried.entry.version_id
    if panel == "compose":
        return (
            wish.version_id or offers.freed or next((one.entry.version_id for one in offers.offers if one.place), None)
        )
    return current.version_id if current else None


def offer_row(
    listed: Listed, states: Mapping[int, ProposalState], names: Mapping[str, str], made: Made | None = None
) -> Row:
    """One offer of the list; `states` of proposals already made, `names` of what an offer can fit by its code.

    With `made` it has the terms and figures that were offered, not those it would be offered at.
    """
    entry, priced = listed.entry, listed.priced
    terms = composer.terms_of(made) if made else listed.terms
    return Row(
        version_id=entry.version_id,
        key=listed.place if listed.place <= KEYS else 0,
        name=entry.words.get("name") or entry.code,
        terms_text=composer.terms_in_words(entry.kind, terms, product=item_name(entry.words, terms.product)),
        status=str(states.get(entry.version_id) or listed.ruling.code),
        why=entry.words.get("why") or _fits(listed, names),
        accept=(made or listed).accept_percent / 100,
        value_minor=made.expected_value_minor if made else listed.value_minor,
        cost_minor=made.cost_minor if made else priced.cost_minor if priced else 0,
    )


def names_of_fits(sheet: CallSheet) -> Mapping[str, str]:
    """The words for every reason and risk that an offer can answer, by its code."""
    risks = {str(code): str(words) for code, words in RISK_FITS.items()}
    return risks | {one.code: one.name for one in sheet.reasons if one.name}


def _fits(listed: Listed, names: Mapping[str, str]) -> str:
    """Why an offer fits, in the words of the reasons and risks that it answers."""
    found = dict.fromkeys(names.get(code, "") for code in listed.fits)
    words = ", ".join(one for one in found if one)
    return gettext("fits: %(what)s") % {"what": _within_a_sentence(words)} if words else ""


def _within_a_sentence(words: str) -> str:
    """Names as they stand within a sentence; German keeps the capitals of its nouns."""
    return words if (get_language() or "").startswith("de") else words.lower()


def _closed_row(listed: Listed) -> Row:
    entry = listed.entry
    why = listed.closed[0] if listed.closed else None
    # A closed offer that no rule of eligibility closes cannot be priced: the bill lacks the product.
    reason = {"code": str(why.code), "limit": why.limit, "detail": why.detail} if why else {"code": "NO_PRODUCT"}
    return Row(
        version_id=entry.version_id,
        key=0,
        name=entry.words.get("name") or entry.code,
        terms_text="",
        status=RulingCode.REFUSED,
        why="",
        accept=0,
        value_minor=0,
        cost_minor=0,
        closed_why=reason,
    )
