"""Who may give what, now: the list of offers on a call, the preview of terms, and the act of presenting or asking.

`preview` and `propose` rule on the same facts with the same rules. The act hands the result to one database function,
which looks again at the walls; a limit that changed in between is ruled on once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from customers import reading
from customers.refusals import KeyReused, NotYours, Refused
from customers.sheet import CallSheet
from offers import ledger, queries
from offers.choices import BudgetKind, ProposalState, RulingCode
from offers.models.proposal import NOTE_LENGTH
from offers.offering import Ground, Listed, default_terms, draw, ground, offers_in_order, problems_of
from offers.standing import Budget, CatalogueEntry, Made, Standing
from offers.terms import Problem, Terms


@dataclass(frozen=True)
class OfferSheet:
    """Everything about offers that the call screen shows. The list is put in order when it is first asked for: moving
    a slider does not need it.
    """

    ground: Ground

    @cached_property
    def offers(self) -> tuple[Listed, ...]:
        """Every offer in force at its default terms, in its place."""
        return offers_in_order(self.ground)

    @property
    def worth_nothing(self) -> bool:
        """Whether no open offer is worth its cost."""
        return not any(one.is_open and one.value_minor > 0 for one in self.offers)

    @property
    def standing(self) -> Standing:
        """Authority, budgets and what was offered so far."""
        return self.ground.standing

    @property
    def wallet(self) -> Budget | None:
        """The agent's own budget, if the desk gives agents one."""
        return self.standing.budget(BudgetKind.AGENT)

    @property
    def presented(self) -> Made | None:
        """The offer whose answer is awaited from the customer."""
        return self._made(ProposalState.PRESENTED)

    @property
    def awaiting(self) -> Made | None:
        """The offer that a supervisor is asked for."""
        return self._made(ProposalState.AWAITING)

    @property
    def granted(self) -> Made | None:
        """The offer that a supervisor has granted and that has not been presented yet."""
        return self._made(ProposalState.AUTHORISED)

    @property
    def accepted(self) -> tuple[Made, ...]:
        """What the customer said yes to on this call."""
        return tuple(one for one in self.standing.made if one.state == ProposalState.ACCEPTED)

    @property
    def freed(self) -> int | None:
        """The offer that a supervisor has freed the agent for, up to a ceiling."""
        codes = {one.code for one in self.standing.grants if one.is_ceiling}
        return next((one.version_id for one in self.standing.catalogue if one.code in codes), None)

    def listed(self, version_id: int) -> Listed | None:
        """The offer of that version, if it is still in force."""
        return next((one for one in self.offers if one.entry.version_id == version_id), None)

    def entry(self, version_id: int) -> CatalogueEntry | None:
        """The catalogue's entry of that version, if it is still in force."""
        return next((one for one in self.standing.catalogue if one.version_id == version_id), None)

    def at(self, entry: CatalogueEntry, terms: Terms) -> Listed:
        """An offer at terms of its own, with the nearest terms that would pass; not in its place."""
        return draw(self.ground, entry, terms)

    def placed(self, tried: Listed) -> Listed:
        """An offer at terms of its own, in the place that it has in the list."""
        listed = self.listed(tried.entry.version_id)
        return replace(tried, place=listed.place if listed else 0)

    def _made(self, state: ProposalState) -> Made | None:
        return next((one for one in self.standing.made if one.state == state), None)


@dataclass(frozen=True, slots=True)
class Preview:
    """What terms would come to, before anything is done. `problems`: why they cannot be booked at all."""

    ground: Ground
    listed: Listed
    problems: tuple[Problem, ...]

    @property
    def wallet_before_minor(self) -> int | None:
        """What is left of the agent's own budget; None where there is none."""
        wallet = self.ground.standing.budget(BudgetKind.AGENT)
        return wallet.left_minor if wallet else None

    @property
    def wallet_after_minor(self) -> int | None:
        """The same once these terms are held, never below nothing."""
        before, priced = self.wallet_before_minor, self.listed.priced
        return None if before is None else max(0, before - (priced.cost_minor if priced else 0))


