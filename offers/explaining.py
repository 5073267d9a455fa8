"""What nobody could explain on the phone, and the catalogue therefore refuses.

That an offer's stored rules can be read at all, and that its terms fit its kind, is said by `offers.stored` and
`offers.terms`. Here stand the combinations that can be read and still make no sense to a customer. Each objection names
the field; the sentences are for administrators.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from customers.choices import ProductKind
from offers.choices import Family, OfferKind
from offers.facts import Eligibility
from offers.terms import SCHEMAS, Bounds, Ceiling, Term

LONGEST_SENTENCE = 25
LONGEST_NAME = 60
_TEXTS = ("name", "say", "terms")
_ITEM = "item:"
# What the screen fills in when a sentence is read out, and the term that has to be there for it.
_FILLED_IN: Mapping[str, Term | None] = {
    "amount": None,
    "bill_before": None,
    "bill_after": None,
    "percent": Term.PERCENT,
    "months": Term.MONTHS,
    "product": Term.PRODUCT,
    "words": Term.WORDS,
    "fix_by": Term.FIX_BY,
}
# Kinds whose price is reckoned on a part of the bill.
_SCOPED = frozenset(
    {
        OfferKind.PERCENT_OFF,
        OfferKind.AMOUNT_OFF,
        OfferKind.FREE_MONTHS,
        OfferKind.PAUSE,
        OfferKind.REPLACEMENT_COUPON,
    }
)


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that could not be explained: the path of the field, and why."""

    field: str
    why: str


def objections_to(*, bounds: Bounds, eligibility: Eligibility, words: Mapping[str, Any]) -> Iterator[Objection]:
    """Everything about an offer version that nobody could explain to the customer who asks why."""
    yield from objections_to_family(bounds.kind, eligibility.family)
    yield from _of_bounds(bounds)
    yield from _of_eligibility(bounds, eligibility)
    yield from _of_words(bounds, words)


def objections_to_family(kind: OfferKind, family: Family) -> Iterator[Objection]:
    """A family in which the offer could be stacked with what it may not be stacked with."""
    ceilings = SCHEMAS[kind].ceilings
    if Ceiling.MONTHLY in ceilings and family not in (Family.RECURRING, Family.LOYALTY):
        yield Objection(
            "family", _("A monthly discount belongs to the recurring discounts, or two of them could run on one bill.")
        )
    if ceilings & {Ceiling.CREDIT, Ceiling.FEE} and family == Family.RECURRING:
        yield Objection("family", _("What is given once is not a recurring discount."))


def _of_bounds(bounds: Bounds) -> Iterator[Objection]:
    if bounds.scope and bounds.scope not in ProductKind.values:
        yield Objection(
            "bounds.scope",
            _("%(scope)s is not a product line. Known: %(known)s.")
            % {"scope": bounds.scope, "known": ", ".join(ProductKind.values)},
        )
    if bounds.scope and bounds.kind not in _SCOPED:
        yield Objection("bounds.scope", _("This kind of offer is not reckoned on a part of the bill. Leave it out."))
    codes = [item.code for item in bounds.items]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        yield Objection("bounds.items", _("%(code)s stands there twice.") % {"code": doubled[0]})
    for place, item in enumerate(bounds.items):
        if item.product_kind not in ProductKind.values:
            yield Objection(
                f"bounds.items.{place}.product_kind",
                _("%(scope)s is not a product line. Known: %(known)s.")
                % {"scope": item.product_kind, "known": ", ".join(ProductKind.values)},
            )