@dataclass(frozen=True, slots=True)
class Proposed:
    """The proposal that an act has left, and the ruling it stands on."""

    proposal_id: int
    ruling_code: RulingCode


def offer_sheet(*, sheet: CallSheet, by: int, now: datetime, language: str) -> OfferSheet:
    """The offers of a call in their order, with what its agent may give. One statement. Raises `NotYours`."""
    return OfferSheet(_ground(sheet, by=by, now=now, language=language))


def preview(
    *, sheet: CallSheet, version_id: int, terms: Terms | None, by: int, now: datetime, language: str
) -> Preview:
    """What these terms (None: the default ones) would come to. Writes nothing.

    Raises `NotYours`, and `Refused` NOT_IN_FORCE for a version that is no longer given.
    """
    return _preview(_ground(sheet, by=by, now=now, language=language), version_id, terms)


def propose(
    *,
    sheet: CallSheet,
    version_id: int,
    terms: Terms,
    by: int,
    role: str,
    now: datetime,
    language: str,
    key: UUID,
    offers: OfferSheet | None = None,
    place: int | None = None,
) -> Proposed:
    """Present an offer to the customer on the agent's own authority: all of its budgets are drawn on, or none.

    `offers`: the offers of the call where they have just been read; they are read again when they were out of date.
    `place`: the one that the offer had on the agent's screen; worked out anew where it is not told.

    Raises `Refused` with the first reason of the ruling (and the whole ruling in `facts["ruling"]`), or with the
    ledger's code when the world has moved on. The same key again returns the same proposal.
    """
    return _act(
        "authorise_proposal", sheet, version_id, terms, by=by, role=role, now=now, language=language, key=key, note="",
        offers=offers, place=place,
    )  # fmt: skip


def ask(
    *,
    sheet: CallSheet,
    version_id: int,
    terms: Terms,
    note: str,
    by: int,
    role: str,
    now: datetime,
    language: str,
    key: UUID,
    offers: OfferSheet | None = None,
    place: int | None = None,
) -> Proposed:
    """Ask a supervisor for what is over the agent's own authority. Replaces a question that is still open.

    `offers` and `place` as in `propose`.

    Raises `Refused`: WITHIN when no supervisor is needed, a wall's reason when nobody could grant it.
    """
    return _act(
        "ask_approval", sheet, version_id, terms, by=by, role=role, now=now, language=language, key=key, note=note,
        offers=offers, place=place,
    )  # fmt: skip


def _act(
    door: ledger.Door,
    sheet: CallSheet,
    version_id: int,
    terms: Terms,
    *,
    by: int,
    role: str,
    now: datetime,
    language: str,
    key: UUID,
    note: str,
    offers: OfferSheet | None,
    place: int | None,
) -> Proposed:
    wanted = RulingCode.WITHIN if door == "authorise_proposal" else RulingCode.NEEDS_APPROVAL
    here = offers.ground if offers else _ground(sheet, by=by, now=now, language=language)
    for last in (False, True):
        if again := next((one for one in here.standing.made if one.key == key), None):
            return _again(again, version_id, terms, wanted, note)
        entry = _entry(here.standing, version_id)
        if problems := problems_of(here, entry, terms):
            raise Refused(problems[0].code, problems=tuple(problems))
        listed = draw(here, entry, terms)
        ruling = listed.ruling
        if ruling.code != wanted:
            raise Refused(ruling.reasons[0] if ruling.reasons else ruling.code, ruling=ruling)
        if place is None or not 0 <= place <= len(here.standing.catalogue):
            place = _place(here, version_id)
        facts = _facts(sheet, here, listed, by=by, role=role, key=key, note=note, place=place)
        try:
            proposal = ledger.act(door, facts)
        except Refused as refused:
            if refused.code != "STALE_LIMIT" or last:
                raise
            here = _ground(sheet, by=by, now=now, language=language)
        else:
            return Proposed(proposal, ruling.code)
    raise AssertionError("unreachable: the last try returns or raises")


def _again(made: Made, version_id: int, terms: Terms, ruling_code: RulingCode, note: str) -> Proposed:
    """The answer to a repeated post: the proposal that the first one left, unless it asked for something else."""
    asked = ruling_code == RulingCode.NEEDS_APPROVAL
    was = made.version_id, made.percent, made.months, made.amount_minor, made.extra, made.asked_at is not None
    is_now = version_id, terms.percent, terms.months, terms.amount_minor, _extra(terms), asked
    if was != is_now or (asked and made.note != note[:NOTE_LENGTH]):
        raise KeyReused
    return Proposed(made.id, ruling_code)


def _facts(
    sheet: CallSheet, here: Ground, listed: Listed, *, by: int, role: str, key: UUID, note: str, place: int
) -> Mapping[str, Any]:
    """What the ledger's door is handed: who, under which versions, which terms, and what they come to."""
    return {
        "key": str(key),
        "call_id": sheet.call.id,
        "agent_id": by,
        "role": role,
        "offer_version_id": listed.entry.version_id,
        "limit_version_id": listed.ruling.limit_version,
        "scheme_id": here.standing.scheme_id,
        "skip_wallet": BudgetKind.AGENT in listed.ruling.skips,
        "position": place,
        "reasons": [str(reason) for reason in listed.ruling.reasons],
        "note": note,
        **({"grant_id": listed.grant.id} if listed.grant else {}),
        **terms_as_json(listed),
    }


def terms_as_json(listed: Listed) -> dict[str, Any]:
    """The terms and what they come to, as a proposal row keeps them."""
    terms, priced = listed.terms, listed.priced
    if priced is None:
        raise AssertionError("terms without a price are never proposed")
    return {
        "percent": terms.percent or None,
        "months": terms.months or None,
        "amount_minor": terms.amount_minor or None,
        "product_kind": listed.entry.bounds.scope,
        "extra": _extra(terms),
        "cost_minor": priced.cost_minor,
        "monthly_minor": priced.monthly_minor,
        "bill_before_minor": listed.bill_now_minor,
        "bill_after_minor": listed.bill_after_minor,
        "starts_on": priced.starts_on.isoformat(),
        "ends_on": priced.ends_on.isoformat() if priced.ends_on else None,
        "accept_percent": listed.accept_percent,
        "expected_value_minor": listed.value_minor,
    }


def _extra(terms: Terms) -> dict[str, str]:
    """The terms that only some kinds have."""
    extra = {"product": terms.product, "words": terms.words, "fix_by": terms.fix_by.isoformat() if terms.fix_by else ""}
    return {name: value for name, value in extra.items() if value}


def _preview(here: Ground, version_id: int, terms: Terms | None) -> Preview:
    entry = _entry(here.standing, version_id)
    if terms is None:
        terms = default_terms(here, entry)
    listed = replace(draw(here, entry, terms), place=_place(here, version_id))
    return Preview(here, listed, tuple(problems_of(here, entry, terms)))


def _place(here: Ground, version_id: int) -> int:
    """The offer's place in the list, which takes drawing every offer."""
    return next((one.place for one in offers_in_order(here) if one.entry.version_id == version_id), 0)


def _entry(standing: Standing, version_id: int) -> CatalogueEntry:
    for entry in standing.catalogue:
        if entry.version_id == version_id:
            return entry
    raise Refused("NOT_IN_FORCE")


def _ground(sheet: CallSheet, *, by: int, now: datetime, language: str) -> Ground:
    if sheet.customer is None:
        raise NotYours
    standing = queries.on_call(call_id=sheet.call.id, by=by, language=language)
    return ground(
        sheet=sheet,
        standing=standing,
        worth=reading.worth(sheet),
        verdict=reading.verdict(
            sheet,
            presented=standing.presented,
            refused=standing.refused,
            settled=standing.settled,
            now=now,
        ),
    )