def _of_eligibility(bounds: Bounds, wanted: Eligibility) -> Iterator[Objection]:
    if wanted.from_on and wanted.until_on and wanted.until_on <= wanted.from_on:
        yield Objection("eligibility.until_on", _("It would end before it begins."))
    if wanted.tenure_max_months is not None and wanted.tenure_max_months < wanted.tenure_min_months:
        yield Objection(
            "eligibility.tenure_max_months", _("Nobody is a customer for so short and so long a time at once.")
        )
    if both := sorted(wanted.reasons & wanted.reasons_excluded):
        yield Objection(
            "eligibility.reasons_excluded", _("%(code)s is asked for and left out at once.") % {"code": both[0]}
        )
    if wanted.needs_contract and wanted.contract_months_left_max == 0:
        yield Objection(
            "eligibility.contract_months_left_max", _("A contract has to run, and none may be left of it: for nobody.")
        )
    if unknown := sorted(wanted.needs_product_kinds - set(ProductKind.values)):
        yield Objection(
            "eligibility.needs_product_kinds",
            _("%(scope)s is not a product line. Known: %(known)s.")
            % {"scope": unknown[0], "known": ", ".join(ProductKind.values)},
        )
    if bounds.scope and wanted.needs_product_kinds and bounds.scope not in wanted.needs_product_kinds:
        yield Objection(
            "eligibility.needs_product_kinds",
            _("It takes money off %(scope)s, so the customer has to have it.") % {"scope": bounds.scope},
        )
    given = {item.code for item in bounds.items}
    if bounds.kind == OfferKind.FREE_ADDON and not given <= wanted.excludes_product_codes:
        missing = sorted(given - wanted.excludes_product_codes)[0]
        yield Objection(
            "eligibility.excludes_product_codes",
            _("Whoever has %(code)s already would be given it free: leave them out here.") % {"code": missing},
        )


def _of_words(bounds: Bounds, words: Mapping[str, Any]) -> Iterator[Objection]:
    if "en" not in words:
        yield Objection("words.en", _("The English words are missing: every other language falls back to them."))
    for language, texts in words.items():
        path = f"words.{language}"
        if language not in dict(settings.LANGUAGES):
            known = ", ".join(code for code, _name in settings.LANGUAGES)
            yield Objection(path, _("This is not a language of the desk. Known: %(known)s.") % {"known": known})
        elif not isinstance(texts, dict):
            yield Objection(path, _("It has to hold name, say and terms."))
        else:
            yield from _of_texts(bounds, path, texts, spaced=language != "th")


def _of_texts(bounds: Bounds, path: str, texts: Mapping[str, Any], *, spaced: bool) -> Iterator[Objection]:
    """The words of one language; Thai is written without spaces, so its words are not counted."""
    items = {f"{_ITEM}{item.code}" for item in bounds.items}
    for what, text in texts.items():
        if what not in _TEXTS and what not in items:
            yield Objection(f"{path}.{what}", _("Nobody reads this. Known: name, say, terms, and item:CODE."))
        elif not isinstance(text, str):
            yield Objection(f"{path}.{what}", _("It has to be words in quotation marks."))
        else:
            yield from _of_placeholders(bounds, f"{path}.{what}", text)
    name, say = texts.get("name"), texts.get("say")
    if not isinstance(name, str) or not name.strip():
        yield Objection(f"{path}.name", _("The offer has no name."))
    elif len(name) > LONGEST_NAME:
        yield Objection(
            f"{path}.name", _("The name does not fit the list: at most %(most)d characters.") % {"most": LONGEST_NAME}
        )
    if spaced and isinstance(say, str) and len(say.split()) > LONGEST_SENTENCE:
        yield Objection(
            f"{path}.say",
            _("Nobody can listen to that: at most %(most)d words, this has %(count)d.")
            % {"most": LONGEST_SENTENCE, "count": len(say.split())},
        )


def _of_placeholders(bounds: Bounds, path: str, text: str) -> Iterator[Objection]:
    """Braces that the screen would leave empty in the middle of a spoken sentence."""
    try:
        names = {name for _before, name, _form, _how in string.Formatter().parse(text) if name is not None}
    except ValueError:
        yield Objection(path, _("A brace is open or closed too often."))
        return
    for name in sorted(names):
        if name not in _FILLED_IN:
            yield Objection(
                path,
                _("{%(name)s} is not filled in. Known: %(known)s.")
                % {"name": name, "known": ", ".join(f"{{{one}}}" for one in _FILLED_IN)},
            )
        elif (term := _FILLED_IN[name]) is not None and term not in SCHEMAS[bounds.kind].terms:
            yield Objection(path, _("This kind of offer has no {%(name)s}.") % {"name": name})
